//! The objective that a model was trained by, as a measure.

use burn::tensor::Tensor;
use jensen_prob::{Distribution, Expand};

use crate::estimator::Problem;
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
    let latent = expanded.sample(&problem.rng());
    Ok(problem.bound(&problem.terms(&posterior, &expanded, &latent)?))
}
