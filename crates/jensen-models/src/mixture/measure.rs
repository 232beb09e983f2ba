//! How likely a model finds the examples of a batch.

use jensen_data::{Batch, Role};
use jensen_infer::{InferError, Metrics};

use super::data::Numbers;
use super::{MixtureError, Rows};

pub use jensen_infer::LOG_LIKELIHOOD;

/// A model that says how likely rows are.
pub trait Density {
    /// `log p(x)` of each row in nats, over the values that are there.
    ///
    /// # Errors
    /// If the rows are not the model's.
    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError>;
}

/// `log p(x)` of each example in nats and the data's own units.
///
/// # Errors
/// If the batch has no observations of the model's width, or a value is infinite.
pub fn log_prob(model: &impl Density, batch: &Batch) -> Result<Vec<f64>, InferError> {
    let numbers = Numbers::of(batch)?;
    let log_prob = numbers.rows().and_then(|rows| model.log_prob(rows));
    let log_prob = log_prob.map_err(|error| error.of_rows(batch.rows()))?;
    Ok(log_prob.iter().zip(batch.log_jacobian()).map(|(log_prob, jacobian)| log_prob + jacobian).collect())
}

/// The metric [`LOG_LIKELIHOOD`] of a batch, each example as often as its weight says.
///
/// # Errors
/// As [`log_prob`].
pub fn measure(model: &impl Density, batch: &Batch) -> Result<Metrics, InferError> {
    let log_prob = log_prob(model, batch)?;
    let metrics = Metrics::new(batch.len());
    Ok(match weights(batch) {
        // Nothing of a row that does not count, not even an infinity.
        Some(weights) => {
            let counted = log_prob.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
            let sum = counted.map(|(log_prob, weight)| log_prob * weight).sum();
            metrics.with_weight(weights.iter().sum()).with_sum(LOG_LIKELIHOOD, sum)
        }
        None => metrics.with_sum(LOG_LIKELIHOOD, log_prob.iter().sum()),
    })
}

/// The weight of each example, where the data have weights.
pub fn weights(batch: &Batch) -> Option<Vec<f64>> {
    batch.field(Role::Weight).map(|field| field.array().to_f64())
}
