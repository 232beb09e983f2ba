//! One sitting of a run, from its start or resume to its end or interruption.

use std::sync::atomic::Ordering;
use std::time::Instant;

use jensen_data::Batch;
use jensen_random::Rng;

use super::collapse::CollapseWatch;
use super::keeper::Keeper;
use super::validation::{check_report, validate};
use super::{
    Checkpoint, Ending, EpochSums, Event, Fit, FitConfig, Horizon, Observer, Outcome, Progress, Schedule,
    Warning,
};
use crate::{InferError, Learner, Metrics, StepContext};

/// The loop itself.
///
/// A checkpoint is taken in the middle of an epoch, which has room for the time before its validation too, or
/// after all that follows its end: what a checkpoint has counted, the log has told.
pub(super) struct Run<'a, 'r> {
    pub(super) fit: &'a Fit<'a>,
    pub(super) learner: &'r mut dyn Learner,
    pub(super) observer: &'r mut dyn Observer,
    pub(super) progress: Progress,
    pub(super) keeper: Keeper<'a>,
    collapse: CollapseWatch,
    pace: Pace,
    has_warned_of_divergence: bool,
    began: Instant,
    seconds_before: f64,
}

/// The examples of an epoch and the time that training on them took, in this sitting.
#[derive(Default)]
struct Pace {
    examples: usize,
    seconds: f64,
}

impl Pace {
    fn examples_per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.examples as f64 / self.seconds } else { 0.0 }
    }
}

impl<'a, 'r> Run<'a, 'r> {
    /// A sitting that begins at `progress`; `newest` is that of the checkpoint it was read from.
    pub(super) fn new(
        fit: &'a Fit<'a>,
        learner: &'r mut dyn Learner,
        observer: &'r mut dyn Observer,
        progress: Progress,
        newest: Option<&Progress>,
    ) -> Self {
        Self {
            seconds_before: progress.seconds,
            keeper: Keeper::new(fit.checkpoints, fit.config.checkpoint, newest),
            fit,
            learner,
            observer,
            progress,
            collapse: CollapseWatch::default(),
            pace: Pace::default(),
            has_warned_of_divergence: false,
            began: Instant::now(),
        }
    }

    /// Trains to the end, and leaves the learner with the weights to keep.
    pub(super) fn go(mut self, warnings: &[Warning]) -> Result<Outcome, InferError> {
        let Progress { step, epoch, horizon, .. } = self.progress;
        self.observer.observe(&Event::Started {
            step,
            epoch,
            epochs: self.fit.config.epochs,
            steps_per_epoch: horizon.steps_per_epoch,
            examples: self.fit.train.examples(),
        })?;
        for warning in warnings {
            self.observer.observe(&Event::Warning(warning))?;
        }
        for warning in self.foreseen() {
            self.observer.observe(&Event::Warning(&warning))?;
        }
        if self.progress.incidents.anchor.is_none_or(|anchor| anchor == step) {
            self.set_anchor();
        }
        let ending = match self.train() {
            Ok(ending) => ending,
            Err(error) => {
                // The best state is a good one, and may be newer than any checkpoint. The error that
                // ended the run is the one to tell.
                let _ = self.keeper.write_best();
                return Err(error);
            }
        };
        if self.keeper.is_new(&self.progress) {
            self.save()?;
        }
        let weights_step = self.load_weights_to_keep(ending)?;
        let outcome = Outcome {
            ending,
            epochs: self.progress.epoch,
            steps: self.progress.step,
            best: self.progress.monitor.best(),
            weights_step,
            seconds: self.seconds(),
        };
        self.observer.observe(&Event::Finished(&outcome))?;
        Ok(outcome)
    }

    /// What the configuration asks for and cannot give.
    fn foreseen(&self) -> Vec<Warning> {
        let FitConfig { epochs, learning_rate, schedule, early_stopping, .. } = &self.fit.config;
        let mut warnings = Vec::new();
        if early_stopping.patience.is_some() && self.fit.validation.is_none() {
            warnings.push(Warning::NothingToWatch);
        }
        let Horizon { steps_per_epoch, total_steps: steps } = self.progress.horizon;
        if epochs.saturating_mul(steps_per_epoch) > steps && *schedule != (Schedule::Constant {}) {
            let learning_rate = learning_rate * schedule.factor(steps, steps);
            warnings.push(Warning::ScheduleOver { steps, learning_rate });
        }
        warnings
    }

    fn train(&mut self) -> Result<Ending, InferError> {
        while self.progress.epoch < self.fit.config.epochs {
            if self.progress.monitor.is_exhausted(&self.fit.config.early_stopping) {
                return Ok(Ending::EarlyStopped);
            }
            if self.learner.is_converged() {
                return Ok(Ending::Converged);
            }
            if self.is_asked_to_stop() || self.epoch()? == Some(Ending::Interrupted) {
                return Ok(Ending::Interrupted);
            }
        }
        Ok(Ending::Finished)
    }

    /// Trains to the end of the epoch under way, or until interrupted.
    fn epoch(&mut self) -> Result<Option<Ending>, InferError> {
        let fit = self.fit;
        self.pace = Pace::default();
        let mut batches = fit.train.epoch(self.progress.epoch).skip(self.progress.batch);
        while self.progress.batch < fit.train.batches() {
            let before = Instant::now();
            let group = batches.by_ref().take(fit.config.accumulate).collect::<Result<Vec<_>, _>>()?;
            self.step(&group, before)?;
            if self.progress.batch < fit.train.batches() {
                if self.is_asked_to_stop() {
                    return Ok(Some(Ending::Interrupted));
                }
                self.save_if_due()?;
            }
        }
        if self.end_epoch()? == Some(Ending::Interrupted) {
            return Ok(Some(Ending::Interrupted));
        }
        self.save_if_due()?;
        Ok(None)
    }

    fn step(&mut self, group: &[Batch], before: Instant) -> Result<(), InferError> {
        let Progress { step, horizon, .. } = self.progress;
        let config = &self.fit.config;
        let context = StepContext {
            step,
            rng: step_stream(self.fit.seed, step),
            learning_rate: config.learning_rate
                * config.schedule.factor(step, horizon.total_steps)
                * self.progress.incidents.learning_rate_factor,
            warm_up: config.kl_warm_up.factor(step, horizon),
        };
        let report = match self.learner.step(group, &context) {
            Err(InferError::NonFinite(failure)) => return self.go_on_from(*failure, group, &context),
            result => result?,
        };
        check_report(&report, step, group)?;
        self.progress.step += 1;
        self.progress.batch += group.len();
        self.progress.sums.add(&report);
        self.progress.incidents.skipped_in_a_row = 0;
        self.watch_divergence(report.objective)?;
        self.pace.examples += report.examples;
        self.pace.seconds += before.elapsed().as_secs_f64();
        self.observer.observe(&Event::Step {
            step: self.progress.step,
            steps: config.epochs.saturating_mul(horizon.steps_per_epoch),
            epoch: self.progress.epoch + 1,
            batch: self.progress.batch,
            batches: self.fit.train.batches(),
            report: &report,
            learning_rate: context.learning_rate,
            warm_up: context.warm_up,
            examples_per_second: self.pace.examples_per_second(),
            seconds: self.seconds(),
        })
    }

    /// Warns once of an objective that is finite and absurd.
    fn watch_divergence(&mut self, objective: f64) -> Result<(), InferError> {
        let incidents = &mut self.progress.incidents;
        if !incidents.has_diverged(objective) || self.has_warned_of_divergence {
            return Ok(());
        }
        self.has_warned_of_divergence = true;
        let (step, first) = (self.progress.step, incidents.first_objective.unwrap_or(objective));
        self.observer.observe(&Event::Warning(&Warning::Divergence { step, objective, first }))
    }

    /// Validates and counts the epoch; interrupted before that is done, the epoch stays open after its last batch.
    fn end_epoch(&mut self) -> Result<Option<Ending>, InferError> {
        let (step, epoch) = (self.progress.step, self.progress.epoch + 1);
        let config = &self.fit.config;
        let due = epoch.is_multiple_of(config.validate_every) || epoch == config.epochs;
        let metrics = match self.fit.validation {
            Some(loader) if due => {
                let rng = stream(self.fit.seed).fork("validation");
                match validate(self.learner, loader, rng, step, self.fit.stop) {
                    Err(InferError::NonFinite(failure)) => {
                        self.go_on_from_validation(*failure)?;
                        None
                    }
                    Ok(None) => return Ok(Some(Ending::Interrupted)),
                    result => result?,
                }
            }
            _ => None,
        };
        if let Some(metrics) = &metrics {
            self.judge(metrics, epoch)?;
        }
        self.observer.observe(&Event::EpochEnd {
            step,
            epoch,
            train: &self.progress.sums.means(),
            validation: metrics.as_ref(),
            monitored: self.learner.monitored(),
            examples_per_second: self.pace.examples_per_second(),
            seconds: self.seconds(),
        })?;
        self.progress.epoch = epoch;
        self.progress.batch = 0;
        self.progress.sums = EpochSums::default();
        // First, so that the best refers to it: a run may have to go on from the best.
        self.set_anchor();
        if self.progress.monitor.best().is_some_and(|best| best.step == step) {
            self.keeper.hold_best(self.checkpoint());
        }
        Ok(None)
    }

    /// Draws the conclusions from a validation.
    fn judge(&mut self, metrics: &Metrics, epoch: u64) -> Result<(), InferError> {
        let Progress { step, horizon, .. } = self.progress;
        let config = &self.fit.config;
        let warm = step >= config.kl_warm_up.end(horizon);
        let monitor = &mut self.progress.monitor;
        let monitored = self.learner.monitored();
        let value = metrics.mean(monitored);
        if let Some(value) = value {
            monitor.note(step, value);
            if warm {
                monitor.count(value, &config.early_stopping);
            }
        }
        self.observer.observe(&Event::Validated { step, epoch, metrics, best: monitor.best() })?;
        if value.is_none() {
            self.observer.observe(&Event::Warning(&Warning::NotMonitored { metric: monitored }))?;
        }
        match warm.then(|| self.collapse.look(metrics)).flatten() {
            Some(warning) => self.observer.observe(&Event::Warning(&warning)),
            None => Ok(()),
        }
    }

    fn load_weights_to_keep(&mut self, ending: Ending) -> Result<u64, InferError> {
        let step = self.progress.step;
        match self.progress.monitor.best() {
            Some(best) if ending != Ending::Interrupted && best.step != step => {
                self.learner.load_state(&self.keeper.best_state(best.step)?)?;
                Ok(best.step)
            }
            _ => Ok(step),
        }
    }

    fn save_if_due(&mut self) -> Result<(), InferError> {
        if self.keeper.is_due(&self.progress) { self.save() } else { Ok(()) }
    }

    fn save(&mut self) -> Result<(), InferError> {
        self.progress.seconds = self.seconds();
        self.observer.observe(&Event::Checkpointing { step: self.progress.step })?;
        match self.keeper.write(&self.checkpoint())? {
            Some(path) => {
                self.observer.observe(&Event::Checkpointed { step: self.progress.step, path: &path })
            }
            None => Ok(()),
        }
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { progress: self.progress.clone(), state: self.learner.state() }
    }

    fn seconds(&self) -> f64 {
        self.seconds_before + self.began.elapsed().as_secs_f64()
    }

    fn is_asked_to_stop(&self) -> bool {
        self.fit.stop.load(Ordering::Relaxed)
    }
}

/// The draws of a run.
fn stream(seed: u64) -> Rng<'static> {
    Rng::seed(seed).fork("fit")
}

/// The draws of one step.
pub(crate) fn step_stream(seed: u64, step: u64) -> Rng<'static> {
    stream(seed).fork("step").at(step)
}
