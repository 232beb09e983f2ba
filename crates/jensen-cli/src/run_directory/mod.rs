//! A run directory: everything that one training learned, in files that common tools read.
//!
//! `config.toml` · `run.json` · `metrics.jsonl` · `checkpoints/` · `model.safetensors` ·
//! `evaluation.json` · `report.html` · pictures.

mod error;
mod find;
mod lock;
mod name;
mod record;

use std::fs;
use std::path::{Path, PathBuf};

pub use error::RunError;
pub use find::{RUNS, all_runs};
pub use lock::Lock;
pub use name::default_name;
pub use record::RunRecord;

use crate::atomic_file;
use crate::config::{Layers, RunConfig};
use crate::error::CliError;

/// What a training writes into its directory; `--force` removes these and nothing else.
const FILES: [&str; 6] =
    ["config.toml", "run.json", "metrics.jsonl", "model.safetensors", "evaluation.json", "report.html"];
/// Folders that a training writes.
const FOLDERS: [&str; 3] = ["checkpoints", "pictures", "tensorboard"];

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

    /// Makes the directory for a new run.
    ///
    /// # Errors
    /// If something is there already. With [`Existing::Replace`] an earlier run is removed first,
    /// file by file, and anything that is not a run is refused all the same.
    pub fn create(path: PathBuf, existing: Existing) -> Result<Self, RunError> {
        let created = |source| RunError::File { action: "create", path: path.clone(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(created)?;
        }
        match fs::create_dir(&path) {
            Ok(()) => return Ok(Self { path }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(created(error)),
        }
        let is_empty = fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none());
        let run = Self { path };
        if is_empty {
            return Ok(run);
        }
        match existing {
            _ if !run.is_run() => Err(RunError::NotARun { path: run.path }),
            Existing::Keep => Err(RunError::Exists { path: run.path }),
            Existing::Replace => {
                let _lock = run.lock()?;
                run.clear()?;
                Ok(run)
            }
        }
    }

    /// Removes what a run has written; other files stay.
    fn clear(&self) -> Result<(), RunError> {
        let gone = |path: PathBuf, result: std::io::Result<()>| match result {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(RunError::File { action: "remove", path, source })
            }
            _ => Ok(()),
        };
        // The configuration goes last: until then this is still recognised as a run.
        for folder in FOLDERS.map(|name| self.path.join(name)) {
            gone(folder.clone(), fs::remove_dir_all(&folder))?;
        }
        for file in FILES.map(|name| self.path.join(name)).into_iter().rev() {
            gone(file.clone(), fs::remove_file(&file))?;
        }
        Ok(())
    }

    /// Whether the directory looks like a run: it has a configuration that names a model.
    fn is_run(&self) -> bool {
        fs::read_to_string(self.config_path())
            .ok()
            .and_then(|text| text.parse::<toml::Table>().ok())
            .is_some_and(|table| table.contains_key("model") && table.contains_key("fit"))
    }

    /// Keeps a second training out until the lock is dropped (or the process dies).
    ///
    /// # Errors
    /// If another process trains here.
    pub fn lock(&self) -> Result<Lock, RunError> {
        Lock::take(&self.path)
    }

    /// The configuration that the run was trained with.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn config(&self) -> Result<RunConfig, CliError> {
        Ok(Layers::over(&RunConfig::default()).with_file(&self.config_path())?.resolve::<RunConfig>()?)
    }

    /// Stores the resolved configuration.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn store_config(&self, config: &RunConfig) -> Result<(), CliError> {
        atomic_file::write(&self.config_path(), config.to_toml().as_bytes())
    }

    /// What was found out when the training started.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn record(&self) -> Result<RunRecord, CliError> {
        self.read_json("run.json")
    }

    /// Stores what was found out.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn store_record(&self, record: &RunRecord) -> Result<(), CliError> {
        self.store_json("run.json", record)
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
        self.path.join("model.safetensors")
    }

    /// Everything a resume needs.
    pub fn checkpoints_path(&self) -> PathBuf {
        self.path.join("checkpoints")
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
        let text = fs::read_to_string(&path).map_err(CliError::file("read", &path))?;
        serde_json::from_str(&text)
            .map_err(|error| RunError::Damaged { path, detail: error.to_string() }.into())
    }

    fn store_json(&self, name: &str, value: &impl serde::Serialize) -> Result<(), CliError> {
        let mut text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
        text.push('\n');
        atomic_file::write(&self.path.join(name), text.as_bytes())
    }
}

/// What to do with a run that is where a new one shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Refuse.
    Keep,
    /// `--force`: remove it.
    Replace,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn write(path: &Path, text: &str) {
        fs::write(path, text).expect("written");
    }

    #[test]
    fn a_run_is_never_overwritten_without_force() {
        let folder = folder();
        write(&folder.path().join("config.toml"), "model = 'vae'\n[fit]\n");
        write(&folder.path().join("mine.txt"), "mine");
        let create = |existing| RunDirectory::create(folder.path().to_owned(), existing);
        assert!(matches!(create(Existing::Keep), Err(RunError::Exists { .. })));
        assert!(folder.path().join("config.toml").exists());
        create(Existing::Replace).expect("replaced");
        assert!(!folder.path().join("config.toml").exists());
        assert!(folder.path().join("mine.txt").exists(), "--force removed a file that is not the run's");
    }

    #[test]
    fn force_does_not_touch_what_is_not_a_run() {
        let folder = folder();
        write(&folder.path().join("metrics.jsonl"), "mine");
        let refused = RunDirectory::create(folder.path().to_owned(), Existing::Replace);
        assert!(matches!(refused, Err(RunError::NotARun { .. })));
        assert!(folder.path().join("metrics.jsonl").exists());
    }

    #[test]
    fn two_trainings_cannot_share_a_directory() {
        let folder = folder();
        let run = RunDirectory::create(folder.path().join("run"), Existing::Keep).expect("created");
        let lock = run.lock().expect("free");
        assert!(matches!(run.lock(), Err(RunError::Busy { .. })));
        drop(lock);
        assert!(run.lock().is_ok());
    }
}
