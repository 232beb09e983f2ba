//! File formats, one file each; which one a file has is told from its content.

mod array_file;
mod compression;
mod csv;
mod encoding;
mod half;
mod idx;
mod images;
mod layout;
mod mnist;
mod named_arrays;
mod nd_array;
mod npy;
mod npz;
mod parquet;
mod safetensors;
pub(crate) mod several;

use std::path::Path;

use crate::positional::PositionalFile;
use crate::{DataError, DataSpec, Dataset, Role};

pub(crate) use compression::inflate;
pub(crate) use csv::open as open_table;
pub use csv::{FilledRow, FilledTable};
pub(crate) use mnist::{PARTS, assemble as assemble_mnist};
pub(crate) use named_arrays::of_arrays;
pub(crate) use nd_array::NdArray;

/// So many bytes tell a format.
const MAGIC: usize = 16;

/// Opens a file, a folder or the files of a pattern.
pub(crate) fn open(spec: &DataSpec) -> Result<Dataset, DataError> {
    if several::is_pattern(&spec.source) {
        several::open(spec)
    } else {
        open_path(Path::new(&spec.source), spec)
    }
}

/// Opens a file or folder.
///
/// Formats that can be read by position are given the open file, so that a large one is never held
/// whole; the others are given its content.
fn open_path(path: &Path, spec: &DataSpec) -> Result<Dataset, DataError> {
    if path.is_dir() {
        refuse_columns(spec, "a folder of images")?;
        return if mnist::is_here(path) { mnist::open(path) } else { images::open(path, spec) };
    }
    let file = PositionalFile::open(path)?;
    match file.prefix(MAGIC)?.as_slice() {
        [] => Err(DataError::Empty { name: path.display().to_string() }),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => npy::open(file, spec),
        [0, 0, 0x08..=0x0E, _, ..] => idx::open(file, spec),
        [b'P', b'A', b'R', b'1' | b'E', ..] => parquet::open(file, spec),
        begin if compression::is_compressed(begin) => {
            open_content(path, inflate(path, &file.whole()?)?, spec)
        }
        _ => open_content(path, file.whole()?, spec),
    }
}

/// Opens the content of a file that had to be read whole, or was compressed.
fn open_content(path: &Path, bytes: Vec<u8>, spec: &DataSpec) -> Result<Dataset, DataError> {
    match bytes.as_slice() {
        [] => Err(DataError::Empty { name: path.display().to_string() }),
        begin if safetensors::is_here(begin) => safetensors::open(path, &bytes, spec),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => npz::open(path, bytes, spec),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => {
            refuse_columns(spec, "a npy file")?;
            single(path, npy::parse(path, &bytes)?)
        }
        [0, 0, 0x08..=0x0E, _, ..] => {
            refuse_columns(spec, "an IDX file")?;
            single(path, idx::parse(path, bytes)?)
        }
        _ if is_text(&bytes) => csv::open(path, &bytes, spec),
        begin if image::guess_format(begin).is_ok() => Err(DataError::Malformed {
            path: path.to_owned(),
            position: "file".to_owned(),
            problem: "it is a single picture".to_owned(),
            remedy: "give the folder of the pictures".to_owned(),
        }),
        _ => Err(DataError::Malformed {
            path: path.to_owned(),
            position: "byte 0".to_owned(),
            problem: format!(
                "the file begins with {:02X?}, which is the wrong magic for IDX (00 00 08 …), npy (93 NUMPY), npz \
                 (PK 03 04), Parquet (PAR1) and safetensors, and is not text either",
                &bytes[..bytes.len().min(4)]
            ),
            remedy: "convert it to one of IDX, npy, npz, safetensors, Parquet or CSV".to_owned(),
        }),
    }
}

/// The content of a file of text, compressed or not; `None` if it is something else.
fn text_of(path: &Path) -> Result<Option<Vec<u8>>, DataError> {
    let file = PositionalFile::open(path)?;
    let bytes = match file.prefix(MAGIC)?.as_slice() {
        begin if compression::is_compressed(begin) => inflate(path, &file.whole()?)?,
        _ => file.whole()?,
    };
    Ok(is_text(&bytes).then_some(bytes))
}

/// Control bytes other than white space do not occur in text, unless it is UTF-16.
fn is_text(bytes: &[u8]) -> bool {
    let has_no_control =
        || bytes[..bytes.len().min(1024)].iter().all(|byte| !matches!(byte, 0..=8 | 14..=31));
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) || has_no_control()
}

/// The bytes of a file.
fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    PositionalFile::open(path)?.whole()
}

/// A file with one array is a data set of observations.
fn single(path: &Path, array: NdArray) -> Result<Dataset, DataError> {
    Dataset::from_fields(&path.display().to_string(), vec![array.into_field(path, "x", Role::Observation)?])
}

pub(crate) fn refuse_columns(spec: &DataSpec, what: &str) -> Result<(), DataError> {
    let asked = spec
        .columns
        .iter()
        .flatten()
        .chain(&spec.exclude)
        .chain(&spec.label_column)
        .chain(&spec.target_columns)
        .chain(&spec.weight_column)
        .next();
    match asked {
        None => Ok(()),
        Some(column) => Err(DataError::UnknownColumn {
            path: spec.source.clone().into(),
            column: column.clone(),
            available: format!("none, as {what} has no named columns; leave the option out"),
        }),
    }
}
