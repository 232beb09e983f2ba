//! How numbers lie in a file, and what they become.

use super::half::from_f16;
use crate::{Array, DType};

/// What the bits of a number mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Signed,
    Unsigned,
    Float,
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

/// How a number lies in a file: integers of 1, 2, 4 or 8 bytes, floats of 2, 4 or 8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoding {
    pub kind: Kind,
    pub size: usize,
    pub order: ByteOrder,
}

impl Encoding {
    /// The narrowest type that holds every number.
    pub fn dtype(self) -> DType {
        match (self.kind, self.size) {
            (Kind::Float, 2 | 4) => DType::F32,
            (Kind::Float, _) => DType::F64,
            (Kind::Unsigned, 1) => DType::U8,
            (Kind::Signed, 8) | (Kind::Unsigned, 4 | 8) => DType::I64,
            _ => DType::I32,
        }
    }

    /// The numbers, or the index of the first that does not fit.
    pub fn decode(self, bytes: Vec<u8>) -> Result<Array, usize> {
        fn numbers<const N: usize, T>(bytes: &[u8], order: ByteOrder, from: impl Fn([u8; N]) -> T) -> Vec<T> {
            let (chunks, _) = bytes.as_chunks::<N>();
            let swapped = |mut chunk: [u8; N]| {
                chunk.reverse();
                chunk
            };
            match order {
                ByteOrder::Big => chunks.iter().map(|&chunk| from(swapped(chunk))).collect(),
                ByteOrder::Little => chunks.iter().map(|&chunk| from(chunk)).collect(),
            }
        }
        let order = self.order;
        Ok(match (self.kind, self.size) {
            (Kind::Float, 2) => Array::F32(numbers(&bytes, order, |b| from_f16(u16::from_le_bytes(b)))),
            (Kind::Float, 4) => Array::F32(numbers(&bytes, order, f32::from_le_bytes)),
            (Kind::Float, _) => Array::F64(numbers(&bytes, order, f64::from_le_bytes)),
            (Kind::Signed, 1) => Array::I32(numbers(&bytes, order, |b| i8::from_le_bytes(b).into())),
            (Kind::Signed, 2) => Array::I32(numbers(&bytes, order, |b| i16::from_le_bytes(b).into())),
            (Kind::Signed, 4) => Array::I32(numbers(&bytes, order, i32::from_le_bytes)),
            (Kind::Signed, _) => Array::I64(numbers(&bytes, order, i64::from_le_bytes)),
            (Kind::Unsigned, 1) => Array::U8(bytes),
            (Kind::Unsigned, 2) => Array::I32(numbers(&bytes, order, |b| u16::from_le_bytes(b).into())),
            (Kind::Unsigned, 4) => Array::I64(numbers(&bytes, order, |b| u32::from_le_bytes(b).into())),
            (Kind::Unsigned, _) => {
                let wide = numbers(&bytes, order, u64::from_le_bytes);
                if let Some(index) = wide.iter().position(|&value| i64::try_from(value).is_err()) {
                    return Err(index);
                }
                Array::I64(wide.into_iter().map(u64::cast_signed).collect())
            }
        })
    }
}
