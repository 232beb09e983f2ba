//! What to do about a step that is not finite.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::config::require;
use crate::InferError;

/// What to do about a step whose loss, gradient or update is not finite.
///
/// Whatever is done, the step is as if it had never been tried, and a resumed run does the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnNonFinite {
    /// End the run; its last checkpoint stands.
    #[default]
    Stop,
    /// Leave the batch out and go on.
    Skip,
    /// Go back to the weights and optimizer of the end of the last epoch, cut the learning rate for
    /// the rest of the run, and go on with the batch after this one.
    Rollback,
}

/// How far `skip` and `rollback` go before they stop after all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NonFiniteLimits {
    /// With `skip`: batches that may be left out in a row.
    pub skips_in_a_row: u64,
    /// With `rollback`: how often a run may go back.
    pub rollbacks: u64,
    /// With `rollback`: what the learning rate is multiplied with each time.
    pub learning_rate_cut: f64,
}

impl Default for NonFiniteLimits {
    fn default() -> Self {
        Self { skips_in_a_row: 10, rollbacks: 5, learning_rate_cut: 0.5 }
    }
}

impl NonFiniteLimits {
    pub(super) fn validate(&self) -> Result<(), InferError> {
        require(self.skips_in_a_row > 0, "fit.nonfinite.skips_in_a_row", self.skips_in_a_row, "at least 1")?;
        require(self.rollbacks > 0, "fit.nonfinite.rollbacks", self.rollbacks, "at least 1")?;
        let cut = self.learning_rate_cut;
        require(cut > 0.0 && cut < 1.0, "fit.nonfinite.learning_rate_cut", cut, "a factor between 0 and 1")
    }
}

/// What a run has met of steps that were not finite, and where it goes back to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Incidents {
    /// Batches left out.
    pub skipped: u64,
    /// Batches left out since the last update.
    pub skipped_in_a_row: u64,
    /// How often the run went back.
    pub rollbacks: u64,
    /// The product of all cuts of the learning rate.
    pub learning_rate_factor: f64,
    /// The step whose state a rollback goes back to.
    pub anchor: Option<u64>,
    /// The objective of the first update, which divergence is judged by.
    pub first_objective: Option<f64>,
}

impl Default for Incidents {
    fn default() -> Self {
        Self {
            skipped: 0,
            skipped_in_a_row: 0,
            rollbacks: 0,
            learning_rate_factor: 1.0,
            anchor: None,
            first_objective: None,
        }
    }
}

/// How many times its own size below its start an objective has to fall to be called divergent.
const ABSURD: f64 = 1e4;

impl Incidents {
    /// Whether an objective is absurdly far below the first one, though finite; takes the first one
    /// down.
    pub(super) fn has_diverged(&mut self, objective: f64) -> bool {
        let first = *self.first_objective.get_or_insert(objective);
        objective < first - ABSURD * (1.0 + first.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_range_are_named() {
        let d = NonFiniteLimits::default;
        d().validate().expect("valid defaults");
        for (limits, option) in [
            (NonFiniteLimits { skips_in_a_row: 0, ..d() }, "fit.nonfinite.skips_in_a_row"),
            (NonFiniteLimits { rollbacks: 0, ..d() }, "fit.nonfinite.rollbacks"),
            (NonFiniteLimits { learning_rate_cut: 1.0, ..d() }, "fit.nonfinite.learning_rate_cut"),
            (NonFiniteLimits { learning_rate_cut: f64::NAN, ..d() }, "fit.nonfinite.learning_rate_cut"),
        ] {
            let message = limits.validate().expect_err("out of range").to_string();
            assert!(message.contains(option), "{message}");
        }
    }

    #[test]
    fn divergence_is_a_fall_of_many_orders_of_magnitude() {
        let mut incidents = Incidents::default();
        let objectives = [-500.0, -90.0, -4e5, -4.9e6, -1e20];
        assert_eq!(objectives.map(|value| incidents.has_diverged(value)), [false, false, false, false, true]);
        // A bound may begin near zero, or above.
        let mut incidents = Incidents::default();
        assert_eq!(
            [0.0, -9e3, 1e9, -2e4].map(|value| incidents.has_diverged(value)),
            [false, false, false, true]
        );
    }

    #[test]
    fn a_checkpoint_of_before_reads_as_nothing_met() {
        assert_eq!(serde_json::from_str::<Incidents>("{}").expect("defaults"), Incidents::default());
    }
}
