//! What a run found out about its data and machine when it started.

use jensen_data::{DataError, Dataset, Preprocessing, Role};
use jensen_infer::fit::instruction_set;
use serde::{Deserialize, Serialize};

use super::RunError;
use super::fingerprint;
use super::name::timestamp;
use crate::error::CliError;

/// The version of the form of a run directory's files, `config.toml` included; raised whenever an
/// older version would misread them.
pub(super) const FORMAT: u32 = 1;

/// `run.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RunRecord {
    /// The version of the form of this directory's files; 0 in runs that were trained before it was
    /// counted.
    #[serde(default)]
    pub format: u32,
    /// The version of the program that trained.
    pub jensen: String,
    /// When the training started, in universal time.
    pub created: String,
    /// Where it computed.
    pub device: String,
    /// The instruction set; another one rounds differently.
    pub instruction_set: String,
    /// The shape of one observation: `[height, width]`, `[height, width, channels]` or `[features]`.
    pub shape: Vec<usize>,
    /// How many examples the data set has.
    pub examples: usize,
    /// A checksum of the data; `None` in runs of versions that took none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What was fitted on the training examples, and is undone on the way out.
    pub preprocessing: Preprocessing,
    /// Seconds of training, pictures and report aside; `None` until it ended.
    pub training_seconds: Option<f64>,
}

impl RunRecord {
    /// The record of a run that starts now.
    ///
    /// # Errors
    /// If the data set has no observations, or cannot be read.
    pub fn new(device: String, dataset: &Dataset, preprocessing: Preprocessing) -> Result<Self, DataError> {
        let observation = dataset.require(Role::Observation)?;
        Ok(Self {
            format: FORMAT,
            jensen: env!("CARGO_PKG_VERSION").to_owned(),
            created: timestamp(),
            device,
            instruction_set: instruction_set(),
            shape: observation.shape.clone(),
            examples: dataset.len(),
            fingerprint: Some(fingerprint::full(dataset)?),
            preprocessing,
            training_seconds: None,
        })
    }

    /// Whether `model.safetensors` holds its own checksum.
    pub fn has_sealed_weights(&self) -> bool {
        self.format >= 1
    }

    /// Refuses data other than those that the run began with.
    ///
    /// # Errors
    /// If their number, shape or checksum differs, or they cannot be read.
    pub fn check_same_data(&self, run: &str, dataset: &Dataset) -> Result<(), CliError> {
        let other = |detail| {
            Err(RunError::OtherData { data: dataset.name().to_owned(), run: run.to_owned(), detail }.into())
        };
        let shape = &dataset.require(Role::Observation)?.shape;
        if *shape != self.shape {
            return other(format!("its examples have shape {shape:?}, not {:?}", self.shape));
        }
        if dataset.len() != self.examples {
            return other(format!("it has {} examples, not {}", dataset.len(), self.examples));
        }
        let Some(expected) = &self.fingerprint else { return Ok(()) };
        let found = fingerprint::of_kind(expected, dataset)?;
        if found == *expected {
            return Ok(());
        }
        other(format!("its values have changed: their checksum was {expected} and is now {found}"))
    }
}
