//! A run directory: everything that one training learned, in files that common tools read.
//!
//! `config.toml` · `run.json` · `metrics.jsonl` · `checkpoints/` · `model.safetensors` ·
//! `evaluation.json` · `report.html` · pictures.

mod create;
mod error;
mod find;
mod fingerprint;
mod lock;
mod name;
mod record;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

pub use create::Existing;
pub use error::RunError;
pub use find::{RUNS, all_runs};
pub use lock::Lock;
pub use name::default_name;
pub use record::RunRecord;

use crate::config::{Layers, RunConfig};
use crate::error::CliError;

/// What was found out when the training started.
const RECORD: &str = "run.json";
/// The weights that every verb uses.
const WEIGHTS: &str = "model.safetensors";
/// What a training writes into its directory; `--force` replaces these and nothing else.
const FILES: [&str; 6] = ["config.toml", RECORD, "metrics.jsonl", WEIGHTS, "evaluation.json", "report.html"];
/// Folders that a training writes.
const FOLDERS: [&str; 4] = ["checkpoints", "failures", "pictures", "tensorboard"];

/// The directory of one run.
#[derive(Clone, Debug)]
pub struct RunDirectory {
    path: PathBuf,
}

impl RunDirectory {
    /// Finds a run by its name under `runs/` or by its path.
    ///
    /// # Errors
    /// If there is none; the error lists the runs there are.
    pub fn open(run: &str) -> Result<Self, RunError> {
        find::find(run).map(|path| Self { path })
    }

    /// Whether the directory looks like a run, be it one that was killed before it had written both:
    /// it has a configuration that names a model, or a record.
    fn is_run(&self) -> bool {
        let configured = fs::read_to_string(self.config_path())
            .ok()
            .and_then(|text| text.parse::<toml::Table>().ok())
            .is_some_and(|table| table.contains_key("model") && table.contains_key("fit"));
        configured || self.record().is_ok()
    }

    /// Keeps a second training out until the lock is dropped (or the process dies).
    ///
    /// # Errors
    /// If another process trains here.
    pub fn lock(&self) -> Result<Lock, RunError> {
        Lock::take(&self.path)
    }

    /// Refuses a run that was killed before it had written what the verbs read first.
    fn check_begun(&self) -> Result<(), RunError> {
        let missing = [self.config_path(), self.path.join(RECORD)].into_iter().find(|path| !path.exists());
        missing.map_or(Ok(()), |file| {
            Err(RunError::NotBegun {
                path: self.path.clone(),
                file: file.file_name().unwrap_or_default().into(),
            })
        })
    }

    /// The configuration that the run was trained with.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn config(&self) -> Result<RunConfig, CliError> {
        self.check_begun()?;
        self.check_format()?;
        let path = self.config_path();
        let layers = Layers::over(&RunConfig::default()).with_file(&path);
        // Not a wrong use of the command: the program wrote this file.
        let config = layers.and_then(RunConfig::from_layers);
        config.map_err(|error| RunError::Damaged { path, detail: error.to_string() }.into())
    }

    /// Stores the resolved configuration, as [`RunConfig::to_toml`] writes it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn store_config(&self, toml: &str) -> Result<(), CliError> {
        write(&self.config_path(), toml.as_bytes())
    }

    /// What was found out when the training started.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn record(&self) -> Result<RunRecord, CliError> {
        self.check_format()?;
        self.read_json(RECORD)
    }

    /// Refuses a run of a newer version, before one of its files is called damaged.
    fn check_format(&self) -> Result<(), CliError> {
        #[derive(serde::Deserialize)]
        struct Stamp {
            #[serde(default)]
            format: u32,
        }
        let Stamp { format } = self.read_json(RECORD)?;
        if format > record::FORMAT {
            return Err(RunError::Newer { path: self.path.clone(), format, known: record::FORMAT }.into());
        }
        Ok(())
    }

    /// Stores what was found out.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn store_record(&self, record: &RunRecord) -> Result<(), CliError> {
        self.store_json(RECORD, record)
    }

    /// The test metrics from the end of training, if it came to its end.
    pub fn evaluation(&self) -> Option<serde_json::Value> {
        self.read_json("evaluation.json").ok()
    }

    /// Stores the test metrics.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn store_evaluation(&self, evaluation: &impl serde::Serialize) -> Result<(), CliError> {
        self.store_json("evaluation.json", evaluation)
    }

    /// Stores the weights, a safetensors file.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn store_weights(&self, safetensors: &[u8]) -> Result<(), CliError> {
        write(&self.weights_path(), safetensors)
    }

    /// Stores the report.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn store_report(&self, html: &str) -> Result<(), CliError> {
        write(&self.report_path(), html.as_bytes())
    }

    /// Where the run is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last part of the path.
    pub fn name(&self) -> String {
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        path.file_name()
            .map_or_else(|| self.path.display().to_string(), |name| name.to_string_lossy().into_owned())
    }

    /// The resolved configuration.
    pub fn config_path(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// One JSON object per log step and per epoch.
    pub fn metrics_path(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// The weights that every verb uses.
    pub fn weights_path(&self) -> PathBuf {
        self.path.join(WEIGHTS)
    }

    /// Everything a resume needs.
    pub fn checkpoints_path(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    /// What failed steps were made from.
    pub fn failures_path(&self) -> PathBuf {
        self.path.join("failures")
    }

    /// The report.
    pub fn report_path(&self) -> PathBuf {
        self.path.join("report.html")
    }

    /// The pictures of the report.
    pub fn pictures_path(&self) -> PathBuf {
        self.path.join("pictures")
    }

    /// TensorBoard's event files.
    pub fn tensorboard_path(&self) -> PathBuf {
        self.path.join("tensorboard")
    }

    fn read_json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, CliError> {
        let path = self.path.join(name);
        let text = fs::read(&path).map_err(CliError::file("read", &path))?;
        serde_json::from_slice(&text)
            .map_err(|error| RunError::Damaged { path, detail: error.to_string() }.into())
    }

    fn store_json(&self, name: &str, value: &impl serde::Serialize) -> Result<(), CliError> {
        let mut text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
        text.push('\n');
        write(&self.path.join(name), text.as_bytes())
    }
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    jensen_data::replace_file(path, |file| file.write_all(bytes)).map_err(CliError::file("write", path))
}
