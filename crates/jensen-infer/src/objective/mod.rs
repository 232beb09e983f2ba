//! Which bound on the evidence is climbed.
//!
//! By Jensen's inequality `log p(x) = log E_q[p(x, z) / q(z | x)] ≥ E_q[log p(x, z) − log q(z | x)]`;
//! every objective here is such a bound, or a relaxation of one. How its gradient is found is an
//! [`Estimator`](crate::Estimator)'s business.

mod config;
mod elbo;
mod iwae;
mod power_mean;
mod renyi;
mod terms;
mod thermodynamic;

use std::fmt::Debug;

use burn::tensor::Tensor;

pub use config::{ObjectiveConfig, ObjectiveKind};
pub use elbo::Elbo;
pub use iwae::Iwae;
pub use power_mean::PowerMean;
pub use renyi::Renyi;
pub use terms::{Divergence, DivergenceForm, Terms};
pub use thermodynamic::Thermodynamic;

/// The name of the plain bound, at β = 1 without free bits, among what is measured.
pub const ELBO: &str = "elbo";

/// A bound on `log p(x)`, made of the [`Terms`] of `K` posterior samples.
///
/// One's own, `E_q[log p(x | z)] − γ |KL − C|`, which wants a divergence of `C` nats (Burgess et al. 2018, "Understanding
/// disentangling in β-VAE", eq. 8):
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_infer::Objective;
/// use jensen_infer::objective::{Divergence, DivergenceForm, Terms};
///
/// #[derive(Debug)]
/// struct Capacity {
///     gamma: f64,
///     nats: f64,
/// }
///
/// impl Objective for Capacity {
///     fn name(&self) -> &'static str {
///         "capacity"
///     }
///
///     fn samples(&self) -> usize {
///         1
///     }
///
///     fn divergence_form(&self) -> DivergenceForm {
///         DivergenceForm::Exact
///     }
///
///     fn bound(&self, terms: &Terms, warm_up: f64) -> Tensor<1> {
///         terms.reconstruction() - (terms.kl() - self.nats).abs() * (self.gamma * warm_up)
///     }
/// }
///
/// let device = Device::flex();
/// let log_likelihood = Tensor::from_data([[-3.0f32]], &device);
/// let divergence = Divergence::Exact(Tensor::from_data([[0.5f32, 1.25]], &device));
/// let bound = Capacity { gamma: 2.0, nats: 1.0 }.bound(&Terms { log_likelihood, divergence }, 1.0);
/// assert_eq!(bound.into_scalar::<f32>(), -4.5);
/// ```
pub trait Objective: Debug + Send {
    /// What a user calls it.
    fn name(&self) -> &'static str;

    /// How many posterior samples an example gets, `K`.
    fn samples(&self) -> usize;

    /// In which form it needs the divergence of posterior and prior: to weigh samples, at each of them.
    fn divergence_form(&self) -> DivergenceForm {
        DivergenceForm::Sampled
    }

    /// What validation chooses the best step by: [`ELBO`], in which objectives with any β and free bits are
    /// comparable, or its own [`name`](Self::name) if it is a bound that the ELBO says little about.
    fn monitored(&self) -> &'static str {
        ELBO
    }

    /// The weight β of the divergence, which KL warm-up scales.
    fn beta(&self) -> f64 {
        1.0
    }

    /// Which mean of the importance weights the bound is, if it is one: what estimators need that look at each
    /// sample on its own.
    fn power_mean(&self) -> Option<PowerMean> {
        None
    }

    /// The bound of each example in nats, `[batch]`, with the divergence scaled by `warm_up`.
    fn bound(&self, terms: &Terms, warm_up: f64) -> Tensor<1>;
}
