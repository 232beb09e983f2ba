//! NumPy's `.npz`: a zip archive of `.npy` files, whose names say what they are.

use std::io::{Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use super::{NdArray, compression, named_arrays, npy};
use crate::{DataError, DataSpec, Dataset};

/// The data set in an archive.
pub(crate) fn open(path: &Path, bytes: Vec<u8>, spec: &DataSpec) -> Result<Dataset, DataError> {
    // Of all arrays together.
    let mut left = compression::most_inflated(bytes.len());
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(path, "archive", &error))?;
    let files: Result<Vec<_>, _> = archive.file_names().collect();
    let names: Vec<String> = files
        .map_err(|error| damaged(path, "archive", &error))?
        .iter()
        .filter_map(|name| name.strip_suffix(".npy"))
        .map(str::to_owned)
        .collect();
    named_arrays::open(path, names, spec, |name| load(&mut archive, path, name, &mut left))
}

fn load(
    archive: &mut ZipArchive<Cursor<Vec<u8>>>,
    path: &Path,
    name: &str,
    left: &mut usize,
) -> Result<NdArray, DataError> {
    let at = format!("array `{name}`");
    let file = archive.by_name(&format!("{name}.npy")).map_err(|error| damaged(path, &at, &error))?;
    let mut bytes = Vec::new();
    file.take(*left as u64 + 1).read_to_end(&mut bytes).map_err(|error| damaged(path, &at, &error))?;
    let Some(rest) = left.checked_sub(bytes.len()) else {
        return Err(DataError::Malformed {
            path: path.to_owned(),
            position: at,
            problem: "the archive inflates to more than is held of one this small".to_owned(),
            remedy: "if that is right, save it without compression (`np.savez`)".to_owned(),
        });
    };
    *left = rest;
    npy::parse(&path.join(format!("{name}.npy")), &bytes)
}

fn damaged(path: &Path, position: &str, error: &dyn std::fmt::Display) -> DataError {
    DataError::Malformed {
        path: path.to_owned(),
        position: position.to_owned(),
        problem: format!("the zip archive cannot be read ({error}): it is truncated or damaged"),
        remedy: "write or copy the file again".to_owned(),
    }
}
