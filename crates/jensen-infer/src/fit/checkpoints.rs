//! The folder of a run's checkpoints: the last two and the best.

use std::fs;
use std::path::{Path, PathBuf};

use jensen_data::{create_folder, is_unfinished};

use super::{Checkpoint, Warning};
use crate::InferError;

/// A folder of checkpoints named by their step, as in `step-00001234.safetensors`.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: PathBuf,
}

impl Checkpoints {
    /// The checkpoints in `folder`, which is made if it does not exist.
    ///
    /// # Errors
    /// [`InferError::Io`] if it cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, InferError> {
        let folder = folder.into();
        create_folder(&folder).map_err(|source| io("create", &folder, source))?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the checkpoint of a step is.
    pub fn path(&self, step: u64) -> PathBuf {
        self.folder.join(format!("step-{step:08}.safetensors"))
    }

    /// The steps that have a checkpoint, the oldest first.
    ///
    /// # Errors
    /// [`InferError::Io`] if the folder cannot be listed.
    pub fn steps(&self) -> Result<Vec<u64>, InferError> {
        let mut steps: Vec<u64> = self.list()?.iter().filter_map(|path| step_of(path)).collect();
        steps.sort_unstable();
        Ok(steps)
    }

    /// Writes a checkpoint at its step.
    ///
    /// # Errors
    /// As [`Checkpoint::write`].
    pub fn write(&self, checkpoint: &Checkpoint) -> Result<PathBuf, InferError> {
        let path = self.path(checkpoint.progress.step);
        checkpoint.write(&path)?;
        Ok(path)
    }

    /// The newest checkpoint that can be read, with a warning for each newer one that cannot.
    ///
    /// # Errors
    /// [`InferError::Io`] if there is none, [`InferError::Damaged`] if none can be read.
    pub fn latest(&self) -> Result<(Checkpoint, Vec<Warning>), InferError> {
        let mut reasons = Vec::new();
        for &step in self.steps()?.iter().rev() {
            match Checkpoint::read(&self.path(step)) {
                Ok(checkpoint) => {
                    let skipped = |reason| Warning::SkippedCheckpoint { reason, step };
                    return Ok((checkpoint, reasons.into_iter().map(skipped).collect()));
                }
                // Nothing is wrong with the file: to go on from an older one would lose its work.
                Err(error @ InferError::Format { .. }) => return Err(error),
                Err(error) => reasons.push(error.to_string()),
            }
        }
        if reasons.is_empty() {
            let source = std::io::Error::new(
                std::io::ErrorKind::NotFound,
                "it holds no checkpoint, so there is nothing to resume: start the run anew",
            );
            return Err(io("resume from", &self.folder, source));
        }
        Err(InferError::Damaged {
            path: self.folder.clone(),
            detail: format!("none of its {} checkpoints can be read: {}", reasons.len(), reasons.join("; ")),
            remedy: "start the run anew",
        })
    }

    /// Keeps `newest`, the one before it and those that are `needed`, and removes the rest.
    ///
    /// A checkpoint newer than `newest` is a damaged one that the run has gone back behind.
    ///
    /// # Errors
    /// [`InferError::Io`] if a file cannot be removed.
    pub fn prune(&self, newest: u64, needed: &[u64]) -> Result<(), InferError> {
        let previous = self.steps()?.into_iter().rfind(|&step| step < newest);
        let keep = |path: &PathBuf| match step_of(path) {
            Some(step) => step == newest || Some(step) == previous || needed.contains(&step),
            None => !is_unfinished(path),
        };
        for path in self.list()?.into_iter().filter(|path| !keep(path)) {
            fs::remove_file(&path).map_err(|source| io("remove", &path, source))?;
        }
        Ok(())
    }

    fn list(&self) -> Result<Vec<PathBuf>, InferError> {
        let failed = |source| io("list", &self.folder, source);
        let entries = fs::read_dir(&self.folder).map_err(failed)?;
        entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
    }
}

fn step_of(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix("step-")?.strip_suffix(".safetensors")?.parse().ok()
}

fn io(action: &'static str, path: &Path, source: std::io::Error) -> InferError {
    InferError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StateDict;
    use crate::fit::{Horizon, Progress, Provenance};

    fn folder() -> (tempfile::TempDir, Checkpoints) {
        let folder = tempfile::tempdir().expect("a folder");
        let checkpoints = Checkpoints::open(folder.path().join("checkpoints")).expect("opened");
        (folder, checkpoints)
    }

    fn at(step: u64) -> Checkpoint {
        let mut progress =
            Progress::new(Horizon { steps_per_epoch: 2, total_steps: 8 }, 7, Provenance::default());
        progress.step = step;
        Checkpoint { progress, state: StateDict::new() }
    }

    #[test]
    fn the_last_two_and_the_best_are_kept() {
        let (_folder, checkpoints) = folder();
        for (step, best, kept) in [
            (10, None, vec![10]),
            (20, Some(10), vec![10, 20]),
            (30, Some(10), vec![10, 20, 30]),
            (40, Some(10), vec![10, 30, 40]),
            (50, Some(50), vec![40, 50]),
            (60, Some(50), vec![50, 60]),
        ] {
            checkpoints.write(&at(step)).expect("written");
            checkpoints.prune(step, best.as_slice()).expect("pruned");
            assert_eq!(checkpoints.steps().expect("listed"), kept);
        }
    }

    #[test]
    fn only_its_own_leavings_are_removed() {
        let (_folder, checkpoints) = folder();
        let left = checkpoints.folder().join(".step-00000001.safetensors.17.tmp");
        let foreign = checkpoints.folder().join("notes.txt");
        for path in [&left, &foreign] {
            fs::write(path, "").expect("written");
        }
        checkpoints.write(&at(70)).expect("written");
        checkpoints.write(&at(20)).expect("written");
        checkpoints.prune(20, &[]).expect("pruned");
        assert_eq!(checkpoints.steps().expect("listed"), [20], "70 lies in a future that was given up");
        assert!(foreign.exists() && !left.exists());
    }

    #[test]
    fn a_damaged_checkpoint_is_passed_over_with_a_warning() {
        let (_folder, checkpoints) = folder();
        for step in [10, 20, 30] {
            checkpoints.write(&at(step)).expect("written");
        }
        let newest = checkpoints.path(30);
        let bytes = fs::read(&newest).expect("bytes");
        fs::write(&newest, &bytes[..bytes.len() / 2]).expect("cut");
        let (found, warnings) = checkpoints.latest().expect("an older one");
        assert_eq!(found, at(20));
        let [warning] = &warnings[..] else { panic!("{warnings:?}") };
        let text = warning.to_string();
        assert!(text.contains("step-00000030.safetensors") && text.contains("of step 20"), "{text}");
    }

    #[test]
    fn nothing_to_resume_is_said() {
        let (_folder, checkpoints) = folder();
        assert!(matches!(checkpoints.latest(), Err(InferError::Io { .. })));
        fs::write(checkpoints.path(10), "not a checkpoint").expect("written");
        let error = checkpoints.latest().expect_err("damaged");
        assert!(matches!(error, InferError::Damaged { .. }), "{error}");
    }

    #[test]
    fn a_folder_that_cannot_be_is_a_typed_error() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = Checkpoints::open(file.path().join("checkpoints")).expect_err("a file is in the way");
        assert!(matches!(error, InferError::Io { action: "create", .. }), "{error}");
    }
}
