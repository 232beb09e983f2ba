//! One training a directory.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::RunError;

/// What is locked.
pub(super) const FILE: &str = ".lock";

/// Holds a run directory; the system lets go of it even when the process is killed.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a directory.
    pub(super) fn take(directory: &Path) -> Result<Self, RunError> {
        let path = directory.join(FILE);
        let failed = |source| RunError::File { action: "lock", path: path.clone(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(RunError::Busy { path: directory.to_owned() }),
            Err(TryLockError::Error(source)) => {
                Err(RunError::Unlockable { path: directory.to_owned(), source })
            }
        }
    }
}
