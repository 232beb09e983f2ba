//! Typed numbers in row-major order.

use serde::{Deserialize, Serialize};

/// The type of the numbers in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DType {
    /// Unsigned 8-bit integers, as in images.
    U8,
    /// Signed 32-bit integers.
    I32,
    /// Signed 64-bit integers.
    I64,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

impl DType {
    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
        }
    }

    /// Whether numbers of this type may be NaN or infinite.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }
}

impl std::fmt::Display for DType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::U8 => "u8",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// The numbers of a field, row-major with the example axis first.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    /// Unsigned 8-bit integers, as in images.
    U8(Vec<u8>),
    /// Signed 32-bit integers.
    I32(Vec<i32>),
    /// Signed 64-bit integers.
    I64(Vec<i64>),
    /// Single precision.
    F32(Vec<f32>),
    /// Double precision.
    F64(Vec<f64>),
}

/// Evaluates an expression on the vector inside an [`Array`], whatever its type.
macro_rules! with_values {
    ($array:expr, $values:ident => $body:expr) => {
        match $array {
            $crate::Array::U8($values) => $body,
            $crate::Array::I32($values) => $body,
            $crate::Array::I64($values) => $body,
            $crate::Array::F32($values) => $body,
            $crate::Array::F64($values) => $body,
        }
    };
}
pub(crate) use with_values;

/// Replaces the level indices of feature `feature` by `codes[index]`; what is no index, as NaN, stays.
#[allow(clippy::unnecessary_cast)] // one of the five types is f64 already
pub(crate) fn map_codes(array: &mut Array, feature: usize, features: usize, codes: &[u32]) {
    with_values!(array, values => {
        for value in values.iter_mut().skip(feature).step_by(features) {
            let index = *value as f64;
            if index >= 0.0 && let Some(&code) = codes.get(index as usize) {
                *value = f64::from(code) as _;
            }
        }
    });
}

impl Array {
    /// The type of the numbers.
    pub fn dtype(&self) -> DType {
        match self {
            Self::U8(_) => DType::U8,
            Self::I32(_) => DType::I32,
            Self::I64(_) => DType::I64,
            Self::F32(_) => DType::F32,
            Self::F64(_) => DType::F64,
        }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        with_values!(self, values => values.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers as single precision; integers beyond 2^24 are rounded.
    #[allow(clippy::unnecessary_cast)] // one of the five types is f32 already
    pub fn to_f32(&self) -> Vec<f32> {
        with_values!(self, values => values.iter().map(|&value| value as f32).collect())
    }

    /// The numbers as double precision; integers beyond 2^53 are rounded.
    #[allow(clippy::unnecessary_cast)] // one of the five types is f64 already
    pub fn to_f64(&self) -> Vec<f64> {
        with_values!(self, values => values.iter().map(|&value| value as f64).collect())
    }

    /// The numbers as integers, or `None` if one has a fraction, is not finite or does not fit.
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        let whole =
            |value: f64| (value.fract() == 0.0 && value.abs() < 2f64.powi(53)).then_some(value as i64);
        match self {
            Self::U8(values) => Some(values.iter().map(|&value| value.into()).collect()),
            Self::I32(values) => Some(values.iter().map(|&value| value.into()).collect()),
            Self::I64(values) => Some(values.clone()),
            Self::F32(values) => values.iter().map(|&value| whole(value.into())).collect(),
            Self::F64(values) => values.iter().map(|&value| whole(value)).collect(),
        }
    }

    /// The position and value of the first number that is NaN or infinite.
    pub fn first_not_finite(&self) -> Option<(usize, f64)> {
        match self {
            Self::F32(values) => {
                values.iter().position(|value| !value.is_finite()).map(|at| (at, values[at].into()))
            }
            Self::F64(values) => {
                values.iter().position(|value| !value.is_finite()).map(|at| (at, values[at]))
            }
            _ => None,
        }
    }

    /// The rows `rows` of an array with `features` numbers a row.
    ///
    /// # Panics
    /// If a row is out of range.
    pub fn gather(&self, rows: &[u64], features: usize) -> Self {
        fn gather<T: Copy>(values: &[T], rows: &[u64], features: usize) -> Vec<T> {
            let mut out = Vec::with_capacity(rows.len() * features);
            for &row in rows {
                let start = row as usize * features;
                out.extend_from_slice(&values[start..start + features]);
            }
            out
        }
        match self {
            Self::U8(values) => Self::U8(gather(values, rows, features)),
            Self::I32(values) => Self::I32(gather(values, rows, features)),
            Self::I64(values) => Self::I64(gather(values, rows, features)),
            Self::F32(values) => Self::F32(gather(values, rows, features)),
            Self::F64(values) => Self::F64(gather(values, rows, features)),
        }
    }

    /// No numbers, with room for `count`.
    pub(crate) fn with_capacity(dtype: DType, count: usize) -> Self {
        match dtype {
            DType::U8 => Self::U8(Vec::with_capacity(count)),
            DType::I32 => Self::I32(Vec::with_capacity(count)),
            DType::I64 => Self::I64(Vec::with_capacity(count)),
            DType::F32 => Self::F32(Vec::with_capacity(count)),
            DType::F64 => Self::F64(Vec::with_capacity(count)),
        }
    }

    /// Appends row `row` of `other`, an array of the same type with `features` numbers a row.
    ///
    /// # Panics
    /// If the type differs or there is no such row.
    pub(crate) fn push_row(&mut self, other: &Self, row: usize, features: usize) {
        let part = row * features..(row + 1) * features;
        match (self, other) {
            (Self::U8(own), Self::U8(other)) => own.extend_from_slice(&other[part]),
            (Self::I32(own), Self::I32(other)) => own.extend_from_slice(&other[part]),
            (Self::I64(own), Self::I64(other)) => own.extend_from_slice(&other[part]),
            (Self::F32(own), Self::F32(other)) => own.extend_from_slice(&other[part]),
            (Self::F64(own), Self::F64(other)) => own.extend_from_slice(&other[part]),
            (own, other) => panic!("a row of {} cannot follow rows of {}", other.dtype(), own.dtype()),
        }
    }

    /// Appends the numbers of `other`; gives `other` back if its type differs.
    ///
    /// # Errors
    /// `other`, if its type differs.
    pub fn append(&mut self, other: Self) -> Result<(), Self> {
        match (self, other) {
            (Self::U8(own), Self::U8(other)) => own.extend(other),
            (Self::I32(own), Self::I32(other)) => own.extend(other),
            (Self::I64(own), Self::I64(other)) => own.extend(other),
            (Self::F32(own), Self::F32(other)) => own.extend(other),
            (Self::F64(own), Self::F64(other)) => own.extend(other),
            (_, other) => return Err(other),
        }
        Ok(())
    }
}
