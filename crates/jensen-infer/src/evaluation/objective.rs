//! The objective that a model was trained by, as a measure.

use burn::tensor::Tensor;
use jensen_prob::{Distribution, Expand};

use crate::estimator::Problem;
use crate::objective::{Divergence, Terms};
use crate::{Guide, InferError, JointModel};

/// The value of a bound for each example, `[batch]` in nats, by samples of the posterior: the same whichever
/// estimator climbs it.
///
/// # Errors
/// If the objective wants a closed-form KL that the guide does not have.
pub fn objective<M, G>(problem: &Problem<'_, M, G>) -> Result<Tensor<1>, InferError>
where
    M: JointModel,
    G: Guide<M, Posterior: Expand>,
{
    let posterior = problem.posterior();
    let expanded = posterior.expand(problem.samples());
    let (latent, divergence) = match problem.exact_kl(&posterior)? {
        Some(kl) => (expanded.sample(&problem.rng()), Divergence::Exact(kl)),
        None => {
            let (latent, log_posterior) = expanded.sample_with_log_prob(&problem.rng());
            let log_ratio = problem.log_ratio(log_posterior, &latent);
            (latent, Divergence::Sampled(log_ratio))
        }
    };
    Ok(problem.bound(&Terms { log_likelihood: problem.log_likelihood(&latent), divergence }))
}
