//! The folder of what a run has kept of its failed steps.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::InferError;
use crate::forensics::Bundle;

/// How many bundles a run keeps, so that one that leaves batches out does not fill the disk.
const MOST: usize = 5;

/// A folder of [`Bundle`]s named by their step, as in `step-1234/`; the first few of a run are kept.
#[derive(Clone, Debug)]
pub struct Failures {
    folder: PathBuf,
    documents: BTreeMap<String, String>,
}

impl Failures {
    /// The bundles in `folder`, which is made with the first.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), documents: BTreeMap::new() }
    }

    /// Puts a document into every bundle: whatever rebuilds the learner from it alone.
    pub fn with_document(mut self, name: &str, text: String) -> Self {
        self.documents.insert(name.to_owned(), text);
        self
    }

    /// Where the bundle of a step is.
    pub fn path(&self, step: u64) -> PathBuf {
        self.folder.join(format!("step-{step}"))
    }

    /// Keeps a bundle with the documents; `None` if there are enough.
    ///
    /// # Errors
    /// [`InferError::Io`] if it cannot be written.
    pub(super) fn keep(&self, mut bundle: Bundle) -> Result<Option<PathBuf>, InferError> {
        let path = self.path(bundle.circumstances.step);
        if !path.exists() && count(&self.folder) >= MOST {
            return Ok(None);
        }
        bundle.documents = self.documents.clone();
        bundle.write(&path)?;
        Ok(Some(path))
    }
}

/// How many bundles there are.
fn count(folder: &Path) -> usize {
    let is_bundle = |name: &str| name.starts_with("step-");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_str().is_some_and(is_bundle)).count()
}
