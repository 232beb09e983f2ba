//! The thermodynamic bound.

use burn::tensor::Tensor;

use super::{Objective, PowerMean, Terms};

/// The lower Riemann sum of thermodynamic integration between posterior and model,
/// `Σ_j (t_{j+1} − t_j) E_{π_j}[log w]` with `π_j ∝ q(z | x) w(z)^{t_j}`, `0 = t_0 < t_1 < … < t_J = 1`
/// (Masrani, Le & Wood 2019, "The thermodynamic variational objective").
///
/// `log p(x) = ∫₀¹ E_{π_t}[log w] dt`, whose integrand rises with `t`, so the sum is below it; with one interval
/// it is the ELBO. The expectations are self-normalised averages over the same `K` samples; what is climbed is the mean
/// of that estimate, below `log p(x)` too, and not the sum that it goes to with `K`. Points after the first are spaced
/// evenly in their logarithms.
#[derive(Clone, Debug)]
pub struct Thermodynamic {
    /// Samples of each example, `K`.
    pub samples: usize,
    /// Intervals, `J`.
    pub intervals: usize,
    /// The end of the first interval, `t_1`, where there are more than one.
    pub first: f64,
}

impl Thermodynamic {
    /// `t_0, …, t_J`.
    pub fn points(&self) -> Vec<f64> {
        let inner = self.intervals.saturating_sub(1);
        let spaced = (0..inner).map(|j| self.first.powf(1.0 - j as f64 / inner as f64));
        std::iter::once(0.0).chain(spaced).chain([1.0]).collect()
    }
}

impl Objective for Thermodynamic {
    fn name(&self) -> &'static str {
        "tvo"
    }

    fn samples(&self) -> usize {
        self.samples
    }

    fn monitored(&self) -> &'static str {
        self.name()
    }

    fn bound(&self, terms: &Terms, warm_up: f64) -> Tensor<1> {
        let log_weights = terms.log_weights(warm_up);
        let points = self.points();
        let rectangle = |pair: &[f64]| {
            let weights = PowerMean { order: pair[0] }.sample_weights(log_weights.clone());
            (weights * log_weights.clone()).sum_dim(0) * (pair[1] - pair[0])
        };
        let sum = points.windows(2).map(rectangle).reduce(|sum, next| sum + next);
        sum.expect("there is an interval").squeeze_dim(0)
    }
}
