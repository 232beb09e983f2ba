//! Everything that ends a command early, and the exit code it ends with.

use std::path::PathBuf;

use jensen_control::environment::EnvironmentError;
use jensen_data::DataError;
use jensen_infer::InferError;
use jensen_infer::forensics::{NonFinite, Remedy};

use crate::config::ConfigError;
use crate::output::quoted;
use crate::picture::PictureError;
use crate::run_directory::RunError;

/// Why a command stopped. The message says what is wrong and where; [`help`](Self::help) what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration, or an option that overrides it, is wrong.
    #[error(transparent)]
    Config(#[from] Box<ConfigError>),

    /// A run directory cannot be used as asked.
    #[error(transparent)]
    Run(#[from] RunError),

    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),

    /// An environment does not exist, or cannot go on.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),

    /// Training or inference failed.
    #[error(transparent)]
    Infer(#[from] InferError),

    /// The command line asks for something that does not exist.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to give instead.
        help: String,
    },

    /// What is asked for does not fit into memory.
    #[error("{message}")]
    TooLarge {
        /// What it takes, and what there is.
        message: String,
        /// What to ask for instead.
        help: String,
    },

    /// The model has no such operation.
    #[error("a {model} model cannot {verb}")]
    Unsupported {
        /// The model of the run.
        model: &'static str,
        /// What was asked of it.
        verb: &'static str,
        /// What can be asked of it.
        can: &'static str,
    },

    /// A file cannot be read or written.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    File {
        /// `read`, `write` or `create`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },

    /// A picture cannot be made.
    #[error(transparent)]
    Picture(#[from] PictureError),

    /// Results cannot be printed; a closed pipe is not an error for the user.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] std::io::Error),

    /// A step was not finite, and the training stopped there.
    #[error("{failure}")]
    NonFinite {
        /// Which value, step and rows.
        failure: Box<NonFinite>,
        /// What to call the run.
        run: String,
        /// Where its examples are.
        data: String,
    },

    /// Of an observation without any probability nothing follows.
    #[error("row {row} of {data} has no probability under the model, so that nothing follows from it")]
    Impossible {
        /// The row.
        row: u64,
        /// Where it is.
        data: String,
    },

    /// A bundle does not show its failure here.
    #[error("the failure does not show here: {0}")]
    NotReproduced(String),

    /// The user stopped the training; everything is saved.
    #[error("interrupted")]
    Interrupted,
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::Config(Box::new(error))
    }
}

impl CliError {
    /// A wrong use with a remedy.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: help.into() }
    }

    /// A failed access to a file.
    pub fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// 2 if the command was called wrongly, else 1: an interrupted training too has not done what was
    /// asked.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. }
            | Self::Unsupported { .. }
            | Self::Config(_)
            | Self::Environment(EnvironmentError::Unknown { .. } | EnvironmentError::Noise(_))
            | Self::Infer(InferError::Option { .. } | InferError::NoExactKl { .. }) => 2,
            _ => 1,
        }
    }

    /// What to do about it, where the message does not say.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Usage { help, .. } | Self::TooLarge { help, .. } => {
                Some(help.clone()).filter(|help| !help.is_empty())
            }
            Self::Config(error) => error.help(),
            Self::Run(error) => error.help(),
            Self::NonFinite { failure, run, data } => Some(remedies(failure, run, data)),
            Self::Impossible { .. } => Some(
                "a value in it is far from all that the model was trained on: correct it, leave the row out, or empty its \
                 cell where the model takes missing values"
                    .to_owned(),
            ),
            Self::Environment(EnvironmentError::Unknown { .. }) => {
                Some("`jensen env list` shows them".to_owned())
            }
            Self::Unsupported { can, .. } => Some(format!("it can {can}")),
            Self::File { action: "write" | "create", source, .. }
            | Self::Data(DataError::Io { action: "write" | "create", source, .. })
            // A training lists and removes its checkpoints too.
            | Self::Infer(InferError::Io {
                action: "write" | "create" | "list" | "remove", source, ..
            }) => remedy(source),
            _ => None,
        }
    }

    /// Whether the reader of our output went away, as `head` does.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

/// What to do when a file cannot be written.
pub fn remedy(error: &std::io::Error) -> Option<String> {
    use std::io::ErrorKind;
    let text = match error.kind() {
        ErrorKind::StorageFull => "the disk is full: free some space there, or write elsewhere",
        ErrorKind::QuotaExceeded => {
            "your quota of that disk is used up: free some space there, or write elsewhere"
        }
        ErrorKind::FileTooLarge => "a limit on the size of files is too low: see `ulimit -f`",
        ErrorKind::ReadOnlyFilesystem => "that disk is mounted read-only: write elsewhere",
        ErrorKind::PermissionDenied => "you may not write there: write elsewhere, or ask for the permission",
        ErrorKind::NotFound => {
            "its folder does not exist, or was removed meanwhile: make it, or write elsewhere"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// What to try after a step that was not finite, a command a line.
fn remedies(failure: &NonFinite, run: &str, data: &str) -> String {
    let mut lines = Vec::new();
    if let Some(bundle) = &failure.bundle {
        lines.push(format!("see how it came about: jensen replay {}", quoted(&bundle.display().to_string())));
    }
    // The first batch knows nothing of the learning rate, but the weights begin at the data's mean.
    if failure.is_of_few_rows() || failure.step == 0 {
        lines.push(format!("look at the range of the data: jensen data inspect {}", quoted(data)));
    }
    lines.push(match failure.remedy() {
        Remedy::Skip => {
            format!("go on without such batches: jensen train --resume {run} --on-nonfinite skip")
        }
        Remedy::Data => "correct or leave out what is far from the rest, and start a new run".to_owned(),
        Remedy::Rollback => {
            format!("go on with a lower rate: jensen train --resume {run} --on-nonfinite rollback")
        }
        Remedy::NewRun => {
            "start a new run with a lower `--lr`, or with `--set optimizer.clip_norm=1.0`".to_owned()
        }
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn every_failure_of_a_disk_has_a_remedy() {
        for (kind, told) in [
            (ErrorKind::StorageFull, "free some space"),
            (ErrorKind::QuotaExceeded, "your quota"),
            (ErrorKind::FileTooLarge, "ulimit -f"),
            (ErrorKind::ReadOnlyFilesystem, "read-only"),
            (ErrorKind::PermissionDenied, "permission"),
            (ErrorKind::NotFound, "was removed meanwhile"),
        ] {
            let path = PathBuf::from("runs/a/checkpoints/step-00000001.safetensors");
            let ours = CliError::file("write", &path)(Error::from(kind));
            let theirs =
                |action| InferError::Io { action, path: path.clone(), source: Error::from(kind) }.into();
            for error in [ours, theirs("write"), theirs("list"), theirs("remove")] {
                assert_eq!(error.exit_code(), 1);
                assert!(error.to_string().contains("step-00000001"), "{error}");
                assert!(error.help().is_some_and(|help| help.contains(told)), "{kind}: {error}");
            }
        }
    }
}
