//! The importance-weighted bound.

use burn::tensor::Tensor;

use super::{ELBO, Objective, PowerMean, Terms};

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

    /// The bound itself: a posterior that is learned under it is wide, and its ELBO falls while it rises (Rainforth et
    /// al. 2018). With β ≠ 1 it is none.
    #[expect(clippy::float_cmp, reason = "1 is set, not computed")]
    fn monitored(&self) -> &'static str {
        if self.beta == 1.0 { self.name() } else { ELBO }
    }

    fn beta(&self) -> f64 {
        self.beta
    }

    fn power_mean(&self) -> Option<PowerMean> {
        Some(PowerMean::ARITHMETIC)
    }

    fn bound(&self, terms: &Terms, warm_up: f64) -> Tensor<1> {
        PowerMean::ARITHMETIC.bound(terms.log_weights(self.beta * warm_up))
    }
}
