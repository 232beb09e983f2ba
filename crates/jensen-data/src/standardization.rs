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
