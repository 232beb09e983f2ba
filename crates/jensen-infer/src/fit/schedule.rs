//! Learning-rate schedules: pure functions of the step and the run's length.

use std::f64::consts::PI;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::config::require;
use crate::InferError;

/// How the learning rate moves over a run, as a factor on the base rate.
///
/// Positions are fractions of the run's steps, so that a schedule keeps its form when the run gets
/// longer. The length is the one fixed when the run first started; steps beyond it (a run resumed
/// with more epochs) keep the factor of the end.
///
/// ```
/// use jensen_infer::fit::Schedule;
/// let cosine = Schedule::Cosine { warm_up: 0.1, floor: 0.0 };
/// assert_eq!(cosine.factor(0, 100), 0.1); // the first of ten warm-up steps
/// assert_eq!(cosine.factor(10, 100), 1.0);
/// assert!((cosine.factor(55, 100) - 0.5).abs() < 1e-12);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// The base rate throughout.
    // With braces: serde lets a bare name pass options that it does not have.
    Constant {},
    /// Half a cosine from 1 to `floor`, after a linear warm-up (Loshchilov & Hutter 2017, eq. 5,
    /// one period).
    Cosine {
        /// The fraction of the run over which the factor rises from 0 to 1, in `[0, 1)`.
        #[serde(default)]
        warm_up: f64,
        /// The factor at the end, in `[0, 1]`.
        #[serde(default)]
        floor: f64,
    },
    /// `last^(step / total)`: falls by the same ratio each step.
    Exponential {
        /// The factor at the end, in `(0, 1]`.
        last: f64,
    },
    /// A factor that jumps: 1 until the first piece begins.
    Piecewise {
        /// The pieces, in the order in which they begin.
        pieces: Vec<Piece>,
    },
}

/// A stretch of constant learning rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Where it begins, as a fraction of the run in `[0, 1]`.
    pub from: f64,
    /// Its factor on the base rate.
    pub factor: f64,
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Constant {}
    }
}

impl Schedule {
    /// The factor on the base rate at `step` (counted from 0) of a run of `total` steps.
    pub fn factor(&self, step: u64, total: u64) -> f64 {
        let (t, n) = (step.min(total) as f64, total.max(1) as f64);
        match self {
            Self::Constant {} => 1.0,
            Self::Cosine { warm_up, floor } => {
                // Whole warm-up steps; the first is not at zero, which would waste it.
                let rise = (warm_up * n).round();
                if t < rise {
                    return (t + 1.0) / rise;
                }
                let fraction = if n > rise { (t - rise) / (n - rise) } else { 1.0 };
                floor + (1.0 - floor) * 0.5 * (1.0 + (PI * fraction).cos())
            }
            Self::Exponential { last } => last.powf(t / n),
            Self::Piecewise { pieces } => {
                pieces.iter().take_while(|piece| piece.from <= t / n).last().map_or(1.0, |piece| piece.factor)
            }
        }
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`InferError::Option`] naming the first value out of range.
    pub fn validate(&self) -> Result<(), InferError> {
        match self {
            Self::Constant {} => Ok(()),
            Self::Cosine { warm_up, floor } => {
                let within = *warm_up >= 0.0 && *warm_up < 1.0;
                require(
                    within,
                    "fit.schedule.warm_up",
                    warm_up,
                    "a fraction of the run, at least 0 and below 1",
                )?;
                let within = (0.0..=1.0).contains(floor);
                require(within, "fit.schedule.floor", floor, "a factor between 0 and 1")
            }
            Self::Exponential { last } => {
                let within = *last > 0.0 && *last <= 1.0;
                require(within, "fit.schedule.last", last, "a factor above 0 and at most 1")
            }
            Self::Piecewise { pieces } => {
                let mut earliest = 0.0;
                for Piece { from, factor } in pieces {
                    let within = *from >= earliest && *from <= 1.0;
                    require(
                        within,
                        "fit.schedule.pieces.from",
                        from,
                        "a fraction of the run between 0 and 1, not before the piece above it",
                    )?;
                    let within = *factor > 0.0 && factor.is_finite();
                    require(within, "fit.schedule.pieces.factor", factor, "a finite factor above 0")?;
                    earliest = *from;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_closed_form() {
        let n = 1000;
        for t in 0..=n {
            let x = t as f64 / n as f64;
            let near = |schedule: Schedule, expected: f64| {
                let factor = schedule.factor(t, n);
                assert!((factor - expected).abs() < 1e-12, "{schedule:?} at {t}: {factor}, not {expected}");
            };
            near(Schedule::Constant {}, 1.0);
            near(Schedule::Exponential { last: 0.01 }, (0.01f64.ln() * x).exp());
            near(Schedule::Cosine { warm_up: 0.0, floor: 0.1 }, 0.55 + 0.45 * (PI * x).cos());
            let warm =
                if t < 200 { (t + 1) as f64 / 200.0 } else { 0.5 + 0.5 * (PI * (x - 0.2) / 0.8).cos() };
            near(Schedule::Cosine { warm_up: 0.2, floor: 0.0 }, warm);
            let pieces = vec![Piece { from: 0.25, factor: 0.5 }, Piece { from: 0.75, factor: 0.1 }];
            let step = if t < 250 {
                1.0
            } else if t < 750 {
                0.5
            } else {
                0.1
            };
            near(Schedule::Piecewise { pieces }, step);
        }
    }

    #[test]
    fn steps_beyond_the_length_keep_the_last_factor() {
        for schedule in [
            Schedule::Cosine { warm_up: 0.1, floor: 0.2 },
            Schedule::Exponential { last: 0.2 },
            Schedule::Piecewise { pieces: vec![Piece { from: 0.9, factor: 0.2 }] },
        ] {
            assert!((schedule.factor(100, 100) - 0.2).abs() < 1e-12, "{schedule:?}");
            assert_eq!(schedule.factor(5000, 100), schedule.factor(100, 100));
        }
    }

    #[test]
    fn values_out_of_range_are_named() {
        let piece = |from, factor| Piece { from, factor };
        for (schedule, option) in [
            (Schedule::Cosine { warm_up: 1.0, floor: 0.0 }, "fit.schedule.warm_up"),
            (Schedule::Cosine { warm_up: f64::NAN, floor: 0.0 }, "fit.schedule.warm_up"),
            (Schedule::Cosine { warm_up: 0.0, floor: 1.5 }, "fit.schedule.floor"),
            (Schedule::Exponential { last: 0.0 }, "fit.schedule.last"),
            (Schedule::Exponential { last: f64::NAN }, "fit.schedule.last"),
            (
                Schedule::Piecewise { pieces: vec![piece(0.5, 1.0), piece(0.4, 1.0)] },
                "fit.schedule.pieces.from",
            ),
            (Schedule::Piecewise { pieces: vec![piece(0.5, f64::NAN)] }, "fit.schedule.pieces.factor"),
        ] {
            let message = schedule.validate().expect_err("out of range").to_string();
            assert!(message.contains(option), "{message}");
        }
    }

    #[test]
    fn the_configuration_reads_as_documented() {
        let read = |json| serde_json::from_str::<Schedule>(json);
        assert_eq!(read(r#"{"kind":"constant"}"#).expect("a schedule"), Schedule::Constant {});
        let cosine = read(r#"{"kind":"cosine","warm_up":0.05}"#).expect("a schedule");
        assert_eq!(cosine, Schedule::Cosine { warm_up: 0.05, floor: 0.0 });
        assert!(read(r#"{"kind":"cosine","warmup":0.05}"#).is_err());
        assert!(read(r#"{"kind":"constant","warm_up":0.05}"#).is_err());
    }
}
