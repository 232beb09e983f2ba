//! What can go wrong with another process.

use std::time::Duration;

use thiserror::Error;

/// A process that cannot be an environment any more. It was ended; start it anew.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ProcessError {
    /// It could not be started.
    #[error("`{command}` cannot be started: {reason}")]
    Start {
        /// What was to be started.
        command: String,
        /// What the system says.
        reason: String,
    },
    /// It ended, or closed its output, while an answer was due.
    #[error("`{command}` ended ({status}) before it answered to {request}{}", last_words(said))]
    Died {
        /// What was started.
        command: String,
        /// How it ended.
        status: String,
        /// What was asked of it.
        request: &'static str,
        /// The last line that it wrote to standard error.
        said: String,
    },
    /// It did not answer in time.
    #[error(
        "`{command}` did not answer to {request} within {} s: mend it, or allow it more time{}",
        deadline.as_secs_f64(),
        last_words(said)
    )]
    Deadline {
        /// What was started.
        command: String,
        /// What was asked of it.
        request: &'static str,
        /// How long was waited.
        deadline: Duration,
        /// The last line that it wrote to standard error.
        said: String,
    },
    /// It wrote what the protocol does not know.
    #[error("`{command}` answered to {request} with {answer:?}: {reason}")]
    Nonsense {
        /// What was started.
        command: String,
        /// What was asked of it.
        request: &'static str,
        /// The beginning of what it wrote.
        answer: String,
        /// Why that is no answer.
        reason: String,
    },
    /// It says that it cannot do what it was asked.
    #[error("`{command}` cannot answer to {request}: {message}")]
    Refused {
        /// What was started.
        command: String,
        /// What was asked of it.
        request: &'static str,
        /// What it says.
        message: String,
    },
}

fn last_words(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(". Its last words: {said}") }
}
