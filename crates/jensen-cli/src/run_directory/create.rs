//! The directory of a new run: what may be there before, and what becomes of it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{FILES, FOLDERS, Lock, RunDirectory, RunError, lock};

/// Where an earlier run is until the one that replaces it is trained.
const REPLACED: &str = ".replaced";

/// What to do with a run that is where a new one shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Refuse.
    Keep,
    /// `--force`: put the new one in its place.
    Replace,
}

impl RunDirectory {
    /// Makes the directory for a new run, and holds it for as long as the lock lives.
    ///
    /// # Errors
    /// If something is there already, or another process trains there. With [`Existing::Replace`] an
    /// earlier run is set aside until the new one is trained, and anything that is not a run is refused all
    /// the same.
    pub fn create(path: PathBuf, existing: Existing) -> Result<(Self, Lock), RunError> {
        let created = |source| RunError::File { action: "create", path: path.clone(), source };
        jensen_data::create_folder(&path).map_err(created)?;
        let run = Self { path };
        run.check_free(existing)?;
        let lock = run.lock()?;
        // Another training may have begun here, and even ended, before the lock was ours.
        run.check_free(existing)?;
        run.set_aside()?;
        run.clear()?;
        run.sweep()?;
        Ok((run, lock))
    }

    /// Where the run is that this one replaces, until this one is trained to its end.
    pub fn replaced_path(&self) -> PathBuf {
        self.path.join(REPLACED)
    }

    /// Moves what an earlier run has written aside, if it came to anything; other files stay.
    fn set_aside(&self) -> Result<(), RunError> {
        let aside = self.replaced_path();
        let is_trained = self.weights_path().exists();
        // A replacement that never had weights does not take the place of a run that has.
        if !is_trained && (aside.exists() || !holds_files(&self.checkpoints_path())) {
            return Ok(());
        }
        self.remove_replaced()?;
        let failed = |source| RunError::File { action: "create", path: aside.clone(), source };
        fs::create_dir(&aside).map_err(failed)?;
        // The configuration goes last: until then this is still recognised as a run.
        for name in FOLDERS.iter().chain(FILES.iter().rev()) {
            let path = self.path.join(name);
            if_there("move", &path, fs::rename(&path, aside.join(name)))?;
        }
        Ok(())
    }

    /// Removes the run that this one has replaced.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove_replaced(&self) -> Result<(), RunError> {
        let path = self.replaced_path();
        if_there("remove", &path, fs::remove_dir_all(&path))
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
        let leftover = |path: &Path| {
            path.ends_with(lock::FILE)
                || path.ends_with(REPLACED)
                || jensen_data::is_unfinished(path)
                || (FOLDERS.iter().any(|folder| path.ends_with(folder)) && !holds_files(path))
        };
        fs::read_dir(&self.path).is_ok_and(|entries| entries.flatten().all(|entry| leftover(&entry.path())))
    }

    /// Removes what a run has written; other files stay.
    fn clear(&self) -> Result<(), RunError> {
        // The configuration goes last: until then this is still recognised as a run.
        for folder in FOLDERS.map(|name| self.path.join(name)) {
            if_there("remove", &folder, fs::remove_dir_all(&folder))?;
        }
        for file in FILES.map(|name| self.path.join(name)).into_iter().rev() {
            if_there("remove", &file, fs::remove_file(&file))?;
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
}

/// What was done to a path; that it was not there is no failure.
fn if_there(action: &'static str, path: &Path, result: std::io::Result<()>) -> Result<(), RunError> {
    match result {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(RunError::File { action, path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Whether there is something in a folder.
pub(super) fn holds_files(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RunConfig;
    use crate::error::CliError;
    use crate::run_directory::{RECORD, RunRecord};

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
