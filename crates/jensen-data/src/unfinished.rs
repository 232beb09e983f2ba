//! Files that are being written, for a process that has to end at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file that is unfinished for as long as this lives.
#[derive(Debug)]
pub(crate) struct Unfinished(PathBuf);

impl Unfinished {
    pub(crate) fn new(path: PathBuf) -> Self {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut all = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = all.iter().position(|path| *path == self.0) {
            all.swap_remove(at);
        }
    }
}

/// Removes every file that this process has begun and not finished: the last thing to do before
/// ending it without unwinding, as upon a signal.
///
/// Never waits, and allocates nothing for paths of usual length, so that it can be called in any state.
pub fn discard_unfinished() {
    let Ok(all) = UNFINISHED.try_lock() else { return };
    for path in all.iter() {
        // Nothing can be done about one that stays: it is hidden, and its ending says what it is.
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_unfinished_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let [done, open] = ["done", "open"].map(|name| folder.path().join(name));
        for path in [&done, &open] {
            fs::write(path, "content").expect("written");
        }
        drop(Unfinished::new(done.clone()));
        let unfinished = Unfinished::new(open.clone());
        discard_unfinished();
        assert!(done.exists() && !unfinished.path().exists());
    }
}
