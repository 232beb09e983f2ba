//! A failed step made again from its bundle.

use super::{Autopsy, Bundle, NonFinite};
use crate::{InferError, Learner};

/// What came of making a failed step again.
#[derive(Clone, Debug)]
pub struct Replay {
    /// What is wrong this time; `None` if the step succeeds here.
    pub failure: Option<NonFinite>,
    /// The values on the way.
    pub autopsy: Autopsy,
    /// Whether the same term fails, in the same rows.
    pub is_reproduced: bool,
    /// Whether every value on the way has the same bits.
    pub is_bit_for_bit: bool,
}

impl Bundle {
    /// Makes the step again with a learner of the bundle's configuration, whose state is replaced.
    ///
    /// # Errors
    /// [`InferError::State`] if the learner is of another configuration, or whatever else a step can
    /// meet but a value that is not finite.
    pub fn replay(&self, learner: &mut dyn Learner) -> Result<Replay, InferError> {
        learner.load_state(&self.state)?;
        let context = self.circumstances.context();
        let autopsy = learner.autopsy(&self.batches, &context)?;
        let failure = match learner.step(&self.batches, &context) {
            Ok(_) => None,
            Err(InferError::NonFinite(failure)) => Some(failure.explained_by(&autopsy)),
            Err(error) => return Err(error),
        };
        let is_reproduced = failure.as_ref().is_some_and(|failure| failure.is_same(&self.failure));
        let is_bit_for_bit = is_reproduced && autopsy.is_same(&self.autopsy);
        Ok(Replay { failure, autopsy, is_reproduced, is_bit_for_bit })
    }
}
