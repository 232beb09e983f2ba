//! The score function with a first-order expansion as control variate.

use burn::module::Module;
use burn::tensor::Tensor;
use jensen_prob::{DetachParams, Distribution, Expand, Mean};

use super::{Estimator, Problem, Requirement, Surrogate};
use crate::{Guide, InferError, JointModel};

/// `MuProp` (Gu, Levine, Sutskever & Mnih 2016): `f` is expanded at the posterior's mean, the expansion's expectation is
/// differentiated exactly, and only what is left goes into the score function,
///
/// `∇ E_q[f(z)] = E_q[(f(z) − f(μ) − f′(μ)ᵀ(z − μ)) ∇ log q(z)] + f′(μ)ᵀ ∇μ`.
///
/// Unbiased; for the ELBO, and a posterior whose mean the model accepts as a latent.
#[derive(Clone, Copy, Debug, Default)]
pub struct MuProp;

impl<M, G> Estimator<M, G> for MuProp
where
    M: JointModel<Latent = Tensor<2>> + Module,
    G: Guide<M, Posterior: Mean + Expand + DetachParams>,
{
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        Requirement::Additive.power_mean("muprop", problem.objective)?;
        let samples = problem.samples();
        let posterior = problem.posterior();
        let expanded = posterior.expand(samples);
        let latent = expanded.sample(&problem.rng());
        let log_posterior = expanded.log_prob(&latent);
        let terms = problem.terms(&posterior, log_posterior.clone(), &latent)?;
        let bound = problem.bound(&terms);

        let mean = posterior.mean();
        let at = mean.clone().detach().require_grad();
        // A backward pass of its own, to the latent alone: to the loss, the expansion is a number.
        let fixed = Problem { model: &problem.model.valid(), ..*problem };
        let value = fixed.integrand(&posterior.detach_params(), &at);
        let slope =
            at.grad(&value.clone().sum().backward()).unwrap_or_else(|| at.clone().inner().zeros_like());
        let [rows, latents] = mean.dims();
        let distance = (latent.clone() - at.inner().repeat_dim(0, samples)).reshape([samples, rows, latents]);
        let linear = (distance * slope.clone().unsqueeze_dim::<3>(0)).sum_dim(2).squeeze_dim::<2>(2);
        let left = terms.integrand(problem.divergence_scale()).inner() - value.inner() - linear;
        let score = (problem.by_sample(log_posterior) * left).mean_dim(0).squeeze_dim::<1>(0);
        let path = (mean * slope).sum_dim(1).squeeze_dim::<1>(1);
        Ok(Surrogate::new(bound.clone(), terms, (score + path + bound).mean().neg()))
    }

    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        Some(posterior.expand(problem.samples()).sample(&problem.rng()))
    }
}
