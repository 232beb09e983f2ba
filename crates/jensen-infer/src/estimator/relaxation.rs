//! Biased gradients through a continuous relaxation.

use burn::module::Module;
use burn::tensor::Tensor;
use jensen_prob::{ConditionalReparameterized, DetachParams, Distribution, Expand, Mean};

use super::{Estimator, Problem, Surrogate};
use crate::{Guide, InferError, JointModel};

/// What the model sees, and what the gradient goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelaxationKind {
    /// The model sees the relaxed value and is differentiated there (Maddison, Mnih & Teh 2017; Jang, Gu & Poole 2017).
    GumbelSoftmax,
    /// The model sees the discrete value; its gradient is given to the mean (Bengio, Léonard & Courville 2013).
    StraightThrough,
    /// The model sees the discrete value; its gradient is given to the relaxed value (Jang, Gu & Poole 2017, §2.2).
    StraightThroughGumbel,
}

/// The reparameterised gradient of a neighbour of the discrete posterior: biased, of low variance.
///
/// A low temperature has less bias and more variance. The reported bound is always that of the discrete value, for which
/// [`RelaxationKind::GumbelSoftmax`] takes a second pass forward through the model. Where the divergence is taken at samples,
/// `log q` and `log p` of a relaxed value are those of the discrete families continued to it, as usual.
#[derive(Clone, Copy, Debug)]
pub struct Relaxation {
    /// Which gradient.
    pub kind: RelaxationKind,
    /// The temperature λ of the relaxation; the mean has none.
    pub temperature: f64,
}

impl<M, G> Estimator<M, G> for Relaxation
where
    M: JointModel<Latent = Tensor<2>> + Module,
    G: Guide<M, Posterior: ConditionalReparameterized + Mean + DetachParams + Expand>,
{
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        let posterior = problem.posterior();
        let expanded = posterior.expand(problem.samples());
        let continuous = expanded.continuous_sample(&problem.rng());
        let discrete = expanded.discretize(&continuous);
        let relaxed = match self.kind {
            RelaxationKind::StraightThrough => expanded.mean(),
            RelaxationKind::GumbelSoftmax | RelaxationKind::StraightThroughGumbel => {
                let temperature =
                    Tensor::full([1, 1], self.temperature, &continuous.device().without_autodiff());
                expanded.relax(continuous, temperature)
            }
        };
        let seen = match self.kind {
            RelaxationKind::GumbelSoftmax => relaxed,
            // The value of one and the gradient of the other.
            RelaxationKind::StraightThrough | RelaxationKind::StraightThroughGumbel => {
                discrete.clone() + (relaxed.clone() - relaxed.detach())
            }
        };
        let terms = problem.terms(&posterior, expanded.log_prob(&seen), &seen)?;
        let bound = problem.bound(&terms);
        let loss = bound.clone().mean().neg();
        if self.kind == RelaxationKind::GumbelSoftmax {
            // A report, which no gradient goes through.
            let reported = Problem { model: &problem.model.valid(), ..*problem };
            let log_posterior = expanded.detach_params().log_prob(&discrete);
            let terms = reported.terms(&posterior.detach_params(), log_posterior, &discrete)?;
            return Ok(Surrogate::new(reported.bound(&terms), terms, loss));
        }
        Ok(Surrogate::new(bound, terms, loss))
    }

    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        let expanded = posterior.expand(problem.samples());
        Some(expanded.discretize(&expanded.continuous_sample(&problem.rng())))
    }
}
