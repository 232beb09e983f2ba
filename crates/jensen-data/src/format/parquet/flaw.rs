//! What is wrong with a file, before it is known where.

use std::path::Path;

use crate::DataError;

/// A defect of the bytes, or something that is not read.
#[derive(Debug)]
pub(super) struct Flaw {
    problem: String,
    remedy: String,
}

impl Flaw {
    /// The bytes contradict the format.
    pub fn corrupt(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), remedy: "write or copy the file again".to_owned() }
    }

    /// The bytes are right, but mean what is not read here.
    pub fn unsupported(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { problem: problem.into(), remedy: remedy.into() }
    }

    pub fn at(self, path: &Path, position: impl Into<String>) -> DataError {
        let Self { problem, remedy } = self;
        DataError::Malformed { path: path.to_owned(), position: position.into(), problem, remedy }
    }
}

/// For a stream that ends before its last number.
pub(super) fn truncated() -> Flaw {
    Flaw::corrupt("the bytes end before the last number")
}
