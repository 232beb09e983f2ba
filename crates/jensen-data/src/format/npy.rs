//! NumPy's `.npy`: a header in Python syntax, then the numbers.

use std::path::Path;

use npyz::{Endianness, NpyHeader, Order, TypeChar};

use super::{NdArray, refuse_columns, single};
use crate::positional::PositionalFile;
use crate::{Array, DataError, DataSpec, Dataset};

/// The data set in a file, whose magic is the right one.
pub(crate) fn open(file: &PositionalFile, spec: &DataSpec) -> Result<Dataset, DataError> {
    refuse_columns(spec, "a npy file")?;
    single(file.path(), parse(file.path(), &file.whole()?)?)
}

/// The array in `bytes`, in row-major order whatever the file's order is.
pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<NdArray, DataError> {
    let malformed = |at: usize, problem: String, remedy: &str| DataError::Malformed {
        path: path.to_owned(),
        position: format!("byte {at}"),
        problem,
        remedy: remedy.to_owned(),
    };
    let again = "write or copy the file again";
    let shape = declared_shape(bytes).map_err(|(at, problem)| malformed(at, problem, again))?;
    let mut rest = bytes;
    let header = NpyHeader::from_reader(&mut rest)
        .map_err(|error| malformed(0, format!("the npy header cannot be read ({error})"), again))?;
    let start = bytes.len() - rest.len();
    let number = Number::of(&header).map_err(|(problem, remedy)| malformed(10, problem, remedy))?;
    let needed = shape.iter().try_fold(number.size, |product: usize, &extent| product.checked_mul(extent));
    match needed {
        None => return Err(malformed(10, format!("the shape {shape:?} is larger than any memory"), again)),
        Some(needed) if needed > rest.len() => {
            let problem = format!(
                "truncated: the shape {shape:?} needs {needed} bytes of numbers, but {} are there",
                rest.len()
            );
            return Err(malformed(bytes.len(), problem, again));
        }
        Some(needed) if needed < rest.len() => {
            let problem =
                format!("{} bytes follow the last number of the shape {shape:?}", rest.len() - needed);
            return Err(malformed(start + needed, problem, "write one array a file"));
        }
        Some(_) => {}
    }
    let mut array = number.decode(rest).map_err(|index| {
        malformed(
            start + index * number.size,
            "an unsigned 64-bit integer is larger than 2^63 - 1".to_owned(),
            "convert the array with .astype('float64')",
        )
    })?;
    if header.order() == Order::Fortran {
        array = row_major(&array, &shape);
    }
    Ok(NdArray { shape, array })
}

/// The shape in the header, with its product checked, before npyz multiplies it out unchecked.
fn declared_shape(bytes: &[u8]) -> Result<Vec<usize>, (usize, String)> {
    let short = || (bytes.len(), "truncated: the file ends within its header".to_owned());
    let version = *bytes.get(6).ok_or_else(short)?;
    let (start, length): (usize, usize) = if version == 1 {
        (10, u16::from_le_bytes(*bytes.get(8..).and_then(<[u8]>::first_chunk).ok_or_else(short)?) as usize)
    } else {
        (12, u32::from_le_bytes(*bytes.get(8..).and_then(<[u8]>::first_chunk).ok_or_else(short)?) as usize)
    };
    let text = start.checked_add(length).and_then(|end| bytes.get(start..end)).ok_or_else(short)?;
    let text = String::from_utf8_lossy(text);
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

/// How a number lies in the file.
struct Number {
    kind: TypeChar,
    size: usize,
    endianness: Endianness,
}

impl Number {
    fn of(header: &NpyHeader) -> Result<Self, (String, &'static str)> {
        let npyz::DType::Plain(dtype) = header.dtype() else {
            let problem = format!("the array is structured ({})", header.dtype().descr());
            return Err((problem, "save one plain array a file, or an .npz of several"));
        };
        let (kind, size) = (dtype.type_char(), dtype.size_field() as usize);
        match (kind, size) {
            (TypeChar::Bool, 1)
            | (TypeChar::Int | TypeChar::Uint, 1 | 2 | 4 | 8)
            | (TypeChar::Float, 4 | 8) => Ok(Self { kind, size, endianness: dtype.endianness() }),
            (TypeChar::Object, _) => Err((
                "the array holds Python objects (dtype object), which are never unpickled".to_owned(),
                "save numbers: convert the array with .astype('float32') before np.save",
            )),
            (TypeChar::Float, _) => Err((
                format!("the dtype {dtype} is not supported"),
                "convert the array with .astype('float32') or .astype('float64')",
            )),
            _ => Err((
                format!("the dtype {dtype} is not a real number"),
                "save an array of integers or floats",
            )),
        }
    }

    /// The numbers, or the index of the first that does not fit.
    fn decode(&self, bytes: &[u8]) -> Result<Array, usize> {
        fn numbers<const N: usize, T>(bytes: &[u8], swap: Endianness, from: impl Fn([u8; N]) -> T) -> Vec<T> {
            let (chunks, _) = bytes.as_chunks::<N>();
            let swapped = |mut chunk: [u8; N]| {
                chunk.reverse();
                chunk
            };
            match swap {
                Endianness::Big => chunks.iter().map(|&chunk| from(swapped(chunk))).collect(),
                _ => chunks.iter().map(|&chunk| from(chunk)).collect(),
            }
        }
        let order = self.endianness;
        Ok(match (self.kind, self.size) {
            (TypeChar::Float, 4) => Array::F32(numbers(bytes, order, f32::from_le_bytes)),
            (TypeChar::Float, _) => Array::F64(numbers(bytes, order, f64::from_le_bytes)),
            (TypeChar::Int, 1) => Array::I32(numbers(bytes, order, |b| i8::from_le_bytes(b).into())),
            (TypeChar::Int, 2) => Array::I32(numbers(bytes, order, |b| i16::from_le_bytes(b).into())),
            (TypeChar::Int, 4) => Array::I32(numbers(bytes, order, i32::from_le_bytes)),
            (TypeChar::Int, _) => Array::I64(numbers(bytes, order, i64::from_le_bytes)),
            (_, 1) => Array::U8(bytes.to_vec()),
            (_, 2) => Array::I32(numbers(bytes, order, |b| u16::from_le_bytes(b).into())),
            (_, 4) => Array::I64(numbers(bytes, order, |b| u32::from_le_bytes(b).into())),
            _ => {
                let wide = numbers(bytes, order, u64::from_le_bytes);
                if let Some(index) = wide.iter().position(|&value| i64::try_from(value).is_err()) {
                    return Err(index);
                }
                Array::I64(wide.into_iter().map(u64::cast_signed).collect())
            }
        })
    }
}

/// A column-major array in row-major order.
fn row_major(array: &Array, shape: &[usize]) -> Array {
    fn reorder<T: Copy>(values: &[T], shape: &[usize]) -> Vec<T> {
        let mut index = vec![0; shape.len()];
        let mut at = 0;
        let mut out = Vec::with_capacity(values.len());
        for _ in 0..values.len() {
            out.push(values[at]);
            // Counts up like an odometer, the last axis first, and keeps the position in step.
            let mut stride = values.len();
            for (index, &extent) in index.iter_mut().zip(shape).rev() {
                stride /= extent;
                *index += 1;
                at += stride;
                if *index < extent {
                    break;
                }
                at -= extent * stride;
                *index = 0;
            }
        }
        out
    }
    match array {
        Array::U8(values) => Array::U8(reorder(values, shape)),
        Array::I32(values) => Array::I32(reorder(values, shape)),
        Array::I64(values) => Array::I64(reorder(values, shape)),
        Array::F32(values) => Array::F32(reorder(values, shape)),
        Array::F64(values) => Array::F64(reorder(values, shape)),
    }
}
