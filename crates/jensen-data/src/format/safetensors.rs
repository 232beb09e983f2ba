//! Safetensors: the length of a JSON header, the header, then the numbers of each tensor.
//!
//! <https://huggingface.co/docs/safetensors/index#format>

use std::path::Path;

use ::safetensors::tensor::Dtype;
use ::safetensors::{SafeTensorError, SafeTensors};

use super::half::{from_bf16, from_f16};
use super::{NdArray, named_arrays};
use crate::{Array, DataError, DataSpec, Dataset};

/// A header longer than this is none: it would name a million tensors.
const MOST_HEADER: u64 = 100_000_000;

/// Whether a file begins as one: eight bytes of length, then an object.
pub(crate) fn is_here(begin: &[u8]) -> bool {
    matches!(begin.split_first_chunk(), Some((length, [b'{', ..])) if u64::from_le_bytes(*length) <= MOST_HEADER)
}

/// The data set in a file, whose tensors are chosen by name like the arrays of an npz archive.
pub(crate) fn open(path: &Path, bytes: &[u8], spec: &DataSpec) -> Result<Dataset, DataError> {
    // Checks that shapes and types fit the positions, and that these neither overlap nor leave the file.
    let file = SafeTensors::deserialize(bytes).map_err(|error| damaged(path, bytes, &error))?;
    let names = file.names().into_iter().map(str::to_owned).collect();
    named_arrays::open(path, names, spec, |name| {
        let tensor = file.tensor(name).map_err(|error| damaged(path, bytes, &error))?;
        let array =
            numbers(tensor.dtype(), tensor.data()).map_err(|(problem, remedy)| DataError::Malformed {
                path: path.to_owned(),
                position: format!("tensor `{name}`"),
                problem,
                remedy: remedy.to_owned(),
            })?;
        Ok(NdArray { shape: tensor.shape().to_vec(), array })
    })
}

/// Little-endian numbers.
fn numbers(dtype: Dtype, bytes: &[u8]) -> Result<Array, (String, &'static str)> {
    fn each<const N: usize, T>(bytes: &[u8], from: impl Fn([u8; N]) -> T) -> Vec<T> {
        bytes.as_chunks::<N>().0.iter().map(|chunk| from(*chunk)).collect()
    }
    Ok(match dtype {
        Dtype::U8 | Dtype::BOOL => Array::U8(bytes.to_vec()),
        Dtype::I8 => Array::I32(each(bytes, |b| i8::from_le_bytes(b).into())),
        Dtype::I16 => Array::I32(each(bytes, |b| i16::from_le_bytes(b).into())),
        Dtype::U16 => Array::I32(each(bytes, |b| u16::from_le_bytes(b).into())),
        Dtype::I32 => Array::I32(each(bytes, i32::from_le_bytes)),
        Dtype::U32 => Array::I64(each(bytes, |b| u32::from_le_bytes(b).into())),
        Dtype::I64 => Array::I64(each(bytes, i64::from_le_bytes)),
        Dtype::F16 => Array::F32(each(bytes, |b| from_f16(u16::from_le_bytes(b)))),
        Dtype::BF16 => Array::F32(each(bytes, |b| from_bf16(u16::from_le_bytes(b)))),
        Dtype::F32 => Array::F32(each(bytes, f32::from_le_bytes)),
        Dtype::F64 => Array::F64(each(bytes, f64::from_le_bytes)),
        Dtype::U64 => {
            let wide = each(bytes, u64::from_le_bytes);
            let fitting: Result<Vec<i64>, _> = wide.into_iter().map(i64::try_from).collect();
            Array::I64(fitting.map_err(|_| {
                let problem = "an unsigned 64-bit integer is larger than 2^63 - 1".to_owned();
                (problem, "convert the tensor to float64 before saving it")
            })?)
        }
        other => {
            return Err((
                format!("the dtype {other:?} is not supported"),
                "save it as one of F64, F32, F16, BF16, I64, I32, I16, I8, U32, U16, U8 or BOOL",
            ));
        }
    })
}

fn damaged(path: &Path, bytes: &[u8], error: &SafeTensorError) -> DataError {
    use SafeTensorError::{
        HeaderTooSmall, InvalidHeaderLength, InvalidOffset, MetadataIncompleteBuffer, TensorInvalidInfo,
        ValidationOverflow,
    };
    let problem = match error {
        HeaderTooSmall | InvalidHeaderLength => {
            format!("truncated: the file ends at byte {}, within its header", bytes.len())
        }
        MetadataIncompleteBuffer => {
            format!(
                "its {} bytes are not those that the header counts: it is truncated or damaged",
                bytes.len()
            )
        }
        InvalidOffset(name) => format!("the positions of tensor `{name}` overlap another's or run backwards"),
        TensorInvalidInfo => "the shape and type of a tensor do not fit its length".to_owned(),
        ValidationOverflow => "the shape of a tensor is larger than any memory".to_owned(),
        other => format!("the header cannot be read ({other})"),
    };
    DataError::Malformed {
        path: path.to_owned(),
        position: "header".to_owned(),
        problem,
        remedy: "write or copy the file again".to_owned(),
    }
}
