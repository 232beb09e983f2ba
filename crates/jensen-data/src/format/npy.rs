//! NumPy's `.npy`: a header in Python syntax, then the numbers.

use std::path::Path;

use npyz::{Endianness, NpyHeader, TypeChar};

use super::encoding::{ByteOrder, Encoding, Kind};
use super::layout::{Layout, Order, malformed};
use super::{NdArray, array_file, refuse_columns};
use crate::positional::PositionalFile;
use crate::{DataError, DataSpec, Dataset};

/// The longest header; NumPy itself refuses those above 10,000 bytes.
const LONGEST_HEADER: usize = 1 << 17;
/// Brackets in brackets in a header: plain arrays have two. The time of npyz's parser is exponential in them.
const DEEPEST_HEADER: usize = 8;

/// The data set in a file, whose magic is the right one.
pub(crate) fn open(file: PositionalFile, spec: &DataSpec) -> Result<Dataset, DataError> {
    refuse_columns(spec, "a npy file")?;
    let layout = layout(file.path(), &file.prefix(LONGEST_HEADER)?, file.len())?;
    array_file::open(file, layout, spec.access)
}

/// The array in `bytes`, in row-major order whatever the file's order is.
pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<NdArray, DataError> {
    let layout = layout(path, bytes, bytes.len() as u64)?;
    let numbers = bytes[layout.start..].to_vec();
    layout.array(path, numbers)
}

/// What the header says, of a file of `len` bytes that begins with `bytes`.
fn layout(path: &Path, bytes: &[u8], len: u64) -> Result<Layout, DataError> {
    let again = "write or copy the file again";
    let shape =
        declared_shape(bytes, len).map_err(|(at, problem)| malformed(path, at as u64, problem, again))?;
    let mut rest = bytes;
    let header = NpyHeader::from_reader(&mut rest)
        .map_err(|error| malformed(path, 0, format!("the npy header cannot be read ({error})"), again))?;
    let start = bytes.len() - rest.len();
    let encoding = encoding(&header).map_err(|(problem, remedy)| malformed(path, 10, problem, remedy))?;
    let order = match header.order() {
        npyz::Order::C => Order::RowMajor,
        npyz::Order::Fortran => Order::ColumnMajor,
    };
    Layout { shape, order, encoding, start }.checked(path, len)
}

/// The shape in the header, with its product checked, before npyz multiplies it out unchecked.
fn declared_shape(bytes: &[u8], len: u64) -> Result<Vec<usize>, (usize, String)> {
    let short = || {
        if len == bytes.len() as u64 {
            (bytes.len(), "truncated: the file ends within its header".to_owned())
        } else {
            (8, format!("the npy header is longer than {} bytes, which none is", bytes.len()))
        }
    };
    let version = *bytes.get(6).ok_or_else(short)?;
    let (start, length): (usize, usize) = if version == 1 {
        (10, u16::from_le_bytes(*bytes.get(8..).and_then(<[u8]>::first_chunk).ok_or_else(short)?) as usize)
    } else {
        (12, u32::from_le_bytes(*bytes.get(8..).and_then(<[u8]>::first_chunk).ok_or_else(short)?) as usize)
    };
    let text = start.checked_add(length).and_then(|end| bytes.get(start..end)).ok_or_else(short)?;
    let text = String::from_utf8_lossy(text);
    if depth(&text) > DEEPEST_HEADER {
        return Err((start, format!("the npy header has more than {DEEPEST_HEADER} brackets in each other")));
    }
    let shape = text
        .rsplit_once("'shape'")
        .and_then(|(_, rest)| rest.split_once('('))
        .and_then(|(_, rest)| rest.split_once(')'))
        .ok_or_else(|| (start, "the npy header names no shape".to_owned()))?
        .0;
    let shape: Option<Vec<usize>> = shape
        .split(',')
        .map(str::trim)
        .filter(|extent| !extent.is_empty())
        .map(|extent| extent.parse().ok())
        .collect();
    let shape = shape.ok_or_else(|| (start, "the npy header's shape is not a list of extents".to_owned()))?;
    // Zeros count as one here: npyz multiplies the extents before and after them.
    match shape.iter().try_fold(8usize, |product, &extent| product.checked_mul(extent.max(1))) {
        Some(_) => Ok(shape),
        None => Err((start, format!("the shape {shape:?} is larger than any memory"))),
    }
}

/// How many brackets are open at once.
fn depth(text: &str) -> usize {
    let (mut open, mut most) = (0usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// How the header says that numbers lie in the file.
fn encoding(header: &NpyHeader) -> Result<Encoding, (String, &'static str)> {
    let npyz::DType::Plain(dtype) = header.dtype() else {
        let problem = format!("the array is structured ({})", header.dtype().descr());
        return Err((problem, "save one plain array a file, or an .npz of several"));
    };
    let size = dtype.size_field() as usize;
    let kind = match (dtype.type_char(), size) {
        (TypeChar::Bool, 1) | (TypeChar::Uint, 1 | 2 | 4 | 8) => Kind::Unsigned,
        (TypeChar::Int, 1 | 2 | 4 | 8) => Kind::Signed,
        (TypeChar::Float, 2 | 4 | 8) => Kind::Float,
        (TypeChar::Object, _) => {
            return Err((
                "the array holds Python objects (dtype object), which are never unpickled".to_owned(),
                "save numbers: convert the array with .astype('float32') before np.save",
            ));
        }
        (TypeChar::Float, _) => {
            return Err((
                format!("the dtype {dtype} is not supported"),
                "convert the array with .astype('float32') or .astype('float64')",
            ));
        }
        _ => {
            return Err((
                format!("the dtype {dtype} is not a real number"),
                "save an array of integers or floats",
            ));
        }
    };
    let order = match dtype.endianness() {
        Endianness::Big => ByteOrder::Big,
        _ => ByteOrder::Little,
    };
    Ok(Encoding { kind, size, order })
}
