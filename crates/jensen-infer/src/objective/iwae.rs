//! The importance-weighted bound.

use burn::tensor::Tensor;

use super::{Divergence, DivergenceForm, Objective, Terms};

/// `E[log 1/K Σ_k w_k]`, `log w_k = log p(x | z_k) − β (log q(z_k | x) − log p(z_k))`, `z_k ~ q`
/// (Burda, Grosse & Salakhutdinov 2016, eq. 8).
///
/// Rises with `K` from the ELBO (`K = 1`) to `log p(x)`. With β ≠ 1 it is no bound; warm-up passes
/// through such values.
#[derive(Clone, Debug)]
pub struct Iwae {
    /// Importance samples of each example, `K`.
    pub samples: usize,
    /// The weight β of the divergence.
    pub beta: f64,
}

impl Iwae {
    /// The bound of `samples` importance samples.
    pub fn new(samples: usize) -> Self {
        Self { samples, beta: 1.0 }
    }
}

impl Objective for Iwae {
    fn name(&self) -> &'static str {
        "iwae"
    }

    fn samples(&self) -> usize {
        self.samples
    }

    fn divergence_form(&self) -> DivergenceForm {
        DivergenceForm::Sampled
    }

    /// # Panics
    /// If the terms hold an exact divergence: importance weights need it at each sample.
    fn bound(&self, terms: &Terms, warm_up: f64) -> Tensor<1> {
        let Divergence::Sampled(log_ratio) = &terms.divergence else {
            panic!("importance weights need the divergence at each sample, not in closed form");
        };
        let log_weights = terms.log_likelihood.clone() - log_ratio.clone() * (self.beta * warm_up);
        log_mean_exp(log_weights)
    }
}

/// `log mean_k exp(l_k)` over the rows of `[K, batch]`; the largest is taken out, as a constant, so
/// that nothing overflows.
fn log_mean_exp(log_weights: Tensor<2>) -> Tensor<1> {
    let largest = log_weights.clone().inner().max_dim(0);
    let scaled = (log_weights - largest.clone()).exp().mean_dim(0);
    (scaled.log() + largest).squeeze_dim(0)
}
