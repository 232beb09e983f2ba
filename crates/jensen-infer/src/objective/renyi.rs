//! The variational Rényi bound.

use burn::tensor::Tensor;

use super::{ELBO, Objective, PowerMean, Terms};

/// `1/(1 − α) log 1/K Σ_k w_k^{1 − α}`, an estimate of `log p(x) − D_α(q ‖ p(z | x))` (Li & Turner 2016).
///
/// At `α → 1` the ELBO, at `α = 0` the importance-weighted bound; between them it lies between them, for the
/// same samples. It falls in α. For `α < 0` the divergence's bound lies above `log p(x)`, but its estimate from few
/// samples may lie below it, so it bounds nothing.
#[derive(Clone, Debug)]
pub struct Renyi {
    /// Importance samples of each example, `K`.
    pub samples: usize,
    /// The order α of the divergence.
    pub alpha: f64,
    /// The weight β of the divergence in each weight.
    pub beta: f64,
}

impl Renyi {
    /// The bound of order `alpha` from `samples` importance samples.
    pub fn new(samples: usize, alpha: f64) -> Self {
        Self { samples, alpha, beta: 1.0 }
    }

    fn mean(&self) -> PowerMean {
        PowerMean { order: 1.0 - self.alpha }
    }
}

impl Objective for Renyi {
    fn name(&self) -> &'static str {
        "renyi"
    }

    fn samples(&self) -> usize {
        self.samples
    }

    /// The bound itself, as for the importance-weighted one; with β ≠ 1 or α < 0 it is none, and rises with the spread of
    /// the weights.
    #[expect(clippy::float_cmp, reason = "1 is set, not computed")]
    fn monitored(&self) -> &'static str {
        if self.beta == 1.0 && self.alpha >= 0.0 { self.name() } else { ELBO }
    }

    fn beta(&self) -> f64 {
        self.beta
    }

    fn power_mean(&self) -> Option<PowerMean> {
        Some(self.mean())
    }

    fn bound(&self, terms: &Terms, warm_up: f64) -> Tensor<1> {
        self.mean().bound(terms.log_weights(self.beta * warm_up))
    }
}
