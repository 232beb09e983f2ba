//! What the loop does when a step is not finite.

use jensen_data::Batch;

use super::run::Run;
use super::{Event, FitConfig, NonFiniteLimits, OnNonFinite, Warning};
use crate::forensics::{Bundle, Circumstances, NonFinite};
use crate::{InferError, StepContext};

impl Run<'_, '_> {
    /// Looks into a failed step, keeps its bundle, and goes on as configured; the data go on with the
    /// next batch.
    pub(super) fn go_on_from(
        &mut self,
        failure: NonFinite,
        group: &[Batch],
        context: &StepContext,
    ) -> Result<(), InferError> {
        let failure = self.investigate(failure, group, context)?;
        let FitConfig { on_nonfinite, nonfinite: limits, .. } = self.fit.config;
        match on_nonfinite {
            OnNonFinite::Stop => Err(failure.into()),
            OnNonFinite::Skip => {
                self.pass_over(group);
                self.count_skip(failure, limits)
            }
            OnNonFinite::Rollback => {
                self.pass_over(group);
                self.roll_back(failure, limits)
            }
        }
    }

    /// Goes on from a validation that is not finite, where going back can help.
    pub(super) fn go_on_from_validation(&mut self, failure: NonFinite) -> Result<(), InferError> {
        match self.fit.config.on_nonfinite {
            OnNonFinite::Rollback => self.roll_back(failure, self.fit.config.nonfinite),
            // Without a step there is nothing to leave out.
            OnNonFinite::Stop | OnNonFinite::Skip => Err(failure.into()),
        }
    }

    /// Where a rollback goes back to, from here on.
    pub(super) fn set_anchor(&mut self) {
        if self.fit.config.on_nonfinite == OnNonFinite::Rollback {
            self.progress.incidents.anchor = Some(self.progress.step);
            self.keeper.hold_anchor(self.checkpoint());
        }
    }

    /// Finds the first value at fault and writes the bundle.
    fn investigate(
        &mut self,
        failure: NonFinite,
        group: &[Batch],
        context: &StepContext,
    ) -> Result<NonFinite, InferError> {
        let autopsy = self.learner.autopsy(group, context)?;
        let mut failure = failure.explained_by(&autopsy);
        let Some(failures) = self.fit.failures else { return Ok(failure) };
        let circumstances = Circumstances {
            step: context.step,
            epoch: self.progress.epoch,
            learning_rate: context.learning_rate,
            warm_up: context.warm_up,
            seed: self.fit.seed,
            provenance: self.fit.provenance.clone(),
        };
        let bundle = Bundle {
            circumstances,
            failure: failure.clone(),
            autopsy,
            state: self.learner.state(),
            batches: group.to_vec(),
            documents: std::collections::BTreeMap::new(),
        };
        match failures.keep(bundle) {
            Ok(path) => failure.bundle = path,
            // The failure itself is what is to be told.
            Err(error) => {
                let warning = Warning::NoBundle { reason: error.to_string() };
                self.observer.observe(&Event::Warning(&warning))?;
            }
        }
        Ok(failure)
    }

    fn pass_over(&mut self, group: &[Batch]) {
        self.progress.step += 1;
        self.progress.batch += group.len();
    }

    fn count_skip(&mut self, failure: NonFinite, limits: NonFiniteLimits) -> Result<(), InferError> {
        let incidents = &mut self.progress.incidents;
        if incidents.skipped_in_a_row >= limits.skips_in_a_row {
            let n = limits.skips_in_a_row;
            let given_up =
                format!("{n} steps in a row were left out before it (`fit.nonfinite.skips_in_a_row`)");
            return Err(NonFinite { given_up: Some(given_up), ..failure }.into());
        }
        incidents.skipped += 1;
        incidents.skipped_in_a_row += 1;
        let (step, epoch, so_far) = (self.progress.step, self.progress.epoch + 1, incidents.skipped);
        let warning = Warning::Skipped { step, epoch, so_far, failure: Box::new(failure) };
        self.observer.observe(&Event::Warning(&warning))
    }

    /// Weights and optimizer go back; step and data go on, so that the run has its length and no
    /// batch that failed is met again.
    fn roll_back(&mut self, failure: NonFinite, limits: NonFiniteLimits) -> Result<(), InferError> {
        let incidents = &mut self.progress.incidents;
        if incidents.rollbacks >= limits.rollbacks {
            let n = limits.rollbacks;
            let given_up = format!("the run went back {n} times before (`fit.nonfinite.rollbacks`)");
            return Err(NonFinite { given_up: Some(given_up), ..failure }.into());
        }
        incidents.rollbacks += 1;
        incidents.learning_rate_factor *= limits.learning_rate_cut;
        let learning_rate_factor = incidents.learning_rate_factor;
        let anchor = incidents.anchor.expect("a run that may go back has set its anchor when it began");
        self.learner.load_state(&self.keeper.anchor_state(anchor)?)?;
        let (step, epoch) = (self.progress.step, self.progress.epoch + 1);
        let failure = Box::new(failure);
        let warning = Warning::RolledBack { step, epoch, anchor, learning_rate_factor, failure };
        self.observer.observe(&Event::Warning(&warning))
    }
}
