//! Shift and scale of each feature, fitted on the training examples.

use serde::{Deserialize, Serialize};

use crate::moments::Moments;

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
    /// From the moments of each feature, whose values are divided by `divisor`.
    pub(crate) fn from_moments(moments: &[Moments], divisor: f64) -> Self {
        let mean = moments.iter().map(|one| one.mean().unwrap_or_default() / divisor).collect();
        let std = moments.iter().map(|one| one.spread().map_or(1.0, |std| std / divisor)).collect();
        Self { mean, std }
    }

    /// `Σ_d log |dx'_d/dx_d| = −Σ_d log std_d`.
    pub(crate) fn log_jacobian(&self) -> f64 {
        -self.std.iter().map(|std| std.ln()).sum::<f64>()
    }
}
