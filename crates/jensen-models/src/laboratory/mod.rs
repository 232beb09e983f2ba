//! Gradient estimators held against the exact gradient.
//!
//! Each problem is a model whose bound has a gradient that is known without sampling; the parameters are those of the
//! posterior of each example, held by a guide of their own, so that one call gives as many independent estimates as it
//! has rows. [`gaussian`], [`bernoulli`] and [`SigmoidBeliefNet::certificates`] measure every estimator that fits,
//! [`certify`] one of your own.

mod certificate;
mod exact;
mod gaussian;
mod growth;
pub mod mixture;
mod rebar_toy;
mod sigmoid_belief_net;

use std::collections::BTreeMap;

use jensen_infer::estimator::EstimatorKind;
use jensen_infer::objective::{Iwae, Objective};
use jensen_infer::{InferError, objective::Elbo};
use jensen_random::Rng;

pub use certificate::{Certificate, Effort};
pub use gaussian::{FreeNormal, Quadratic, certify, gaussian};
pub use growth::{Growth, growth};
pub use rebar_toy::bernoulli;
pub use sigmoid_belief_net::SigmoidBeliefNet;

/// Every estimator on one problem, by its name.
pub type Certificates = BTreeMap<&'static str, Certificate>;

/// The objective that an estimator is measured on: the plain bound where it can, with `samples` samples.
fn objective_for(kind: EstimatorKind, samples: usize, beta: f64) -> Box<dyn Objective> {
    match kind {
        kind if is_weighted(kind) => Box::new(Iwae { samples, beta }),
        EstimatorKind::StickingTheLanding | EstimatorKind::WakeSleep => Box::new(Elbo {
            samples,
            beta,
            divergence: jensen_infer::objective::DivergenceForm::Sampled,
            free_bits: 0.0,
        }),
        _ => Box::new(Elbo { samples, beta, ..Elbo::new() }),
    }
}

/// What is drawn for a measurement.
fn key() -> Rng<'static> {
    Rng::seed(0x1AB).fork("laboratory")
}

/// Whether an estimator is of the importance-weighted bound, whose exact gradient is known here for two samples.
fn is_weighted(kind: EstimatorKind) -> bool {
    matches!(kind, EstimatorKind::Vimco | EstimatorKind::Dreg | EstimatorKind::ReweightedWakeSleep)
}

/// The kinds that are measured. (A posterior of its own for each example is deaf to dreams: wake–sleep learns the prior there.)
fn measured(has_pairs: bool) -> impl Iterator<Item = EstimatorKind> {
    EstimatorKind::ALL.into_iter().filter(move |kind| has_pairs || !is_weighted(*kind))
}

/// Measures the kinds that fit, with `one`, which refuses those that do not.
fn each(
    kinds: impl Iterator<Item = EstimatorKind>,
    mut one: impl FnMut(EstimatorKind) -> Result<Certificate, InferError>,
) -> Result<Certificates, InferError> {
    let mut certificates = Certificates::new();
    for kind in kinds {
        match one(kind) {
            Ok(certificate) => drop(certificates.insert(kind.name(), certificate)),
            Err(InferError::Capability { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(certificates)
}
