//! An objective as a user writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DivergenceForm, Elbo, Iwae, Objective, Renyi, Thermodynamic};
use crate::InferError;

/// As many as `--samples` takes: rows are counted by their product with the batch.
const MOST_SAMPLES: usize = u32::MAX as usize;

/// The order of a Rényi divergence beyond which powers of weights are no numbers.
const MOST_ALPHA: f64 = 1e3;

/// Which bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectiveKind {
    /// The evidence lower bound with its divergence in closed form.
    #[default]
    Elbo,
    /// The evidence lower bound with its divergence at the posterior's samples.
    ElboMc,
    /// The importance-weighted bound.
    Iwae,
    /// The variational Rényi bound of order `alpha`.
    Renyi,
    /// The thermodynamic bound.
    Tvo,
}

impl ObjectiveKind {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 5] = [Self::Elbo, Self::ElboMc, Self::Iwae, Self::Renyi, Self::Tvo];

    /// What a user calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Elbo => "elbo",
            Self::ElboMc => "elbo-mc",
            Self::Iwae => "iwae",
            Self::Renyi => "renyi",
            Self::Tvo => "tvo",
        }
    }
}

/// The `[objective]` section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ObjectiveConfig {
    /// Which bound is climbed.
    pub kind: ObjectiveKind,
    /// Posterior samples of each example, K.
    pub samples: usize,
    /// The weight β of the divergence.
    pub beta: f64,
    /// The nats that each latent dimension, or group of dimensions that depend on each other, has for free, its divergence
    /// taken as a mean over the batch; only with `kind = "elbo"`.
    pub free_bits: f64,
    /// The order α of the Rényi divergence; only with `kind = "renyi"`.
    pub alpha: f64,
    /// The intervals of thermodynamic integration; only with `kind = "tvo"`.
    pub intervals: usize,
    /// Where the first of several intervals ends; only with `kind = "tvo"`.
    pub first_interval: f64,
}

impl Default for ObjectiveConfig {
    fn default() -> Self {
        Self {
            kind: ObjectiveKind::Elbo,
            samples: 1,
            beta: 1.0,
            free_bits: 0.0,
            alpha: 0.5,
            intervals: 2,
            first_interval: 0.1,
        }
    }
}

impl ObjectiveConfig {
    /// The objective, once every value is in range.
    ///
    /// # Errors
    /// [`InferError::Option`] names the first value that is not.
    pub fn init(&self) -> Result<Box<dyn Objective>, InferError> {
        let refuse = |option, value: &dyn ToString, expected| {
            Err(InferError::Option { option, value: value.to_string(), expected })
        };
        if self.samples == 0 {
            return refuse("objective.samples", &self.samples, "at least 1");
        }
        if self.samples > MOST_SAMPLES {
            return refuse("objective.samples", &self.samples, "at most 4294967295");
        }
        if !(self.beta >= 0.0 && self.beta.is_finite()) {
            return refuse("objective.beta", &self.beta, "a finite number of at least 0");
        }
        if !(self.free_bits >= 0.0 && self.free_bits.is_finite()) {
            return refuse("objective.free_bits", &self.free_bits, "a finite number of nats of at least 0");
        }
        if self.free_bits > 0.0 && self.kind != ObjectiveKind::Elbo {
            return refuse("objective.free_bits", &self.free_bits, "0 unless objective.kind is \"elbo\"");
        }
        if self.alpha.is_nan() || self.alpha.abs() > MOST_ALPHA {
            return refuse("objective.alpha", &self.alpha, "between -1000 and 1000: 0 is iwae, 1 is elbo");
        }
        if self.intervals == 0 || self.intervals > 1000 {
            return refuse("objective.intervals", &self.intervals, "from 1 to 1000");
        }
        if !(self.first_interval > 0.0 && self.first_interval < 1.0) {
            return refuse("objective.first_interval", &self.first_interval, "between 0 and 1");
        }
        #[expect(clippy::float_cmp, reason = "1 is set, not computed")]
        if self.kind == ObjectiveKind::Tvo && self.beta != 1.0 {
            return refuse("objective.beta", &self.beta, "1 where objective.kind is \"tvo\"");
        }
        let default = Self::default();
        let has_order = self.alpha.to_bits() != default.alpha.to_bits();
        if has_order && self.kind != ObjectiveKind::Renyi {
            return refuse("objective.alpha", &self.alpha, "left alone unless objective.kind is \"renyi\"");
        }
        let has_intervals = self.intervals != default.intervals
            || self.first_interval.to_bits() != default.first_interval.to_bits();
        if has_intervals && self.kind != ObjectiveKind::Tvo {
            return refuse(
                "objective.intervals",
                &self.intervals,
                "left alone unless objective.kind is \"tvo\"",
            );
        }
        let &Self { samples, beta, free_bits, alpha, intervals, first_interval: first, .. } = self;
        Ok(match self.kind {
            ObjectiveKind::Elbo => {
                Box::new(Elbo { samples, divergence: DivergenceForm::Exact, beta, free_bits })
            }
            ObjectiveKind::ElboMc => {
                Box::new(Elbo { samples, divergence: DivergenceForm::Sampled, beta, free_bits })
            }
            ObjectiveKind::Iwae => Box::new(Iwae { samples, beta }),
            ObjectiveKind::Renyi => Box::new(Renyi { samples, alpha, beta }),
            ObjectiveKind::Tvo => Box::new(Thermodynamic { samples, intervals, first }),
        })
    }
}
