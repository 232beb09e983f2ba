//! The reparameterised gradient without its score term.

use jensen_prob::{DetachParams, Distribution, Expand, Reparameterized};

use super::{Estimator, Problem, Requirement, Surrogate};
use crate::objective::{Divergence, Terms};
use crate::{Guide, InferError, JointModel};

/// The reparameterised gradient with `log q(z | x)` held fixed as a function of its parameters, so that only the
/// way through the draw counts (Roeder, Wu & Duvenaud 2017, "Sticking the landing").
///
/// What is left out has mean 0 under one sample, so the gradient of the ELBO stays unbiased; and where the
/// posterior is exact, every draw gives a gradient of exactly 0. Of bounds that weigh several samples against
/// each other it would be biased, and it refuses them: use [`DoublyReparameterized`](super::DoublyReparameterized) there.
#[derive(Clone, Copy, Debug, Default)]
pub struct StickingTheLanding;

impl<M, G> Estimator<M, G> for StickingTheLanding
where
    M: JointModel,
    G: Guide<M, Posterior: Reparameterized + Expand + DetachParams>,
{
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        Requirement::SampledAdditive.power_mean("sticking-the-landing", problem.objective)?;
        let expanded = problem.posterior().expand(problem.samples());
        let latent = expanded.rsample(&problem.rng());
        let log_posterior = expanded.detach_params().log_prob(&latent);
        let divergence = Divergence::Sampled(problem.log_ratio(log_posterior, &latent));
        let terms = Terms { log_likelihood: problem.log_likelihood(&latent), divergence };
        let bound = problem.bound(&terms);
        Ok(Surrogate::new(bound.clone(), terms, bound.mean().neg()))
    }

    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        Some(posterior.expand(problem.samples()).rsample(&problem.rng()))
    }
}
