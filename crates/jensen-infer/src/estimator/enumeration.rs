//! The exact gradient, by summing over every value.

use burn::tensor::Tensor;
use jensen_prob::{Distribution, Enumerable};

use super::{Estimator, Problem, Requirement, Surrogate};
use crate::objective::{Divergence, Terms};
use crate::{Guide, InferError, JointModel};

/// `∇ Σ_z q(z | x) f(z)`: no samples, no variance; the cost is the number of values.
///
/// For the ELBO, whose expectation is linear in the posterior. `Σ_z q(z | x) log q(z | x)` and the rest are differentiated
/// as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Enumeration;

impl<M, G> Estimator<M, G> for Enumeration
where
    M: JointModel,
    G: Guide<M, Posterior: Enumerable>,
{
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        Requirement::Additive.power_mean("enumeration", problem.objective)?;
        let posterior = problem.posterior();
        let latent = posterior.enumerate();
        let log_posterior = posterior.log_prob(&latent);
        let probability = problem.by_sample(log_posterior.clone()).exp();
        let expect = |values: Tensor<2>| (probability.clone() * values).sum_dim(0);
        let divergence = match problem.exact_kl(&posterior)? {
            Some(kl) => Divergence::Exact(kl),
            None => Divergence::Sampled(expect(problem.log_ratio(log_posterior, &latent))),
        };
        let terms = Terms { log_likelihood: expect(problem.log_likelihood(&latent)), divergence };
        let bound = problem.bound(&terms);
        Ok(Surrogate::new(bound.clone(), terms, bound.mean().neg()))
    }

    fn latents(&self, _: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        Some(posterior.enumerate())
    }
}
