//! From the data's own units to what a model sees, and back.

use jensen_random::Rng;
use serde::{Deserialize, Serialize};

use crate::{Batch, Binarize, DataConfig, DataError, Dataset, Rows, Standardization};

/// Which draws a stochastic binarisation uses.
#[derive(Clone, Copy, Debug)]
pub enum Draws<'a> {
    /// Those of an epoch of training: the run's `rng.fork("binarize").at(epoch)`.
    Training(Rng<'a>),
    /// The fixed ones of every evaluation, the same for all runs.
    Evaluation,
}

/// From the data's own units to what a model sees, and back; constants fitted on the training rows.
///
/// Serialisable, to be stored in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    features: usize,
    scale: f64,
    binarize: Binarize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standardization: Option<Standardization>,
    likelihood: Measure,
}

/// What a likelihood measures: volume (densities) or points (probabilities).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Measure {
    Continuous,
    Discrete,
}

impl Preprocessing {
    /// Fits the constants to the training rows and checks every row of the data set.
    ///
    /// # Errors
    /// If the data set has no observations, a value is not finite, or a value that is to be
    /// binarised is outside [0, 1].
    pub fn fit(config: &DataConfig, dataset: &Dataset, train: &Rows) -> Result<Self, DataError> {
        let _ = (config, dataset, train);
        todo!()
    }

    /// The same, for a likelihood over discrete values (Bernoulli, discretized logistic): such
    /// probabilities have no units, so the log-Jacobian is zero.
    pub fn for_discrete_likelihood(mut self) -> Self {
        self.likelihood = Measure::Discrete;
        self
    }

    /// What the model sees of a batch as read.
    ///
    /// # Errors
    /// If an observation is not finite or has another number of features.
    pub fn apply(&self, batch: Batch, draws: Draws<'_>) -> Result<Batch, DataError> {
        let _ = draws;
        Ok(batch)
    }

    /// Values as the model sees them, rows of `features` each, in the data's own units.
    ///
    /// # Panics
    /// If `values` is not a whole number of examples.
    pub fn undo(&self, values: &[f32]) -> Vec<f64> {
        let _ = values;
        todo!()
    }

    /// `Σ_d log |dx'_d/dx_d|` in nats, the same for each example: what is added to a log-density of
    /// `x'` to make it one of `x`.
    pub fn log_jacobian(&self) -> f64 {
        0.0
    }

    /// How grey values become bits.
    pub fn binarize(&self) -> Binarize {
        self.binarize
    }
}
