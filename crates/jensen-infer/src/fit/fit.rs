//! What to train on, how, and with what around it.

use std::sync::atomic::AtomicBool;

use jensen_data::Loader;

use super::run::Run;
use super::{
    Checkpoint, Checkpoints, Failures, FitConfig, Horizon, Observer, Outcome, Progress, Provenance, Warning,
};
use crate::{InferError, Learner};

/// A run that nobody asks to stop.
static NEVER: AtomicBool = AtomicBool::new(false);

/// The fit loop around any [`Learner`].
///
/// Without more, it trains for the configured epochs; validation, checkpoints and a stop signal are
/// added one by one. It can be started, or resumed from its checkpoints, any number of times.
///
/// # Which weights
/// When a run is over, the learner holds the weights of the best validation step if there is
/// validation, else the last; its last state is in the newest checkpoint. After an interruption it
/// holds the last.
#[derive(Clone, Debug)]
pub struct Fit<'a> {
    pub(super) config: FitConfig,
    pub(super) seed: u64,
    pub(super) provenance: Provenance,
    pub(super) train: &'a Loader<'a>,
    pub(super) validation: Option<&'a Loader<'a>>,
    pub(super) checkpoints: Option<&'a Checkpoints>,
    pub(super) failures: Option<&'a Failures>,
    pub(super) stop: &'a AtomicBool,
}

impl<'a> Fit<'a> {
    /// Training on the examples of `train`, every draw named by `seed`.
    ///
    /// # Errors
    /// [`InferError::Option`] naming the first value of `config` out of range.
    pub fn new(config: FitConfig, seed: u64, train: &'a Loader<'a>) -> Result<Self, InferError> {
        config.validate()?;
        let provenance = Provenance::default();
        Ok(Self {
            config,
            seed,
            provenance,
            train,
            validation: None,
            checkpoints: None,
            failures: None,
            stop: &NEVER,
        })
    }

    /// Measures these examples after each epoch, in their fixed order, to choose the best step.
    pub fn with_validation(self, validation: &'a Loader<'a>) -> Self {
        Self { validation: Some(validation), ..self }
    }

    /// Writes checkpoints there, and resumes from there.
    pub fn with_checkpoints(self, checkpoints: &'a Checkpoints) -> Self {
        Self { checkpoints: Some(checkpoints), ..self }
    }

    /// Keeps there what a failed step was made from, to be replayed.
    pub fn with_failures(self, failures: &'a Failures) -> Self {
        Self { failures: Some(failures), ..self }
    }

    /// Stores with each checkpoint what the run's bits depend on besides the seed; a resume is held
    /// against it.
    pub fn with_provenance(self, provenance: Provenance) -> Self {
        Self { provenance, ..self }
    }

    /// Stops after the update under way, with a checkpoint, once `stop` is true.
    pub fn with_stop(self, stop: &'a AtomicBool) -> Self {
        Self { stop, ..self }
    }

    /// Trains from the learner's present state.
    ///
    /// # Errors
    /// [`InferError::NonFinite`] if a step is not finite and the configuration does not say to go on, or
    /// not that often; checkpoints written before stand. Also if the
    /// checkpoints' folder holds another run, a file cannot be read or written, or an observer fails.
    pub fn start(
        &self,
        learner: &mut dyn Learner,
        observer: &mut dyn Observer,
    ) -> Result<Outcome, InferError> {
        if let Some(checkpoints) = self.checkpoints
            && !checkpoints.steps()?.is_empty()
        {
            let source = std::io::Error::new(
                std::io::ErrorKind::AlreadyExists,
                "it holds the checkpoints of a run: resume that run, or choose another folder",
            );
            return Err(InferError::Io { action: "start in", path: checkpoints.folder().to_owned(), source });
        }
        let progress = Progress::new(self.horizon(), self.seed, self.provenance.clone());
        Run::new(self, learner, observer, progress, None).go(&[])
    }

    /// Goes on from the newest checkpoint that can be read, to the same bits as if the run had never
    /// been interrupted.
    ///
    /// The number of epochs may differ from that of the first start; schedules keep the length they
    /// had.
    ///
    /// # Errors
    /// As [`start`](Self::start); and [`InferError::State`] if the checkpoint is of another seed,
    /// configuration or model, or of data with another number of updates in an epoch (their content
    /// is for the configuration's fingerprint to hold), [`InferError::Io`] or
    /// [`InferError::Damaged`] if there is none to be read.
    pub fn resume(
        &self,
        learner: &mut dyn Learner,
        observer: &mut dyn Observer,
    ) -> Result<Outcome, InferError> {
        let Some(checkpoints) = self.checkpoints else {
            return self.start(learner, observer);
        };
        let (checkpoint, mut warnings) = checkpoints.latest()?;
        let mut progress = checkpoint.progress;
        if progress.seed != self.seed {
            let detail = format!("the seed was {} and is now {}", progress.seed, self.seed);
            return Err(InferError::State { detail });
        }
        warnings.extend(self.provenance.check_resume(&progress.provenance)?);
        let (stored, here) = (progress.horizon.steps_per_epoch, self.horizon().steps_per_epoch);
        if stored != here {
            let detail = format!("an epoch had {stored} updates and now has {here}");
            return Err(InferError::State { detail });
        }
        learner.load_state(&checkpoint.state)?;
        if let Some(best) = progress.monitor.best() {
            let path = checkpoints.path(best.step);
            if Checkpoint::read(&path).is_err() {
                progress.monitor.forget_best();
                warnings.push(Warning::LostBest { path });
            }
        }
        if let Some(step) = progress.incidents.anchor
            && step != progress.step
            && Checkpoint::read(&checkpoints.path(step)).is_err()
        {
            progress.incidents.anchor = None;
            warnings.push(Warning::LostAnchor { path: checkpoints.path(step) });
        }
        progress.provenance = self.provenance.clone();
        let newest = progress.clone();
        Run::new(self, learner, observer, progress, Some(&newest)).go(&warnings)
    }

    fn horizon(&self) -> Horizon {
        let steps_per_epoch = self.train.batches().div_ceil(self.config.accumulate) as u64;
        Horizon { steps_per_epoch, total_steps: self.config.epochs.saturating_mul(steps_per_epoch) }
    }
}
