//! Runs by name or by path.

use std::fs;
use std::path::{Path, PathBuf};

use super::{RECORD, RunDirectory, RunError};

/// The folder of runs, below the working directory.
pub const RUNS: &str = "runs";

/// The path of a run given by name or path.
pub fn find(run: &str) -> Result<PathBuf, RunError> {
    let candidates = [PathBuf::from(run), Path::new(RUNS).join(run)];
    let found = candidates.into_iter().find(|path| begun(path));
    found.ok_or_else(|| RunError::NotFound {
        run: run.to_owned(),
        known: all_runs().iter().map(RunDirectory::name).collect(),
    })
}

/// Whether a training has written one of its first two files there.
fn begun(path: &Path) -> bool {
    ["config.toml", RECORD].iter().any(|name| path.join(name).is_file())
}

/// Every run under `runs/`, the oldest first.
pub fn all_runs() -> Vec<RunDirectory> {
    let entries = fs::read_dir(RUNS).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut runs: Vec<_> = entries
        .filter(|path| begun(path))
        .map(|path| {
            let created = fs::metadata(path.join(RECORD)).and_then(|file| file.modified()).ok();
            (created, RunDirectory { path })
        })
        .collect();
    runs.sort_by(|a, b| (a.0, &a.1.path).cmp(&(b.0, &b.1.path)));
    runs.into_iter().map(|(_, run)| run).collect()
}
