//! A line of `metrics.jsonl`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::GradientNoise;

/// What a line of the log holds.
///
/// `seconds` and `examples_per_second` are wall-clock; all else is the same for the same run. A
/// number that is not finite is `null` in the file and reads back as not a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// One update.
    Step(StepRecord),
    /// The end of an epoch.
    Epoch(EpochRecord),
    /// A batch that was left out, because the step was not finite.
    Skipped(IncidentRecord),
    /// A return to earlier weights with a lower learning rate, because the step was not finite.
    RolledBack(IncidentRecord),
}

impl Record {
    /// How many updates had been made.
    pub fn step(&self) -> u64 {
        match self {
            Self::Step(record) => record.step,
            Self::Epoch(record) => record.step,
            Self::Skipped(record) | Self::RolledBack(record) => record.step,
        }
    }
}

/// One update: means over its examples in nats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Updates made.
    pub step: u64,
    /// The epoch, from 1.
    pub epoch: u64,
    /// The objective that was climbed.
    #[serde(deserialize_with = "number")]
    pub objective: f64,
    /// What it is made of: each term is an entry of the line, `reconstruction` and `kl` for a bound.
    #[serde(flatten, deserialize_with = "numbers")]
    pub terms: BTreeMap<String, f64>,
    /// The gradient's norm before clipping.
    pub gradient_norm: Option<f64>,
    /// How noisy the gradient was, where that was measured; its `seconds` are wall-clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gradient_noise: Option<GradientNoise>,
    /// The learning rate.
    #[serde(deserialize_with = "number")]
    pub learning_rate: f64,
    /// The factor of KL warm-up.
    #[serde(deserialize_with = "number")]
    pub warm_up: f64,
    /// Training speed over the epoch so far.
    #[serde(deserialize_with = "number")]
    pub examples_per_second: f64,
    /// Time spent in training, over all sittings.
    #[serde(deserialize_with = "number")]
    pub seconds: f64,
}

/// The end of an epoch: means over examples in nats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Updates made.
    pub step: u64,
    /// The epoch, from 1.
    pub epoch: u64,
    /// Over the epoch's updates: `objective`, its terms (`reconstruction` and `kl` for a bound) and
    /// `gradient_norm`.
    #[serde(deserialize_with = "numbers")]
    pub train: BTreeMap<String, f64>,
    /// Over the validation examples, whatever the learner measures; empty without validation.
    #[serde(default, deserialize_with = "numbers")]
    pub validation: BTreeMap<String, f64>,
    /// The entry of `validation` that chooses the best step.
    #[serde(default = "elbo")]
    pub monitored: String,
    /// The divergence of each latent dimension on the validation examples; empty if not measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub kl_per_dim: Vec<f64>,
    /// Latent units that vary with the validation examples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_units: Option<usize>,
    /// Training speed over the epoch.
    #[serde(deserialize_with = "number")]
    pub examples_per_second: f64,
    /// Time spent in training, over all sittings.
    #[serde(deserialize_with = "number")]
    pub seconds: f64,
}

/// A step that was not finite, and that the run went on from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentRecord {
    /// Steps taken, this one included.
    pub step: u64,
    /// The epoch, from 1.
    pub epoch: u64,
    /// What was not finite.
    pub term: String,
    /// The first value at fault in the order of computation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The first rows at fault.
    pub rows: Vec<u64>,
    /// How many examples are at fault.
    pub at_fault: usize,
    /// After a return: the product of all cuts of the learning rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning_rate_factor: Option<f64>,
}

/// What every run was judged by before the log said so.
fn elbo() -> String {
    "elbo".to_owned()
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let read = BTreeMap::<String, Option<f64>>::deserialize(deserializer)?;
    Ok(read.into_iter().map(|(name, value)| (name, value.unwrap_or(f64::NAN))).collect())
}

fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let read = Vec::<Option<f64>>::deserialize(deserializer)?;
    Ok(read.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}
