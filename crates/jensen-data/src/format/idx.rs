//! IDX, the format of the MNIST files: `00 00 type rank`, big-endian extents, row-major numbers.
//!
//! <http://yann.lecun.com/exdb/mnist/>, "The IDX file format".

use std::path::Path;

use super::{NdArray, refuse_columns, single};
use crate::positional::PositionalFile;
use crate::{Array, DataError, DataSpec, Dataset};

/// The data set in a file, whose magic is the right one.
pub(crate) fn open(file: &PositionalFile, spec: &DataSpec) -> Result<Dataset, DataError> {
    refuse_columns(spec, "an IDX file")?;
    single(file.path(), parse(file.path(), file.whole()?)?)
}

/// The array in `bytes`.
pub(crate) fn parse(path: &Path, mut bytes: Vec<u8>) -> Result<NdArray, DataError> {
    let malformed = |at: usize, problem: String, remedy: &str| DataError::Malformed {
        path: path.to_owned(),
        position: format!("byte {at}"),
        problem,
        remedy: remedy.to_owned(),
    };
    let again = "download or copy the file again";
    let [0, 0, code, rank, ..] = bytes[..] else {
        let begin = &bytes[..bytes.len().min(4)];
        return Err(malformed(
            0,
            format!(
                "wrong magic: an IDX file begins with 00 00, a type and a rank, this one with {begin:02X?}"
            ),
            "check that this is an IDX file",
        ));
    };
    let size = match code {
        0x08 | 0x09 => 1,
        0x0B => 2,
        0x0C | 0x0D => 4,
        0x0E => 8,
        _ => {
            return Err(malformed(
                2,
                format!("wrong magic: there is no IDX type 0x{code:02X}"),
                "the types are 08 (u8), 09 (i8), 0B (i16), 0C (i32), 0D (f32) and 0E (f64)",
            ));
        }
    };
    if rank == 0 {
        return Err(malformed(3, "the array has no axes".to_owned(), "an IDX data set has an example axis"));
    }
    let header = 4 + 4 * usize::from(rank);
    if bytes.len() < header {
        return Err(malformed(
            bytes.len(),
            format!("truncated: the file ends within its header of {header} bytes"),
            again,
        ));
    }
    let shape: Vec<usize> = bytes[4..header]
        .as_chunks::<4>()
        .0
        .iter()
        .map(|extent| u32::from_be_bytes(*extent) as usize)
        .collect();
    let needed = shape.iter().try_fold(size, |product: usize, &extent| product.checked_mul(extent));
    let there = bytes.len() - header;
    match needed {
        None => {
            return Err(malformed(4, format!("the shape {shape:?} is larger than any memory"), again));
        }
        Some(needed) if needed > there => {
            return Err(malformed(
                bytes.len(),
                format!(
                    "truncated: the shape {shape:?} needs {needed} bytes of numbers, but {there} are there"
                ),
                again,
            ));
        }
        Some(needed) if needed < there => {
            return Err(malformed(
                header + needed,
                format!("{} bytes follow the last number of the shape {shape:?}", there - needed),
                "check that this is a whole IDX file and nothing else",
            ));
        }
        Some(_) => {}
    }
    let numbers = &bytes[header..];
    let array = match code {
        0x08 => {
            bytes.drain(..header); // moves in place: an image file is not held twice
            Array::U8(bytes)
        }
        0x09 => Array::I32(numbers.iter().map(|&byte| byte.cast_signed().into()).collect()),
        0x0B => Array::I32(numbers.as_chunks().0.iter().map(|b| i16::from_be_bytes(*b).into()).collect()),
        0x0C => Array::I32(numbers.as_chunks().0.iter().map(|b| i32::from_be_bytes(*b)).collect()),
        0x0D => Array::F32(numbers.as_chunks().0.iter().map(|b| f32::from_be_bytes(*b)).collect()),
        _ => Array::F64(numbers.as_chunks().0.iter().map(|b| f64::from_be_bytes(*b)).collect()),
    };
    Ok(NdArray { shape, array })
}
