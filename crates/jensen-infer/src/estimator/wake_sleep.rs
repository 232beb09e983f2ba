//! Wake–sleep: the posterior follows another objective than the model.

use burn::tensor::Tensor;
use jensen_prob::{Distribution, Expand};

use super::{Estimator, Problem, Requirement, Surrogate};
use crate::{Evidence, Guide, InferError, JointModel};

/// Where the posterior learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// On the data: `max E_{p(z | x)}[log q(z | x)]`, the expectation by the importance weights of the posterior's own
    /// samples (reweighted wake–sleep, Bornschein & Bengio 2015; Le et al. 2019).
    Wake,
    /// On dreams `z, x ~ p`: `max E_p[log q(z | x)]` (Hinton, Dayan, Frey & Neal 1995).
    Sleep,
}

/// The model climbs the objective; the posterior minimises a divergence from the *model's* posterior to it, which no
/// reparameterisation and no baseline is needed for.
///
/// In the wake phase it is `KL(p(z | x) ‖ q)` at the data, estimated with the bias of self-normalised weights, which falls
/// with the number of samples; in the sleep phase the same at data that the model makes up, without bias. Neither is the
/// gradient of the objective for the posterior's parameters; for the model's it is.
#[derive(Clone, Copy, Debug)]
pub struct WakeSleep {
    phase: Phase,
}

impl WakeSleep {
    /// The posterior learning in this phase.
    pub fn new(phase: Phase) -> Self {
        Self { phase }
    }

    /// At the data the posterior is weighed by the importance weights, which other bounds do not have.
    fn requirement(self) -> Requirement {
        match self.phase {
            Phase::Wake => Requirement::Arithmetic,
            Phase::Sleep => Requirement::SampledPowerMean,
        }
    }

    /// What the user calls it.
    fn name(self) -> &'static str {
        match self.phase {
            Phase::Wake => "reweighted-wake-sleep",
            Phase::Sleep => "wake-sleep",
        }
    }
}

impl<M, G> Estimator<M, G> for WakeSleep
where
    M: JointModel<Condition: Clone, Prior: Expand>,
    G: Guide<M, Posterior: Expand>,
{
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        let mean = self.requirement().power_mean(self.name(), problem.objective)?;
        if self.phase == Phase::Wake && problem.samples() < 2 {
            // The weight of one sample is 1, whatever it is.
            return Err(InferError::too_few_samples(problem.objective));
        }
        let posterior = problem.posterior();
        let expanded = posterior.expand(problem.samples());
        let latent = expanded.sample(&problem.rng());
        let log_posterior = expanded.log_prob(&latent);
        let terms = problem.terms(&posterior, log_posterior.clone(), &latent)?;
        let bound = problem.bound(&terms);
        let weights = mean.sample_weights(terms.log_weights(problem.divergence_scale()).inner());
        let prior = problem.model.prior(&problem.evidence.condition);
        let log_prior = problem.by_sample(prior.log_prob(&latent)) * problem.divergence_scale();
        let log_joint = terms.log_likelihood.clone() + log_prior;
        let log_posterior = match self.phase {
            Phase::Wake => {
                // Those of the posterior, whatever weight the objective gives the divergence.
                let weights = mean.sample_weights(terms.log_weights(1.0).inner());
                (problem.by_sample(log_posterior) * weights).sum_dim(0).squeeze_dim(0)
            }
            Phase::Sleep => dreamt(problem, &prior),
        };
        let wake = (log_joint * weights).sum_dim(0).squeeze_dim::<1>(0);
        Ok(Surrogate::new(bound, terms, (wake + log_posterior).mean().neg()))
    }

    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        Some(posterior.expand(problem.samples()).sample(&problem.rng()))
    }
}

/// `log q(z | x)` of one dream an example, `[batch]`.
fn dreamt<M, G>(problem: &Problem<'_, M, G>, prior: &M::Prior) -> Tensor<1>
where
    M: JointModel<Condition: Clone, Prior: Expand>,
    G: Guide<M>,
{
    let condition = &problem.evidence.condition;
    let rng = problem.rng();
    let repeats = problem.batch() / prior.rows();
    let latent = prior.expand(repeats).sample(&rng.fork("dream"));
    let observation = problem.model.likelihood(&latent, condition).sample(&rng.fork("dreamt observation"));
    let dream = Evidence::<M> {
        observation,
        condition: condition.clone(),
        rows: problem.evidence.rows,
        log_jacobian: problem.evidence.log_jacobian,
    };
    problem.guide.posterior(&dream).log_prob(&latent)
}
