//! When checkpoints are written, and where the best state is until then.

use std::path::PathBuf;
use std::time::Instant;

use super::{Checkpoint, CheckpointInterval, Checkpoints, Progress};
use crate::{InferError, StateDict};

/// Writes the checkpoints of one sitting.
///
/// A new best is held in memory and written with the next checkpoint: a run killed in between
/// resumes from before it and finds it again, and epochs of a second do not wait for the disk.
#[derive(Debug)]
pub(super) struct Keeper<'a> {
    checkpoints: Option<&'a Checkpoints>,
    interval: CheckpointInterval,
    /// The best state, until it is in a file.
    best: Option<Checkpoint>,
    /// The state that a rollback goes back to.
    anchor: Option<Anchor>,
    /// Where the newest checkpoint is.
    newest: Option<Place>,
    written: Instant,
}

/// Where a checkpoint is in the run: one taken before the validation of an epoch has the step of the one after it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    step: u64,
    epoch: u64,
}

impl Place {
    fn of(progress: &Progress) -> Self {
        Self { step: progress.step, epoch: progress.epoch }
    }
}

/// A state that is in memory, and in a file as soon as a checkpoint refers to it.
#[derive(Debug)]
struct Anchor {
    checkpoint: Checkpoint,
    is_written: bool,
}

impl<'a> Keeper<'a> {
    /// Keeps to the folder, where there is one; `newest` is the checkpoint that the run goes on from.
    pub(super) fn new(
        checkpoints: Option<&'a Checkpoints>,
        interval: CheckpointInterval,
        newest: Option<&Progress>,
    ) -> Self {
        let newest = newest.map(Place::of);
        Self { checkpoints, interval, best: None, anchor: None, newest, written: Instant::now() }
    }

    /// Whether an interval has passed.
    pub(super) fn is_due(&self, progress: &Progress) -> bool {
        let newest = self.newest.map_or(0, |newest| newest.step);
        self.is_new(progress)
            && (self.interval.steps.is_some_and(|steps| progress.step >= newest + steps)
                || self.written.elapsed().as_secs_f64() >= self.interval.seconds)
    }

    /// Whether there is a folder, and its newest checkpoint is not of this place.
    pub(super) fn is_new(&self, progress: &Progress) -> bool {
        self.checkpoints.is_some() && self.newest != Some(Place::of(progress))
    }

    /// Holds the best state until the next checkpoint.
    pub(super) fn hold_best(&mut self, best: Checkpoint) {
        self.best = Some(best);
    }

    /// Holds the state that a rollback goes back to, until the next one.
    pub(super) fn hold_anchor(&mut self, checkpoint: Checkpoint) {
        self.anchor = Some(Anchor { checkpoint, is_written: false });
    }

    /// The state that a rollback goes back to, from memory or from its file.
    pub(super) fn anchor_state(&self, step: u64) -> Result<StateDict, InferError> {
        match (&self.anchor, self.checkpoints) {
            (None, Some(checkpoints)) => Ok(Checkpoint::read(&checkpoints.path(step))?.state),
            (anchor, _) => {
                let anchor = anchor.as_ref().expect("without a folder the anchor is in memory");
                Ok(anchor.checkpoint.state.clone())
            }
        }
    }

    /// Writes a checkpoint, after the best and the anchor if those are not yet written, and removes the old ones.
    pub(super) fn write(&mut self, checkpoint: &Checkpoint) -> Result<Option<PathBuf>, InferError> {
        let Some(checkpoints) = self.checkpoints else {
            return Ok(None);
        };
        let step = checkpoint.progress.step;
        self.best.take_if(|best| best.progress.step == step);
        self.write_best()?;
        if let Some(Anchor { checkpoint: anchor, is_written }) = &mut self.anchor
            && !*is_written
        {
            if anchor.progress.step != step {
                checkpoints.write(anchor)?;
            }
            *is_written = true;
        }
        let path = checkpoints.write(checkpoint)?;
        self.newest = Some(Place::of(&checkpoint.progress));
        self.written = Instant::now();
        let best = checkpoint.progress.monitor.best().map(|best| best.step);
        let needed: Vec<u64> = best.into_iter().chain(checkpoint.progress.incidents.anchor).collect();
        checkpoints.prune(step, &needed)?;
        Ok(Some(path))
    }

    /// Writes the best state if it is not yet written.
    pub(super) fn write_best(&mut self) -> Result<(), InferError> {
        if let (Some(checkpoints), Some(best)) = (self.checkpoints, &self.best) {
            checkpoints.write(best)?;
            self.best = None;
        }
        Ok(())
    }

    /// The best state, from memory or from its file.
    pub(super) fn best_state(&self, step: u64) -> Result<StateDict, InferError> {
        match (&self.best, self.checkpoints) {
            (None, Some(checkpoints)) => Ok(Checkpoint::read(&checkpoints.path(step))?.state),
            (best, _) => Ok(best.as_ref().expect("without a folder the best stays in memory").state.clone()),
        }
    }
}
