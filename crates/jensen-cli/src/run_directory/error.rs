//! What can be wrong with a run directory.

use std::path::{Path, PathBuf};

use super::WEIGHTS;
use super::create::holds_files;
use crate::output::quoted;

/// A run directory that cannot be used as asked.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No run of this name or path.
    #[error("there is no run `{run}`, neither as a path nor under runs/")]
    NotFound {
        /// What was asked for.
        run: String,
        /// The runs there are.
        known: Vec<String>,
    },

    /// A run is there already.
    #[error("{path} holds a run already", path = path.display())]
    Exists {
        /// The directory.
        path: PathBuf,
    },

    /// The directory holds something else.
    #[error("{path} is not empty and is not a run directory", path = path.display())]
    NotARun {
        /// The directory.
        path: PathBuf,
    },

    /// Another process trains here.
    #[error("another training writes to {path}", path = path.display())]
    Busy {
        /// The directory.
        path: PathBuf,
    },

    /// The file system has no locks.
    #[error("cannot lock {path} against a second training: {source}", path = path.display())]
    Unlockable {
        /// The directory.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },

    /// The training is under way.
    #[error("{path} is being trained: it has no model yet (no model.safetensors)", path = path.display())]
    InTraining {
        /// The directory.
        path: PathBuf,
    },

    /// The training has not come to the point where there is a model.
    #[error("{path} has no trained model yet (no model.safetensors)", path = path.display())]
    Untrained {
        /// The directory.
        path: PathBuf,
        /// What to call the run.
        run: String,
    },

    /// The training was killed before it had written its first files.
    #[error("the training in {path} was stopped before it began (no {file})", path = path.display(), file = file.display())]
    NotBegun {
        /// The directory.
        path: PathBuf,
        /// What it lacks.
        file: PathBuf,
    },

    /// A later version of this program trained here.
    #[error("{path} was trained by a newer version: its files have format {format}, this version reads up to {known}", path = path.display())]
    Newer {
        /// The directory.
        path: PathBuf,
        /// The version of its form.
        format: u32,
        /// The newest that is read.
        known: u32,
    },

    /// The data are not those that the training began with.
    #[error("{data} is not what {run} was trained on: {detail}")]
    OtherData {
        /// The data.
        data: String,
        /// The run.
        run: String,
        /// What differs.
        detail: String,
    },

    /// A file of the run is not what it should be.
    #[error("{path} is damaged: {detail}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },

    /// A file of the run cannot be used.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl RunError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotFound { known, .. } if known.is_empty() => {
                Some("there are no runs here yet: `jensen train` makes one".to_owned())
            }
            Self::NotFound { run, known } => {
                let close = crate::config::closest(run, known).map(|name| format!("did you mean `{name}`? "));
                Some(format!("{}runs here: {}", close.unwrap_or_default(), known.join(", ")))
            }
            Self::Exists { .. } => Some(
                "give another `--name` or `--out`, continue it with `--resume`, or replace it with `--force`"
                    .into(),
            ),
            Self::NotARun { .. } => {
                Some("give another `--name` or `--out`; `--force` replaces runs only".to_owned())
            }
            Self::InTraining { .. } => Some("wait for its training to end".to_owned()),
            Self::Unlockable { .. } => Some(
                "its file system keeps no locks, as some network drives: put the run elsewhere with `--out DIR`"
                    .to_owned(),
            ),
            Self::Busy { .. } => Some("wait for it to end, or train under another `--name`".to_owned()),
            Self::Untrained { run, .. } => Some(format!(
                "its training has not ended: `jensen train --resume {}` continues it",
                quoted(run)
            )),
            Self::Newer { .. } => Some("update jensen".to_owned()),
            Self::NotBegun { path, file } if holds_files(&path.join("checkpoints")) => Some(format!(
                "it has checkpoints, so {} was lost later: put it back from a copy; the checkpoints are not touched",
                file.display()
            )),
            Self::NotBegun { .. } => Some("train again with `--force`".to_owned()),
            Self::OtherData { .. } => Some(
                "a run goes on with the data it began with: restore them, or train a new run on these"
                    .to_owned(),
            ),
            Self::Damaged { path, .. } if path.ends_with(WEIGHTS) => Some(format!(
                "delete it, and `jensen train --resume {}` makes it anew from the checkpoints",
                quoted(&path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy())
            )),
            Self::Damaged { path, .. } if path.ends_with("config.toml") => Some(
                "undo what was changed in it by hand: a run keeps the options that it began with, another run takes others"
                    .to_owned(),
            ),
            Self::Damaged { path, .. } => Some(format!(
                "restore {} from a copy, or train again with `--force`",
                path.file_name().unwrap_or_default().display()
            )),
            Self::File { source, .. } => crate::error::remedy(source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_locks_is_told_from_a_busy_run() {
        let source = std::io::ErrorKind::Unsupported.into();
        let error = RunError::Unlockable { path: "runs/a".into(), source };
        assert!(error.to_string().contains("cannot lock runs/a"), "{error}");
        assert!(error.help().is_some_and(|help| help.contains("--out DIR")));
        let busy = RunError::Busy { path: "runs/a".into() };
        assert!(busy.help().is_some_and(|help| help.contains("wait for it to end")));
    }
}
