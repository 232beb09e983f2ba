//! The reparameterised gradient.

use jensen_prob::{Expand, Reparameterized};

use super::{Estimator, Problem, Surrogate};
use crate::objective::{Divergence, Terms};
use crate::{Guide, InferError, JointModel};

/// `∇ E_q(z)[f(z)] = E_ε[∇ f(z(ε))]`: differentiate through the draw itself (Kingma & Welling 2014,
/// §2.3; Rezende, Mohamed & Wierstra 2014).
///
/// Unbiased for every objective that is an expectation over reparameterised samples, and of low
/// variance. Works for posteriors that are [`Reparameterized`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Pathwise;

impl<M, G> Estimator<M, G> for Pathwise
where
    M: JointModel,
    G: Guide<M, Posterior: Reparameterized + Expand>,
{
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        let posterior = problem.posterior();
        let expanded = posterior.expand(problem.samples());
        let (latent, divergence) = match problem.exact_kl(&posterior)? {
            Some(kl) => (expanded.rsample(&problem.rng()), Divergence::Exact(kl)),
            None => {
                let (latent, log_posterior) = expanded.rsample_with_log_prob(&problem.rng());
                let log_ratio = problem.log_ratio(log_posterior, &latent);
                (latent, Divergence::Sampled(log_ratio))
            }
        };
        let terms = Terms { log_likelihood: problem.log_likelihood(&latent), divergence };
        let bound = problem.bound(&terms);
        Ok(Surrogate::new(bound.clone(), terms, bound.mean().neg()))
    }

    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        Some(posterior.expand(problem.samples()).rsample(&problem.rng()))
    }
}
