//! A run directory: everything that one training learned, in files that common tools read.
//!
//! `config.toml` · `run.json` · `metrics.jsonl` · `checkpoints/` · `model.safetensors` ·
//! `evaluation.json` · `report.html` · pictures.

mod error;
mod find;
mod fingerprint;
mod lock;
mod name;
mod record;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

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
/// What a training writes into its directory; `--force` removes these and nothing else.
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

    /// Makes the directory for a new run, and holds it for as long as the lock lives.
    ///
    /// # Errors
    /// If something is there already, or another process trains there. With [`Existing::Replace`] an
    /// earlier run is removed first, file by file, and anything that is not a run is refused all the
    /// same.
    pub fn create(path: PathBuf, existing: Existing) -> Result<(Self, Lock), RunError> {
        let created = |source| RunError::File { action: "create", path: path.clone(), source };
        jensen_data::create_folder(&path).map_err(created)?;
        let run = Self { path };
        run.check_free(existing)?;
        let lock = run.lock()?;
        // Another training may have begun here, and even ended, before the lock was ours.
        run.check_free(existing)?;
        run.clear()?;
        run.sweep()?;
        Ok((run, lock))
    }

    /// Refuses a directory that may not be used for a new run.
    fn check_free(&self, existing: Existing) -> Result<(), RunError> {
        if self.is_vacant() {
            return Ok(());
        }
        match existing {
            _ if !self.is_run() => Err(RunError::NotARun { path: self.path.clone() }),
            Existing::Keep => Err(RunError::Exists { path: self.path.clone() }),
            Existing::Replace => Ok(()),
        }
    }

    /// Whether nothing is there but what a training leaves that was killed before it wrote a file.
    fn is_vacant(&self) -> bool {
        let is_empty = |path: &Path| fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
        let leftover = |path: &Path| {
            path.ends_with(lock::FILE)
                || jensen_data::is_unfinished(path)
                || (FOLDERS.iter().any(|folder| path.ends_with(folder)) && is_empty(path))
        };
        fs::read_dir(&self.path).is_ok_and(|entries| entries.flatten().all(|entry| leftover(&entry.path())))
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

    /// Removes what a training left that was killed, or lost its power, while it wrote a file.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn sweep(&self) -> Result<(), RunError> {
        let folders = FOLDERS.map(|name| self.path.join(name));
        for folder in std::iter::once(&self.path).chain(&folders) {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
            for path in entries.filter(|path| jensen_data::is_unfinished(path)) {
                // A failure's bundle is a folder.
                let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                removed.map_err(|source| RunError::File { action: "remove", path, source })?;
            }
        }
        Ok(())
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
        let config = layers.and_then(|layers| layers.resolve::<RunConfig>());
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

    #[test]
    fn a_run_is_never_overwritten_without_force() {
        let folder = folder();
        fs::write(folder.path().join("config.toml"), "model = 'vae'\n[fit]\n").expect("written");
        fs::write(folder.path().join("mine.txt"), "mine").expect("written");
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
        fs::write(folder.path().join("metrics.jsonl"), "mine").expect("written");
        let refused = RunDirectory::create(folder.path().to_owned(), Existing::Replace);
        assert!(matches!(refused, Err(RunError::NotARun { .. })));
        assert!(folder.path().join("metrics.jsonl").exists());
    }

    #[test]
    fn two_trainings_cannot_share_a_directory() {
        let folder = folder();
        let create = |existing| RunDirectory::create(folder.path().join("run"), existing);
        let (run, lock) = create(Existing::Keep).expect("created");
        assert!(matches!(run.lock(), Err(RunError::Busy { .. })));
        // Also before the first file is there, and with --force.
        assert!(matches!(create(Existing::Keep), Err(RunError::Busy { .. })));
        assert!(matches!(create(Existing::Replace), Err(RunError::Busy { .. })));
        run.store_config(&RunConfig::default().to_toml()).expect("stored");
        assert!(matches!(create(Existing::Replace), Err(RunError::Busy { .. })));
        assert!(run.config_path().exists(), "--force cleared a directory that another training holds");
        drop(lock);
        assert!(create(Existing::Replace).is_ok());
    }

    #[test]
    fn a_training_that_was_killed_at_once_can_be_replaced() {
        let folder = folder();
        let create = |existing| RunDirectory::create(folder.path().to_owned(), existing);
        fs::write(folder.path().join(lock::FILE), "").expect("written");
        fs::write(folder.path().join(".config.toml.1.tmp"), "half").expect("written");
        fs::create_dir(folder.path().join("checkpoints")).expect("made");
        drop(create(Existing::Keep).expect("nothing is there yet"));
        assert!(!folder.path().join(".config.toml.1.tmp").exists(), "half a file is left");
        let dataset = jensen_data::Dataset::open(&jensen_data::DataSpec::new("digits")).expect("digits");
        let rows = dataset.rows(jensen_data::Split::Train).expect("rows");
        let fitted = jensen_data::Preprocessing::fit(&RunConfig::default().data, &dataset, &rows);
        let record = RunRecord::new("cpu".to_owned(), &dataset, fitted.expect("fits")).expect("a record");
        RunDirectory { path: folder.path().to_owned() }.store_record(&record).expect("stored");
        assert!(matches!(create(Existing::Keep), Err(RunError::Exists { .. })));
        let found = RunDirectory::open(&folder.path().display().to_string()).expect("a run");
        let error = found.config().expect_err("no configuration");
        assert!(matches!(error, CliError::Run(RunError::NotBegun { .. })), "{error}");
        drop(create(Existing::Replace).expect("replaced"));
        assert!(!folder.path().join(RECORD).exists());
    }
}
