//! Numbers of one column into rows of several.

use super::flaw::Flaw;
use super::page::Block;
use super::schema::{Kind, Leaf};
use crate::Array;
use crate::array::with_values;

/// Where the numbers of a column go.
#[derive(Debug)]
pub(super) struct Target<'a> {
    pub array: &'a mut Array,
    /// Numbers of a row of the field.
    pub stride: usize,
    /// The column's first number within a row.
    pub offset: usize,
    /// The repetition level of each of the column's numbers within a row.
    pub pattern: &'a [u32],
}

/// Why a number has no place; the second is the number's index in its block.
pub(super) enum Misfit {
    Flaw(Flaw),
    /// A list is longer or shorter than the first.
    Ragged(usize),
    /// A list is missing.
    Null(usize),
}

impl Target<'_> {
    /// Puts a block in its place, which begins with number `within` of a row; `positions` are the rows
    /// of the result from that one on.
    ///
    /// It goes from row to row, so that nothing is divided: this runs once for every number of a file.
    // Some of the 25 pairs of types are of one; NaN is put into floating-point numbers alone.
    #[allow(clippy::unnecessary_cast, clippy::cast_nan_to_int)]
    pub fn put(
        &mut self,
        block: &Block,
        leaf: &Leaf,
        within: usize,
        positions: &[(u64, usize)],
    ) -> Result<(), Misfit> {
        let there = u32::from(leaf.max_definition);
        let null = there - u32::from(leaf.nullable);
        if let Some(number) = block.definition.iter().position(|&level| level < null) {
            return Err(Misfit::Null(number));
        }
        let settled = settle(leaf.kind, &block.values).map_err(Misfit::Flaw)?;
        let values = settled.as_ref().unwrap_or(&block.values);
        let has_nulls = block.definition.len() > values.len();
        if has_nulls && !self.array.dtype().is_float() {
            return Err(Misfit::Flaw(Flaw::corrupt("a number is null where the file says that none is")));
        }
        let count = block.definition.len().max(values.len());
        with_values!(&mut *self.array, out => with_values!(values, values => {
            let (mut values, mut number, mut column) = (&values[..], 0, within);
            for &(_, position) in positions {
                let len = (self.pattern.len() - column).min(count - number);
                let numbers = number..number + len;
                if !block.repetition.is_empty()
                    && block.repetition[numbers.clone()] != self.pattern[column..column + len]
                {
                    return Err(Misfit::Ragged(number));
                }
                let start = position * self.stride + self.offset + column;
                let row = &mut out[start..start + len];
                if has_nulls {
                    for (number, &level) in row.iter_mut().zip(&block.definition[numbers]) {
                        *number = match values.split_first() {
                            Some((&value, rest)) if level == there => {
                                values = rest;
                                value as _
                            }
                            _ => f64::NAN as _,
                        };
                    }
                } else {
                    let (now, rest) = values.split_at(len);
                    row.iter_mut().zip(now).for_each(|(number, &value)| *number = value as _);
                    values = rest;
                }
                (number, column) = (number + len, 0);
                if number == count {
                    break;
                }
            }
        }));
        Ok(())
    }
}

/// What stored integers mean, where that is not what they are.
fn settle(kind: Kind, values: &Array) -> Result<Option<Array>, Flaw> {
    let outside =
        |value: &dyn std::fmt::Display, what: &str| Flaw::corrupt(format!("the value {value} is not {what}"));
    match (kind, values) {
        (Kind::U8, Array::I32(values)) => {
            let bytes: Result<Vec<u8>, Flaw> = values
                .iter()
                .map(|value| {
                    u8::try_from(*value).map_err(|_| outside(value, "an unsigned integer of 8 bits"))
                })
                .collect();
            bytes.map(|bytes| Some(Array::U8(bytes)))
        }
        (Kind::U32, Array::I32(values)) => {
            Ok(Some(Array::I64(values.iter().map(|&value| value.cast_unsigned().into()).collect())))
        }
        (Kind::U64, Array::I64(values)) => match values.iter().find(|&&value| value < 0) {
            Some(&value) => Err(Flaw::unsupported(
                format!("the value {} is larger than 2^63 - 1", value.cast_unsigned()),
                "convert the column to float64",
            )),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}
