//! The reparameterised gradient, its score term reparameterised too.

use burn::tensor::Tensor;
use jensen_prob::{DetachParams, Distribution, Expand, Reparameterized};

use super::{Estimator, Problem, Remainder, Requirement, Surrogate};
use crate::objective::{Divergence, Terms};
use crate::{Guide, InferError, JointModel};

/// DReG: `∇_φ F = E[Σ_k c_k (∂ log w_k / ∂z_k)(∂z_k / ∂φ)]` with the coefficients that the order of the mean has,
/// of the importance-weighted bound the squared weights (Tucker, Lawson, Gu & Maddison 2019).
///
/// Unbiased for every [power mean](crate::objective::PowerMean) of importance weights. The signal-to-noise ratio of
/// the posterior's gradient rises with the number of samples, where that of [`Pathwise`](super::Pathwise) falls
/// (Rainforth et al. 2018). For the ELBO it is [`StickingTheLanding`](super::StickingTheLanding).
///
/// The model's parameters have the weights `v_k`, the posterior's `c_k`: the gradient that comes out of the decoder is
/// weighed again before it goes into the encoder, so one pass through each is enough.
#[derive(Clone, Copy, Debug, Default)]
pub struct DoublyReparameterized;

impl<M, G> Estimator<M, G> for DoublyReparameterized
where
    M: JointModel<Latent = Tensor<2>>,
    G: Guide<M, Posterior: Reparameterized + Expand + DetachParams>,
{
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        let mean = Requirement::SampledPowerMean.power_mean("dreg", problem.objective)?;
        let expanded = problem.posterior().expand(problem.samples());
        let draw = expanded.rsample(&problem.rng());
        let latent = draw.clone().detach().require_grad();
        let log_posterior = expanded.detach_params().log_prob(&latent);
        let divergence = Divergence::Sampled(problem.log_ratio(log_posterior, &latent));
        let terms = Terms { log_likelihood: problem.log_likelihood(&latent), divergence };
        let log_weights = terms.log_weights(problem.divergence_scale());
        let weights = mean.sample_weights(log_weights.clone().inner());
        let loss = (weights.clone() * log_weights).sum_dim(0).mean().neg();
        let (bound, beta) = (problem.bound(&terms), problem.divergence_scale());
        let mut surrogate = Surrogate::new(bound, terms, loss);
        let rows = draw.dims()[0];
        surrogate.remainder = Some(Remainder::new(move |gradients| {
            let again = mean.reparameterized_again(weights, beta).reshape([rows, 1]);
            match latent.grad(gradients) {
                Some(gradient) => (draw * (gradient * again)).sum(),
                None => draw.sum() * 0.0,
            }
        }));
        Ok(surrogate)
    }

    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        Some(posterior.expand(problem.samples()).rsample(&problem.rng()))
    }
}
