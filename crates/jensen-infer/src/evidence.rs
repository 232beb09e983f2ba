//! A batch as a model sees it: what is known of each example.

use burn::tensor::{Device, Tensor};
use jensen_data::{Batch, DataError, Role};

use crate::JointModel;

/// Observations and conditions of some examples, with the rows they came from.
///
/// The rows address the random numbers of each example, and let a per-datapoint guide find its
/// parameters.
#[derive(Debug)]
pub struct Evidence<'a, M: JointModel> {
    /// `x`, one row an example.
    pub observation: M::Observation,
    /// `c`, one row an example, or `()`.
    pub condition: M::Condition,
    /// The index of each example in its data set.
    pub rows: &'a [u64],
    /// `log |dx'/dx|` of each example, where `x'` is what the model sees and `x` the datum in its own
    /// units; added to its log-likelihood.
    pub log_jacobian: &'a [f64],
}

impl<'a, M> Evidence<'a, M>
where
    M: JointModel<Observation: FromBatch, Condition: FromBatch>,
{
    /// Reads what the model needs from a batch.
    ///
    /// # Errors
    /// If the batch has no field for a role that the model reads.
    pub fn read(batch: &'a Batch, device: &Device) -> Result<Self, DataError> {
        Ok(Self {
            observation: FromBatch::from_batch(batch, Role::Observation, device)?,
            condition: FromBatch::from_batch(batch, Role::Condition, device)?,
            rows: batch.rows(),
            log_jacobian: batch.log_jacobian(),
        })
    }
}

/// A value that can be read from the fields of a batch.
pub trait FromBatch: Sized {
    /// Reads the field of `role` onto `device`.
    ///
    /// # Errors
    /// If the batch has no such field.
    fn from_batch(batch: &Batch, role: Role, device: &Device) -> Result<Self, DataError>;
}

impl FromBatch for Tensor<2> {
    fn from_batch(batch: &Batch, role: Role, device: &Device) -> Result<Self, DataError> {
        batch.tensor(role, device)
    }
}

impl FromBatch for () {
    fn from_batch(_: &Batch, _: Role, _: &Device) -> Result<Self, DataError> {
        Ok(())
    }
}
