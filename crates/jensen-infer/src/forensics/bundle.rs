//! All that a failed step was made from.

use std::collections::BTreeMap;
use std::path::Path;

use jensen_data::Batch;
use serde::{Deserialize, Serialize};

use super::bundle_files::{self, Files};
use super::saved_batch::{self, BatchSchema};
use super::{Autopsy, NonFinite};
use crate::fit::{Provenance, step_stream};
use crate::{InferError, StateDict, StepContext};

/// All that a failed step was made from, and what was seen of it.
///
/// # Files
/// A folder of `failure.json` (circumstances, failure, values on the way), `state.safetensors`
/// (weights, optimizer and averages before the step), `batch-N.safetensors` (each batch as the model
/// saw it, with the rows' indices), the run's own documents, and `CHECKSUMS` of all of them.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// When and how the step was made.
    pub circumstances: Circumstances,
    /// What was wrong.
    pub failure: NonFinite,
    /// The values on the way to it.
    pub autopsy: Autopsy,
    /// The learner's state before the step.
    pub state: StateDict,
    /// The examples, as the model saw them.
    pub batches: Vec<Batch>,
    /// What the run keeps with it, by file name: its configuration and what else rebuilds the learner.
    pub documents: BTreeMap<String, String>,
}

/// When and how a step was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Circumstances {
    /// The step, counted from 0.
    pub step: u64,
    /// Epochs completed before it.
    pub epoch: u64,
    /// The learning rate of the step.
    pub learning_rate: f64,
    /// The factor of KL warm-up.
    pub warm_up: f64,
    /// The seed of every draw; with the step it names the step's random numbers.
    pub seed: u64,
    /// Which configuration this is, and where it ran.
    pub provenance: Provenance,
}

impl Circumstances {
    /// The step's context, random numbers included.
    pub fn context(&self) -> StepContext<'static> {
        StepContext {
            step: self.step,
            rng: step_stream(self.seed, self.step),
            learning_rate: self.learning_rate,
            warm_up: self.warm_up,
        }
    }
}

/// `failure.json`.
#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    message: String,
    circumstances: Circumstances,
    failure: NonFinite,
    batches: Vec<BatchSchema>,
    documents: Vec<String>,
    stages: Autopsy,
}

/// Raised whenever older bundles can no longer be read.
const FORMAT: u32 = 1;
const HEADER: &str = "failure.json";
const STATE: &str = "state.safetensors";

impl Bundle {
    /// Writes the folder in one piece: it is there completely or not at all. A bundle that is there
    /// already is replaced.
    ///
    /// # Errors
    /// [`InferError::Io`] if it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), InferError> {
        let none = BTreeMap::new();
        let mut files = Files::new();
        files.insert(STATE.to_owned(), self.state.to_safetensors(&none)?);
        let mut schemas = Vec::with_capacity(self.batches.len());
        for (i, batch) in self.batches.iter().enumerate() {
            let (schema, arrays) = saved_batch::save(batch);
            files.insert(batch_file(i), arrays.to_safetensors(&none)?);
            schemas.push(schema);
        }
        for (name, text) in &self.documents {
            files.insert(name.clone(), text.clone().into_bytes());
        }
        let header = Header {
            format: FORMAT,
            message: self.failure.to_string(),
            circumstances: self.circumstances.clone(),
            failure: self.failure.clone(),
            batches: schemas,
            documents: self.documents.keys().cloned().collect(),
            stages: self.autopsy.clone(),
        };
        let unwritten = |error: serde_json::Error| InferError::Io {
            action: "write",
            path: folder.join(HEADER),
            source: error.into(),
        };
        let mut json = serde_json::to_vec_pretty(&header).map_err(unwritten)?;
        json.push(b'\n');
        files.insert(HEADER.to_owned(), json);
        bundle_files::write(folder, files)
    }

    /// Reads and checks a folder.
    ///
    /// # Errors
    /// [`InferError::Io`] if a file cannot be read, [`InferError::Damaged`] with the file that is not
    /// as it was written.
    pub fn read(folder: &Path) -> Result<Self, InferError> {
        let files = bundle_files::read(folder)?;
        let damaged = |file: &str, detail: String| bundle_files::damaged(&folder.join(file), detail);
        let bytes = |file: &str| {
            files.get(file).ok_or_else(|| damaged(file, "CHECKSUMS does not list it".to_owned()))
        };
        let header: Header =
            serde_json::from_slice(bytes(HEADER)?).map_err(|error| damaged(HEADER, error.to_string()))?;
        if header.format != FORMAT {
            let detail = format!("it has format {}, this version reads {FORMAT}", header.format);
            return Err(damaged(HEADER, detail));
        }
        let arrays = |file: &str| match StateDict::from_safetensors(bytes(file)?) {
            Ok((arrays, _)) => Ok(arrays),
            Err(detail) => Err(damaged(file, detail)),
        };
        let mut batches = Vec::with_capacity(header.batches.len());
        for (i, schema) in header.batches.iter().enumerate() {
            let file = batch_file(i);
            let batch = saved_batch::restore(schema, &arrays(&file)?);
            batches.push(batch.map_err(|detail| damaged(&file, detail))?);
        }
        let mut documents = BTreeMap::new();
        for name in header.documents {
            let text = String::from_utf8(bytes(&name)?.clone());
            let text = text.map_err(|_| damaged(&name, "it is not UTF-8 text".to_owned()))?;
            documents.insert(name, text);
        }
        Ok(Self {
            circumstances: header.circumstances,
            failure: header.failure,
            autopsy: header.stages,
            state: arrays(STATE)?,
            batches,
            documents,
        })
    }
}

fn batch_file(i: usize) -> String {
    format!("batch-{}.safetensors", i + 1)
}
