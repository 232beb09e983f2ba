//! File formats, one file each; which one a file has is told from its content.

mod csv;
mod gzip;
mod idx;
mod mnist;
mod nd_array;
mod npy;
mod npz;

use std::path::Path;

use crate::{DataError, DataSpec, Dataset, Role};

pub(crate) use gzip::inflate;
pub(crate) use mnist::{PARTS, assemble as assemble_mnist};
pub(crate) use nd_array::NdArray;

/// Opens a file or folder.
pub(crate) fn open(spec: &DataSpec) -> Result<Dataset, DataError> {
    let path = Path::new(&spec.source);
    if path.is_dir() {
        refuse_columns(spec, "a folder of images")?;
        return mnist::open(path);
    }
    let bytes = gzip::inflate_if_compressed(path, read(path)?)?;
    match bytes.as_slice() {
        [] => Err(DataError::Empty { name: path.display().to_string() }),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => npz::open(path, bytes, spec),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => {
            refuse_columns(spec, "a npy file")?;
            single(path, npy::parse(path, &bytes)?)
        }
        [0, 0, 0x08..=0x0E, _, ..] => {
            refuse_columns(spec, "an IDX file")?;
            single(path, idx::parse(path, bytes)?)
        }
        // Control bytes other than white space do not occur in text.
        _ if bytes[..bytes.len().min(1024)].iter().all(|byte| !matches!(byte, 0..=8 | 14..=31)) => {
            csv::open(path, &bytes, spec)
        }
        _ => Err(DataError::Malformed {
            path: path.to_owned(),
            position: "byte 0".to_owned(),
            problem: format!(
                "the file begins with {:02X?}, which is the wrong magic for IDX (00 00 08 …), npy (93 NUMPY) and npz \
                 (PK 03 04), and is not text either",
                &bytes[..bytes.len().min(4)]
            ),
            remedy: "convert it to one of IDX, npy, npz or CSV, gzip-compressed or not".to_owned(),
        }),
    }
}

/// The bytes of a file.
fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    let refuse = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => DataError::NotFound { path: path.to_owned() },
        _ => DataError::Io { action: "read", path: path.to_owned(), source },
    };
    // A pipe or a device may have no end.
    if !std::fs::metadata(path).map_err(refuse)?.is_file() {
        return Err(DataError::Malformed {
            path: path.to_owned(),
            position: "file".to_owned(),
            problem: "it is a pipe or a device".to_owned(),
            remedy: "write its content to a file first".to_owned(),
        });
    }
    std::fs::read(path).map_err(refuse)
}

/// A file with one array is a data set of observations.
fn single(path: &Path, array: NdArray) -> Result<Dataset, DataError> {
    Dataset::from_fields(&path.display().to_string(), vec![array.into_field(path, "x", Role::Observation)?])
}

fn refuse_columns(spec: &DataSpec, what: &str) -> Result<(), DataError> {
    let asked = spec.columns.iter().flatten().chain(&spec.label_column).next();
    match asked {
        None => Ok(()),
        Some(column) => Err(DataError::UnknownColumn {
            path: spec.source.clone().into(),
            column: column.clone(),
            available: format!("none, as {what} has no named columns; leave the option out"),
        }),
    }
}
