//! File formats: one file each.

use std::path::Path;

use crate::{DataError, DataSpec, Dataset, Field};

/// Opens a file or folder; the format is told from the content.
pub(crate) fn open(spec: &DataSpec) -> Result<Dataset, DataError> {
    let _ = spec;
    todo!()
}

/// Writes fields to a `.npy` (one field), `.npz` or `.csv` file.
///
/// The file appears at once or not at all: it is written beside its place, synced and renamed.
///
/// # Errors
/// If the extension is another, the fields differ in their number of examples, or the system refuses.
pub fn write(path: &Path, fields: &[Field]) -> Result<(), DataError> {
    let _ = (path, fields);
    todo!()
}
