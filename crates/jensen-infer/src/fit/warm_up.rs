//! KL warm-up: a factor on the divergence that rises from 0 to 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::config::require;
use crate::InferError;

/// The length of a run as its schedules see it.
///
/// Fixed when the run first starts and kept in every checkpoint: a run resumed with more epochs
/// does not stretch its schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Horizon {
    /// Updates in one epoch.
    pub steps_per_epoch: u64,
    /// Updates in the whole run.
    pub total_steps: u64,
}

/// How the divergence comes in, so that the posterior is in use before the prior pulls at it.
///
/// The factor multiplies `KL(q ‖ p)` on top of β. Validation is at factor 1 always.
///
/// ```
/// use jensen_infer::fit::{Horizon, WarmUp};
/// let run = Horizon { steps_per_epoch: 100, total_steps: 1000 };
/// let warm_up = WarmUp::Linear { epochs: 2.0 };
/// assert_eq!(warm_up.factor(50, run), 0.25);
/// assert_eq!(warm_up.end(run), 200);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WarmUp {
    /// Factor 1 from the first step.
    // With braces: serde lets a bare name pass options that it does not have.
    None {},
    /// From 0 to 1 in a straight line (Bowman et al. 2016; Sønderby et al. 2016).
    Linear {
        /// Over how many epochs, which may be a fraction.
        epochs: f64,
    },
    /// Equal cycles over the whole run, in each of which the factor rises linearly from 0 to 1 and
    /// stays there (Fu et al. 2019, eq. 6–7).
    Cyclical {
        /// How many cycles; the paper uses 4.
        cycles: u32,
        /// The fraction of a cycle in which the factor rises, in `(0, 1]`; the paper uses 0.5.
        ratio: f64,
    },
}

impl Default for WarmUp {
    fn default() -> Self {
        Self::None {}
    }
}

impl WarmUp {
    /// The factor in `[0, 1]` at `step`, counted from 0.
    pub fn factor(&self, step: u64, run: Horizon) -> f64 {
        let t = step as f64;
        match *self {
            Self::None {} => 1.0,
            Self::Linear { epochs } => (t / (epochs * run.steps_per_epoch as f64)).min(1.0),
            Self::Cyclical { .. } if step >= run.total_steps => 1.0,
            Self::Cyclical { cycles, ratio } => {
                let cycle = run.total_steps as f64 / f64::from(cycles);
                (t % cycle / cycle / ratio).min(1.0)
            }
        }
    }

    /// The first step from which the factor stays at 1: where patience begins to count.
    pub fn end(&self, run: Horizon) -> u64 {
        match *self {
            Self::None {} => 0,
            Self::Linear { epochs } => (epochs * run.steps_per_epoch as f64).ceil() as u64,
            Self::Cyclical { cycles, ratio } => {
                let cycle = run.total_steps as f64 / f64::from(cycles);
                (cycle * (f64::from(cycles - 1) + ratio)).ceil() as u64
            }
        }
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`InferError::Option`] naming the first value out of range.
    pub fn validate(&self) -> Result<(), InferError> {
        match *self {
            Self::None {} => Ok(()),
            Self::Linear { epochs } => {
                let within = epochs > 0.0 && epochs.is_finite();
                require(within, "fit.kl_warm_up.epochs", epochs, "a number of epochs above 0")
            }
            Self::Cyclical { cycles, ratio } => {
                require(cycles > 0, "fit.kl_warm_up.cycles", cycles, "at least 1")?;
                let within = ratio > 0.0 && ratio <= 1.0;
                require(within, "fit.kl_warm_up.ratio", ratio, "a fraction of a cycle, above 0 and at most 1")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Horizon = Horizon { steps_per_epoch: 10, total_steps: 100 };

    #[test]
    fn linear_is_a_ramp() {
        let warm_up = WarmUp::Linear { epochs: 2.5 };
        for t in 0..200 {
            assert!((warm_up.factor(t, RUN) - (t as f64 / 25.0).min(1.0)).abs() < 1e-15);
        }
    }

    #[test]
    fn cycles_rise_and_stay() {
        let warm_up = WarmUp::Cyclical { cycles: 4, ratio: 0.5 };
        for t in 0..100 {
            let expected = ((t % 25) as f64 / 12.5).min(1.0);
            assert!((warm_up.factor(t, RUN) - expected).abs() < 1e-12, "step {t}");
        }
        assert_eq!(warm_up.factor(100, RUN), 1.0);
        assert_eq!(warm_up.factor(130, RUN), 1.0);
    }

    #[test]
    fn it_ends_at_the_first_step_that_stays_warm() {
        for warm_up in [
            WarmUp::None {},
            WarmUp::Linear { epochs: 0.25 },
            WarmUp::Linear { epochs: 3.0 },
            WarmUp::Cyclical { cycles: 3, ratio: 0.7 },
            WarmUp::Cyclical { cycles: 1, ratio: 1.0 },
        ] {
            let last_cold = (0..100).rev().find(|&t| warm_up.factor(t, RUN) < 1.0);
            assert_eq!(warm_up.end(RUN), last_cold.map_or(0, |t| t + 1), "{warm_up:?}");
        }
    }

    #[test]
    fn values_out_of_range_are_named() {
        for (warm_up, option) in [
            (WarmUp::Linear { epochs: 0.0 }, "fit.kl_warm_up.epochs"),
            (WarmUp::Linear { epochs: f64::NAN }, "fit.kl_warm_up.epochs"),
            (WarmUp::Cyclical { cycles: 0, ratio: 0.5 }, "fit.kl_warm_up.cycles"),
            (WarmUp::Cyclical { cycles: 1, ratio: f64::NAN }, "fit.kl_warm_up.ratio"),
        ] {
            let message = warm_up.validate().expect_err("out of range").to_string();
            assert!(message.contains(option), "{message}");
        }
    }

    #[test]
    fn an_unknown_option_is_refused() {
        let read = |json| serde_json::from_str::<WarmUp>(json);
        assert_eq!(read(r#"{"kind":"none"}"#).expect("a warm-up"), WarmUp::None {});
        assert!(read(r#"{"kind":"none","epochs":1}"#).is_err());
        assert!(read(r#"{"kind":"linear","epochs":1,"cycles":2}"#).is_err());
    }
}
