//! When to stop, and which step was the best.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::config::require;
use crate::InferError;

/// Stop when the validation bound no longer rises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EarlyStopping {
    /// How many validations in a row may pass without progress; without it the run goes to its end.
    ///
    /// Validations before the end of KL warm-up do not count.
    pub patience: Option<u32>,
    /// How far the bound must rise to count as progress, in nats per example.
    pub min_delta: f64,
}

impl EarlyStopping {
    /// Checks every value.
    ///
    /// # Errors
    /// [`InferError::Option`] naming the first value out of range.
    pub fn validate(&self) -> Result<(), InferError> {
        let patience = self.patience.unwrap_or(1);
        require(patience > 0, "fit.early_stopping.patience", patience, "at least 1")?;
        let within = self.min_delta >= 0.0 && self.min_delta.is_finite();
        require(within, "fit.early_stopping.min_delta", self.min_delta, "at least 0 nats")
    }
}

/// The best validation so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// How many updates had been made.
    pub step: u64,
    /// The validation bound, in nats per example.
    pub value: f64,
}

/// What validation has shown so far; part of every checkpoint.
///
/// The best step is the one with the highest bound, however small the gain. Patience asks for more:
/// a rise by `min_delta` over the last value that was itself progress, so that a slow creep still
/// counts once it adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Monitor {
    best: Option<Best>,
    reference: Option<f64>,
    without_progress: u32,
}

impl Monitor {
    /// The best validation so far.
    pub fn best(&self) -> Option<Best> {
        self.best
    }

    /// Takes in a validation for the choice of the best step; says nothing of patience.
    pub fn note(&mut self, step: u64, value: f64) {
        if self.best.is_none_or(|best| value > best.value) {
            self.best = Some(Best { step, value });
        }
    }

    /// Takes in a validation made after warm-up for patience.
    pub fn count(&mut self, value: f64, rule: &EarlyStopping) {
        if self.reference.is_none_or(|reference| value > reference + rule.min_delta) {
            self.reference = Some(value);
            self.without_progress = 0;
        } else {
            self.without_progress = self.without_progress.saturating_add(1);
        }
    }

    /// Whether patience has run out.
    pub fn is_exhausted(&self, rule: &EarlyStopping) -> bool {
        rule.patience.is_some_and(|patience| self.without_progress >= patience)
    }

    /// Forgets the best step, whose weights were lost; patience goes on.
    pub(super) fn forget_best(&mut self) {
        self.best = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At which of `values` patience runs out.
    fn stops_at(values: &[f64], rule: EarlyStopping) -> Option<usize> {
        let mut monitor = Monitor::default();
        values.iter().position(|&value| {
            monitor.count(value, &rule);
            monitor.is_exhausted(&rule)
        })
    }

    #[test]
    fn patience_counts_validations_without_progress() {
        let rule = EarlyStopping { patience: Some(2), min_delta: 0.0 };
        assert_eq!(stops_at(&[-3.0, -2.0, -2.5, -1.0, -1.0, -1.0, 0.0], rule), Some(5));
        assert_eq!(stops_at(&[-3.0, -4.0, -2.0, -4.0, -1.0], rule), None);
        assert_eq!(stops_at(&[-1.0; 50], EarlyStopping::default()), None);
    }

    #[test]
    fn a_creep_counts_once_it_adds_up() {
        let rule = EarlyStopping { patience: Some(3), min_delta: 1.0 };
        let creep: Vec<f64> = (0..30).map(|i| 0.6 * f64::from(i)).collect();
        assert_eq!(stops_at(&creep, rule), None);
        let slower: Vec<f64> = (0..30).map(|i| 0.3 * f64::from(i)).collect();
        assert_eq!(stops_at(&slower, rule), Some(3));
    }

    #[test]
    fn the_best_is_the_first_of_the_highest() {
        let mut monitor = Monitor::default();
        for (step, value) in [(1, -3.0), (2, -1.0), (3, -1.0), (4, -2.0)] {
            monitor.note(step, value);
        }
        assert_eq!(monitor.best(), Some(Best { step: 2, value: -1.0 }));
    }

    #[test]
    fn values_out_of_range_are_named() {
        let patience = EarlyStopping { patience: Some(0), min_delta: 0.0 };
        let delta = EarlyStopping { patience: None, min_delta: f64::NAN };
        for (rule, option) in [(patience, "early_stopping.patience"), (delta, "early_stopping.min_delta")] {
            assert!(rule.validate().expect_err("out of range").to_string().contains(option));
        }
    }
}
