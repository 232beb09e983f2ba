//! IDX, the format of the MNIST files: `00 00 type rank`, big-endian extents, row-major numbers.
//!
//! <http://yann.lecun.com/exdb/mnist/>, "The IDX file format".

use std::path::Path;

use super::encoding::{ByteOrder, Encoding, Kind};
use super::layout::{Layout, Order, malformed};
use super::{NdArray, array_file, refuse_columns};
use crate::positional::PositionalFile;
use crate::{DataError, DataSpec, Dataset};

/// The longest header: that of 255 axes.
const LONGEST_HEADER: usize = 4 + 4 * 255;

/// The data set in a file, whose magic is the right one.
pub(crate) fn open(file: PositionalFile, spec: &DataSpec) -> Result<Dataset, DataError> {
    refuse_columns(spec, "an IDX file")?;
    let layout = layout(file.path(), &file.prefix(LONGEST_HEADER)?, file.len())?;
    array_file::open(file, layout, spec.access)
}

/// The array in `bytes`.
pub(crate) fn parse(path: &Path, mut bytes: Vec<u8>) -> Result<NdArray, DataError> {
    let layout = layout(path, &bytes, bytes.len() as u64)?;
    bytes.drain(..layout.start); // moves in place: an image file is not held twice
    layout.array(path, bytes)
}

/// What the header says, of a file of `len` bytes that begins with `bytes`.
fn layout(path: &Path, bytes: &[u8], len: u64) -> Result<Layout, DataError> {
    let [0, 0, code, rank, ..] = bytes[..] else {
        let begin = &bytes[..bytes.len().min(4)];
        return Err(malformed(
            path,
            0,
            format!(
                "wrong magic: an IDX file begins with 00 00, a type and a rank, this one with {begin:02X?}"
            ),
            "check that this is an IDX file",
        ));
    };
    let (kind, size) = match code {
        0x08 => (Kind::Unsigned, 1),
        0x09 => (Kind::Signed, 1),
        0x0B => (Kind::Signed, 2),
        0x0C => (Kind::Signed, 4),
        0x0D => (Kind::Float, 4),
        0x0E => (Kind::Float, 8),
        _ => {
            return Err(malformed(
                path,
                2,
                format!("wrong magic: there is no IDX type 0x{code:02X}"),
                "the types are 08 (u8), 09 (i8), 0B (i16), 0C (i32), 0D (f32) and 0E (f64)",
            ));
        }
    };
    if rank == 0 {
        let remedy = "an IDX data set has an example axis";
        return Err(malformed(path, 3, "the array has no axes".to_owned(), remedy));
    }
    let start = 4 + 4 * usize::from(rank);
    let Some(extents) = bytes.get(4..start) else {
        let problem = format!("truncated: the file ends within its header of {start} bytes");
        return Err(malformed(path, len, problem, "download or copy the file again"));
    };
    let shape = extents.as_chunks().0.iter().map(|extent| u32::from_be_bytes(*extent) as usize).collect();
    let encoding = Encoding { kind, size, order: ByteOrder::Big };
    Layout { shape, order: Order::RowMajor, encoding, start }.checked(path, len)
}
