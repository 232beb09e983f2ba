//! Shift and scale of each feature, fitted on the training examples.

use serde::{Deserialize, Serialize};

/// The affine map `x' = (x − mean) / std` of each feature.
///
/// A feature that is constant over the training examples has `std = 1`, so that it is shifted to
/// zero and stays finite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standardization {
    /// The mean of each feature over the training examples.
    pub mean: Vec<f64>,
    /// The standard deviation (of the population, 1/n) of each feature over the training examples.
    pub std: Vec<f64>,
}

impl Standardization {
    /// From the sums of squared deviations of `n` examples around their mean.
    pub(crate) fn from_deviations(mean: Vec<f64>, squares: &[f64], n: usize) -> Self {
        let std = mean.iter().zip(squares).map(|(mean, squares)| {
            let std = (squares / n as f64).sqrt();
            // What the rounding of a constant leaves is not a spread.
            if std > 1e-12 * mean.abs() { std } else { 1.0 }
        });
        Self { std: std.collect(), mean }
    }

    /// `Σ_d log |dx'_d/dx_d| = −Σ_d log std_d`.
    pub(crate) fn log_jacobian(&self) -> f64 {
        -self.std.iter().map(|std| std.ln()).sum::<f64>()
    }
}
