//! The options of the fit loop.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EarlyStopping, NonFiniteLimits, OnNonFinite, Schedule, WarmUp};
use crate::InferError;

/// How long, how fast and how watchfully to train: the section `[fit]` of a configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FitConfig {
    /// Passes over the training examples.
    pub epochs: u64,
    /// Examples in a batch.
    pub batch_size: usize,
    /// Batches in one update, which is then that of their union (but free bits look at one batch at a
    /// time).
    pub accumulate: usize,
    /// The base learning rate, which the schedule multiplies.
    pub learning_rate: f64,
    /// How the learning rate moves over the run.
    pub schedule: Schedule,
    /// How the divergence comes in.
    pub kl_warm_up: WarmUp,
    /// When to stop before the last epoch.
    pub early_stopping: EarlyStopping,
    /// Validate after every so many epochs, and after the last.
    pub validate_every: u64,
    /// How often to write a checkpoint.
    pub checkpoint: CheckpointInterval,
    /// What to do about a step that is not finite: `stop`, `skip` the batch, or `rollback` to the end
    /// of the last epoch with a lower learning rate.
    pub on_nonfinite: OnNonFinite,
    /// How far `skip` and `rollback` go.
    pub nonfinite: NonFiniteLimits,
}

/// A checkpoint is written as soon as either interval has passed, on interruption and at the end.
///
/// When it is written never changes what is learned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CheckpointInterval {
    /// Seconds between checkpoints: what a killed run loses at most.
    pub seconds: f64,
    /// Updates between checkpoints.
    pub steps: Option<u64>,
}

impl Default for FitConfig {
    fn default() -> Self {
        Self {
            epochs: 60,
            batch_size: 64,
            accumulate: 1,
            learning_rate: 2e-3,
            // Not to zero: a resume for more epochs, which keeps the schedule's length, still learns.
            schedule: Schedule::Cosine { warm_up: 0.0, floor: 0.02 },
            kl_warm_up: WarmUp::default(),
            early_stopping: EarlyStopping::default(),
            validate_every: 1,
            checkpoint: CheckpointInterval::default(),
            on_nonfinite: OnNonFinite::default(),
            nonfinite: NonFiniteLimits::default(),
        }
    }
}

impl Default for CheckpointInterval {
    fn default() -> Self {
        Self { seconds: 30.0, steps: None }
    }
}

impl FitConfig {
    /// Checks every value.
    ///
    /// # Errors
    /// [`InferError::Option`] naming the first value out of range.
    pub fn validate(&self) -> Result<(), InferError> {
        require(self.epochs > 0, "fit.epochs", self.epochs, "at least 1")?;
        require(self.batch_size > 0, "fit.batch_size", self.batch_size, "at least 1")?;
        require(self.accumulate > 0, "fit.accumulate", self.accumulate, "at least 1")?;
        let within = self.learning_rate > 0.0 && self.learning_rate.is_finite();
        require(within, "fit.learning_rate", self.learning_rate, "a finite rate above 0")?;
        self.schedule.validate()?;
        self.kl_warm_up.validate()?;
        self.early_stopping.validate()?;
        require(self.validate_every > 0, "fit.validate_every", self.validate_every, "at least 1")?;
        let CheckpointInterval { seconds, steps } = self.checkpoint;
        require(seconds >= 0.0, "fit.checkpoint.seconds", seconds, "at least 0")?;
        require(steps != Some(0), "fit.checkpoint.steps", 0, "at least 1")?;
        self.nonfinite.validate()
    }
}

/// An option error unless the condition holds; state it so that a NaN fails.
pub(super) fn require(
    holds: bool,
    option: &'static str,
    value: impl Display,
    expected: &'static str,
) -> Result<(), InferError> {
    if holds { Ok(()) } else { Err(InferError::Option { option, value: value.to_string(), expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_and_what_an_empty_section_reads_as() {
        let config: FitConfig = serde_json::from_str("{}").expect("an empty section");
        assert_eq!(config, FitConfig::default());
        config.validate().expect("valid defaults");
    }

    #[test]
    fn values_out_of_range_are_named() {
        let d = FitConfig::default;
        for (config, option) in [
            (FitConfig { epochs: 0, ..d() }, "`fit.epochs`"),
            (FitConfig { batch_size: 0, ..d() }, "`fit.batch_size`"),
            (FitConfig { accumulate: 0, ..d() }, "`fit.accumulate`"),
            (FitConfig { learning_rate: f64::NAN, ..d() }, "`fit.learning_rate`"),
            (FitConfig { learning_rate: 0.0, ..d() }, "`fit.learning_rate`"),
            (FitConfig { schedule: Schedule::Exponential { last: 2.0 }, ..d() }, "`fit.schedule.last`"),
            (FitConfig { kl_warm_up: WarmUp::Linear { epochs: -1.0 }, ..d() }, "`fit.kl_warm_up.epochs`"),
            (FitConfig { validate_every: 0, ..d() }, "`fit.validate_every`"),
            (
                FitConfig { checkpoint: CheckpointInterval { seconds: f64::NAN, steps: None }, ..d() },
                "`fit.checkpoint.seconds`",
            ),
            (
                FitConfig { checkpoint: CheckpointInterval { seconds: 1.0, steps: Some(0) }, ..d() },
                "`fit.checkpoint.steps`",
            ),
        ] {
            let message = config.validate().expect_err("out of range").to_string();
            assert!(message.starts_with(option), "{message}");
        }
    }

    #[test]
    fn an_unknown_option_is_refused_and_the_schema_lists_the_known() {
        assert!(serde_json::from_str::<FitConfig>(r#"{"epoch": 3}"#).is_err());
        let schema = serde_json::to_value(schemars::schema_for!(FitConfig)).expect("a schema");
        let known = schema["properties"].as_object().expect("properties");
        assert!(known.contains_key("kl_warm_up") && known.contains_key("schedule"));
    }
}
