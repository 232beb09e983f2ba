//! What a run found out about its data and machine when it started.

use jensen_data::{DataError, Dataset, Preprocessing, Role};
use jensen_infer::fit::instruction_set;
use serde::{Deserialize, Serialize};

use super::name::timestamp;

/// `run.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RunRecord {
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
    /// What was fitted on the training examples, and is undone on the way out.
    pub preprocessing: Preprocessing,
    /// Seconds of training, pictures and report aside; `None` until it ended.
    pub training_seconds: Option<f64>,
}

impl RunRecord {
    /// The record of a run that starts now.
    ///
    /// # Errors
    /// If the data set has no observations.
    pub fn new(device: String, dataset: &Dataset, preprocessing: Preprocessing) -> Result<Self, DataError> {
        let observation = dataset.require(Role::Observation)?;
        Ok(Self {
            jensen: env!("CARGO_PKG_VERSION").to_owned(),
            created: timestamp(),
            device,
            instruction_set: instruction_set(),
            shape: observation.shape.clone(),
            examples: dataset.len(),
            preprocessing,
            training_seconds: None,
        })
    }
}
