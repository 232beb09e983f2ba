//! What the header of an array in a file says.

use std::path::Path;

use super::NdArray;
use super::encoding::Encoding;
use crate::{Array, DataError};

/// Which index of an array changes first from one number to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last, as in C: examples lie one after another.
    RowMajor,
    /// The first, as in Fortran.
    ColumnMajor,
}

/// Where the numbers of an array lie in a file, and how.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub shape: Vec<usize>,
    pub order: Order,
    pub encoding: Encoding,
    /// The byte of the first number.
    pub start: usize,
}

impl Layout {
    /// Checks that the numbers fill a file of `len` bytes to its end.
    pub fn checked(self, path: &Path, len: u64) -> Result<Self, DataError> {
        let Self { shape, start, .. } = &self;
        let there = len.saturating_sub(*start as u64);
        let again = "write, download or copy the file again";
        match self.bytes() {
            None => Err(malformed(path, 4, format!("the shape {shape:?} is larger than any memory"), again)),
            Some(needed) if needed as u64 > there => {
                let problem = format!(
                    "truncated: the shape {shape:?} needs {needed} bytes of numbers, but {there} are there"
                );
                Err(malformed(path, len, problem, again))
            }
            Some(needed) if (needed as u64) < there => {
                let more = there - needed as u64;
                let problem = format!("{more} bytes follow the last number of the shape {shape:?}");
                let remedy = "check that this is one whole array and nothing else";
                Err(malformed(path, (start + needed) as u64, problem, remedy))
            }
            Some(_) => Ok(self),
        }
    }

    /// The bytes of all numbers; `None` if there are more than can be counted.
    pub fn bytes(&self) -> Option<usize> {
        self.shape.iter().try_fold(self.encoding.size, |product, &extent| product.checked_mul(extent))
    }

    /// The whole array from its bytes, in row-major order whatever the file's order is.
    pub fn array(self, path: &Path, numbers: Vec<u8>) -> Result<NdArray, DataError> {
        let mut array = self.decode(path, numbers, |byte| byte)?;
        if self.order == Order::ColumnMajor {
            array = row_major(&array, &self.shape);
        }
        Ok(NdArray { shape: self.shape, array })
    }

    /// Some numbers; `place` says how many bytes behind the first of all each byte of them lies.
    pub fn decode(
        &self,
        path: &Path,
        numbers: Vec<u8>,
        place: impl Fn(u64) -> u64,
    ) -> Result<Array, DataError> {
        self.encoding.decode(numbers).map_err(|index| {
            let at = self.start as u64 + place((index * self.encoding.size) as u64);
            let problem = "an unsigned 64-bit integer is larger than 2^63 - 1".to_owned();
            malformed(path, at, problem, "convert the array with .astype('float64')")
        })
    }
}

/// What is wrong at a byte.
pub(crate) fn malformed(path: &Path, at: u64, problem: String, remedy: &str) -> DataError {
    DataError::Malformed {
        path: path.to_owned(),
        position: format!("byte {at}"),
        problem,
        remedy: remedy.to_owned(),
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
