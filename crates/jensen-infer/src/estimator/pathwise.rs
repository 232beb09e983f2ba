//! The reparameterised gradient.

use burn::tensor::{Tensor, TensorData};
use jensen_prob::{Distribution, Expand, Reparameterized};

use super::{Estimator, Sampling, Surrogate};
use crate::objective::{Divergence, DivergenceForm, Objective, Terms};
use crate::{Evidence, Guide, InferError, JointModel};

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
    fn surrogate(
        &self,
        objective: &dyn Objective,
        model: &M,
        guide: &G,
        evidence: &Evidence<'_, M>,
        sampling: &Sampling<'_>,
    ) -> Result<Surrogate, InferError> {
        let terms = sampled_terms(objective, model, guide, evidence, sampling)?;
        let bound = objective.bound(&terms, sampling.warm_up);
        Ok(Surrogate {
            loss: bound.clone().mean().neg(),
            bound: bound.inner(),
            terms: terms.detach(),
            control: None,
        })
    }

    fn latents(
        &self,
        objective: &dyn Objective,
        posterior: &G::Posterior,
        rows: &[u64],
        sampling: &Sampling<'_>,
    ) -> Option<M::Latent> {
        Some(posterior.expand(objective.samples()).rsample(&sampling.rng.name_rows(rows)))
    }
}

/// The terms of `objective` at reparameterised samples of the posterior.
fn sampled_terms<M, G>(
    objective: &dyn Objective,
    model: &M,
    guide: &G,
    evidence: &Evidence<'_, M>,
    sampling: &Sampling<'_>,
) -> Result<Terms, InferError>
where
    M: JointModel,
    G: Guide<M, Posterior: Reparameterized + Expand>,
{
    let (batch, samples) = (evidence.rows.len(), objective.samples());
    let posterior = guide.posterior(evidence);
    let prior = model.prior(&evidence.condition);
    let rng = sampling.rng.name_rows(evidence.rows);
    let (latent, divergence) = match objective.divergence_form() {
        DivergenceForm::Exact => {
            let Some(kl) = guide.exact_kl(&posterior, &prior) else {
                return Err(InferError::NoExactKl { objective: objective.name(), valid: "elbo-mc, iwae" });
            };
            (posterior.expand(samples).rsample(&rng), Divergence::Exact(kl))
        }
        DivergenceForm::Sampled => {
            let (latent, log_posterior) = posterior.expand(samples).rsample_with_log_prob(&rng);
            let log_ratio = log_posterior - prior.log_prob(&latent);
            (latent, Divergence::Sampled(log_ratio.reshape([samples, batch])))
        }
    };
    let log_likelihood = model.likelihood(&latent, &evidence.condition).log_prob(&evidence.observation);
    let log_jacobian: Vec<f32> = evidence.log_jacobian.iter().map(|&value| value as f32).collect();
    let device = log_likelihood.device().without_autodiff();
    let log_jacobian = Tensor::from_data(TensorData::new(log_jacobian, [1, batch]), &device);
    let log_likelihood = log_likelihood.reshape([samples, batch]) + log_jacobian;
    Ok(Terms { log_likelihood, divergence })
}
