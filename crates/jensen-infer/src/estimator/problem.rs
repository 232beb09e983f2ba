//! What a gradient is estimated of.

use burn::tensor::{Tensor, TensorData};
use jensen_prob::Distribution;
use jensen_random::Rng;

use crate::objective::{Divergence, DivergenceForm, Objective, Terms};
use crate::{Evidence, Guide, InferError, JointModel};

/// A bound, the model and guide whose parameters it is climbed by, and some examples.
pub struct Problem<'a, M: JointModel, G> {
    /// Which bound.
    pub objective: &'a dyn Objective,
    /// `p(x, z | c)`.
    pub model: &'a M,
    /// `q(z | x, c)`.
    pub guide: &'a G,
    /// The examples.
    pub evidence: &'a Evidence<'a, M>,
    /// What the estimate is drawn with.
    pub sampling: Sampling<'a>,
}

/// What an estimate is drawn with.
#[derive(Clone, Copy, Debug)]
pub struct Sampling<'a> {
    /// The stream of the posterior's samples; the estimator names the rows.
    pub rng: Rng<'a>,
    /// The factor in `[0, 1]` that KL warm-up puts on the divergence.
    pub warm_up: f64,
}

impl<M: JointModel, G: Guide<M>> Problem<'_, M, G> {
    /// How many examples there are.
    pub fn batch(&self) -> usize {
        self.evidence.rows.len()
    }

    /// How many samples each gets.
    pub fn samples(&self) -> usize {
        self.objective.samples()
    }

    /// The stream of the samples, each named for its example.
    pub fn rng(&self) -> Rng<'_> {
        self.sampling.rng.name_rows(self.evidence.rows)
    }

    /// The factor on the divergence, warm-up included.
    pub fn divergence_scale(&self) -> f64 {
        self.objective.beta() * self.sampling.warm_up
    }

    /// `q(z | x)`, one row an example.
    pub fn posterior(&self) -> G::Posterior {
        self.guide.posterior(self.evidence)
    }

    /// A number a sample and example from one a row.
    pub fn by_sample(&self, rows: Tensor<1>) -> Tensor<2> {
        let samples = rows.dims()[0] / self.batch();
        rows.reshape([samples, self.batch()])
    }

    /// The value of the bound.
    pub fn bound(&self, terms: &Terms) -> Tensor<1> {
        self.objective.bound(terms, self.sampling.warm_up)
    }

    /// `KL(q ‖ p)` in closed form if the objective wants it so.
    ///
    /// # Errors
    /// If it does and the guide has none.
    pub fn exact_kl(&self, posterior: &G::Posterior) -> Result<Option<Tensor<2>>, InferError> {
        if self.objective.divergence_form() == DivergenceForm::Sampled {
            return Ok(None);
        }
        let prior = self.model.prior(&self.evidence.condition);
        let kl = self.guide.exact_kl(posterior, &prior);
        kl.map(Some).ok_or_else(|| InferError::no_exact_kl(self.objective))
    }

    /// The terms of the bound at latents whose density under the posterior is `log_posterior`, one a row.
    ///
    /// # Errors
    /// If the objective wants a closed-form KL that the guide does not have.
    pub fn terms(
        &self,
        posterior: &G::Posterior,
        log_posterior: Tensor<1>,
        latent: &M::Latent,
    ) -> Result<Terms, InferError> {
        let divergence = match self.exact_kl(posterior)? {
            Some(kl) => Divergence::Exact(kl),
            None => Divergence::Sampled(self.log_ratio(log_posterior, latent)),
        };
        Ok(Terms { log_likelihood: self.log_likelihood(latent), divergence })
    }

    /// What the bound averages over samples, `[K, batch]`, under a posterior that may be a fixed one.
    pub fn integrand(&self, expanded: &G::Posterior, latent: &M::Latent) -> Tensor<2> {
        let log_likelihood = self.log_likelihood(latent);
        if self.objective.divergence_form() == DivergenceForm::Exact {
            return log_likelihood;
        }
        log_likelihood - self.log_ratio(expanded.log_prob(latent), latent) * self.divergence_scale()
    }

    /// `log q(z_k | x) − log p(z_k)` given the first, `[K, batch]`.
    pub fn log_ratio(&self, log_posterior: Tensor<1>, latent: &M::Latent) -> Tensor<2> {
        self.by_sample(log_posterior - self.model.prior(&self.evidence.condition).log_prob(latent))
    }

    /// `log p(x | z_k)` in the data's own units, `[K, batch]`.
    pub fn log_likelihood(&self, latent: &M::Latent) -> Tensor<2> {
        let likelihood = self.model.likelihood(latent, &self.evidence.condition);
        let log_likelihood = self.by_sample(likelihood.log_prob(&self.evidence.observation));
        let log_jacobian = self.log_jacobian(&log_likelihood);
        log_likelihood + log_jacobian
    }

    /// `log |dx'/dx|` of each example, `[1, batch]`, where and as `like` is.
    pub fn log_jacobian(&self, like: &Tensor<2>) -> Tensor<2> {
        let log_jacobian = TensorData::new(self.evidence.log_jacobian.to_vec(), [1, self.batch()]);
        Tensor::from_data(log_jacobian, (&like.device().without_autodiff(), like.dtype()))
    }
}
