//! The evidence lower bound and its β and free-bits relaxations.

use burn::tensor::Tensor;

use super::{Divergence, DivergenceForm, Objective, PowerMean, Terms};

/// `E_q[log p(x | z)] − β KL(q(z | x) ‖ p(z))` (Kingma & Welling 2014, eq. 3; β: Higgins et al. 2017).
///
/// With `free_bits = λ > 0` the divergence of each group of latents, averaged over the batch, counts at
/// least λ nats, so that nothing is gained by pressing it below (Kingma et al. 2016, eq. 15):
/// `E_q[log p(x | z)] − β Σ_d max(λ, mean_batch KL_d)`. Groups are the columns of
/// [`Guide::exact_kl`](crate::Guide::exact_kl): dimensions that are independent each for itself, a choice among categories
/// or a full covariance as one. That is no bound on any single example; the
/// monitored bound is always at β = 1 without free bits. With accumulation the mean is that of each
/// batch, not of their union.
#[derive(Clone, Debug)]
pub struct Elbo {
    /// Posterior samples of each example, `K`; the variance of the estimate falls as `1/K`.
    pub samples: usize,
    /// Whether the divergence is exact or estimated at the samples.
    pub divergence: DivergenceForm,
    /// The weight β of the divergence; above 1 trades reconstruction for a factorised posterior.
    pub beta: f64,
    /// The nats λ that each group of latents has for free; needs the exact divergence.
    pub free_bits: f64,
}

impl Elbo {
    /// The plain bound: one sample, exact divergence, β = 1, no free bits.
    pub fn new() -> Self {
        Self { samples: 1, divergence: DivergenceForm::Exact, beta: 1.0, free_bits: 0.0 }
    }
}

impl Default for Elbo {
    fn default() -> Self {
        Self::new()
    }
}

impl Objective for Elbo {
    fn name(&self) -> &'static str {
        match self.divergence {
            DivergenceForm::Exact => "elbo",
            DivergenceForm::Sampled => "elbo-mc",
        }
    }

    fn samples(&self) -> usize {
        self.samples
    }

    fn divergence_form(&self) -> DivergenceForm {
        self.divergence
    }

    fn beta(&self) -> f64 {
        self.beta
    }

    fn power_mean(&self) -> Option<PowerMean> {
        Some(PowerMean::GEOMETRIC)
    }

    /// # Panics
    /// If there are free bits and the divergence is not exact: samples do not tell dimensions apart.
    fn bound(&self, terms: &Terms, warm_up: f64) -> Tensor<1> {
        let divergence = match &terms.divergence {
            _ if self.free_bits == 0.0 => terms.kl(),
            Divergence::Exact(per_dim) => per_dim.clone().mean_dim(0).clamp_min(self.free_bits).sum(),
            Divergence::Sampled(_) => {
                panic!("free bits need the divergence of each dimension in closed form")
            }
        };
        terms.reconstruction() - divergence * (self.beta * warm_up)
    }
}
