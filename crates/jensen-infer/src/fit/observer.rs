//! Who watches a run: progress displays, logs, pictures.

use std::path::Path;

use super::{Best, EpochMeans, Outcome, Warning};
use crate::{InferError, Metrics, StepReport};

/// Something that happened in a run, in the order in which it happens.
///
/// Steps and epochs are counted from 1 here, as people count: `step` is how many updates have been
/// made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Training begins or goes on.
    Started {
        /// Updates made in earlier sittings; 0 for a new run.
        step: u64,
        /// Epochs completed in earlier sittings.
        epoch: u64,
        /// Epochs of the whole run.
        epochs: u64,
        /// Updates in an epoch.
        steps_per_epoch: u64,
        /// Examples in an epoch.
        examples: usize,
    },
    /// An update was made.
    Step {
        /// Updates made.
        step: u64,
        /// The last update of the run, unless it stops early.
        steps: u64,
        /// The epoch under way.
        epoch: u64,
        /// Batches taken of this epoch.
        batch: usize,
        /// Batches in an epoch.
        batches: usize,
        /// What the learner says.
        report: &'a StepReport,
        /// The learning rate of this update.
        learning_rate: f64,
        /// The factor of KL warm-up in this update.
        warm_up: f64,
        /// Training speed over this epoch, validation not counted.
        examples_per_second: f64,
        /// Time spent in training, over all sittings.
        seconds: f64,
    },
    /// The validation examples were measured.
    Validated {
        /// Updates made.
        step: u64,
        /// The epoch that just ended.
        epoch: u64,
        /// What was measured.
        metrics: &'a Metrics,
        /// The best validation so far, which may be this one.
        best: Option<Best>,
    },
    /// An epoch is over.
    EpochEnd {
        /// Updates made.
        step: u64,
        /// The epoch that just ended.
        epoch: u64,
        /// Means over the epoch.
        train: &'a EpochMeans,
        /// The validation at its end, where there was one.
        validation: Option<&'a Metrics>,
        /// The mean of the validation that chooses the best step; see
        /// [`Learner::monitored`](crate::Learner::monitored).
        monitored: &'static str,
        /// Training speed over this epoch, validation not counted.
        examples_per_second: f64,
        /// Time spent in training, over all sittings.
        seconds: f64,
    },
    /// A checkpoint is about to be written: what it has counted has to survive a power failure first.
    Checkpointing {
        /// Updates made.
        step: u64,
    },
    /// A checkpoint was written.
    Checkpointed {
        /// Updates made.
        step: u64,
        /// The file.
        path: &'a Path,
    },
    /// Something looks wrong.
    Warning(&'a Warning),
    /// Training is over, or was interrupted.
    Finished(&'a Outcome),
}

/// Receives the events of a run.
///
/// Several observers are one: a `Vec<Box<dyn Observer>>` passes every event on to each.
pub trait Observer {
    /// Takes in an event.
    ///
    /// # Errors
    /// Whatever it returns ends the run; checkpoints written so far stand.
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError>;
}

/// Watches nothing.
impl Observer for () {
    fn observe(&mut self, _: &Event<'_>) -> Result<(), InferError> {
        Ok(())
    }
}

impl<O: Observer + ?Sized> Observer for &mut O {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        (**self).observe(event)
    }
}

impl<O: Observer + ?Sized> Observer for Box<O> {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        (**self).observe(event)
    }
}

/// Each in its order; the first error ends it.
impl<O: Observer> Observer for Vec<O> {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        self.iter_mut().try_for_each(|observer| observer.observe(event))
    }
}
