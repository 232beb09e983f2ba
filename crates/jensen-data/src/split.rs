//! Named parts of a data set.

use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DataError, Strata};

/// A named part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// What parameters are learned from.
    Train,
    /// What training is stopped by.
    Valid,
    /// What a model is judged by.
    Test,
    /// Every example.
    All,
}

impl Split {
    /// All of them, in the order in which they are listed.
    pub const EVERY: [Self; 4] = [Self::Train, Self::Valid, Self::Test, Self::All];
}

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
            Self::All => "all",
        })
    }
}

impl FromStr for Split {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        Self::EVERY.into_iter().find(|split| split.to_string() == text).ok_or_else(|| DataError::Option {
            option: "split",
            value: text.to_owned(),
            expected: "one of train, valid, test, all".to_owned(),
        })
    }
}

/// Row indices into a data set: a range, a list, or a part of a range that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Consecutive rows.
    Range(Range<u64>),
    /// Any rows, in this order.
    List(Arc<[u64]>),
    /// The rows that were drawn from a range, one a stratum, or those that were not.
    Strata(Strata),
}

impl Rows {
    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Range(range) => (range.end - range.start) as usize,
            Self::List(list) => list.len(),
            Self::Strata(strata) => strata.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at position `index`.
    ///
    /// # Panics
    /// If `index` is out of range.
    pub fn at(&self, index: usize) -> u64 {
        match self {
            Self::Range(range) => {
                assert!(index < self.len(), "position {index} of {} rows", self.len());
                range.start + index as u64
            }
            Self::List(list) => list[index],
            Self::Strata(strata) => strata.at(index),
        }
    }

    /// How many of the rows are below `row`; the rows must be ascending.
    pub(crate) fn below(&self, row: u64) -> usize {
        match self {
            Self::Range(range) => (row.clamp(range.start, range.end) - range.start) as usize,
            Self::List(list) => list.partition_point(|&other| other < row),
            Self::Strata(strata) => strata.below(row),
        }
    }

    /// Whether each row is above the one before it.
    pub(crate) fn is_ascending(&self) -> bool {
        match self {
            Self::List(list) => list.is_sorted_by(|a, b| a < b),
            Self::Range(_) | Self::Strata(_) => true,
        }
    }

    /// Every row, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.len()).map(|index| self.at(index))
    }

    /// The first `limit` rows, or all if there are fewer.
    pub fn take(&self, limit: usize) -> Self {
        match self {
            Self::Range(range) => {
                Self::Range(range.start..range.end.min(range.start.saturating_add(limit as u64)))
            }
            Self::List(list) => Self::List(list[..limit.min(list.len())].into()),
            Self::Strata(strata) => Self::Strata(strata.take(limit)),
        }
    }
}

impl From<Vec<u64>> for Rows {
    fn from(rows: Vec<u64>) -> Self {
        Self::List(rows.into())
    }
}

/// Which rows are in a set, a bit a row.
pub(crate) enum Membership {
    Range(Range<u64>),
    Bits(Vec<u64>),
    Strata(Strata),
}

impl Membership {
    pub(crate) fn of(rows: &Rows, len: usize) -> Self {
        match rows {
            Rows::Range(range) => Self::Range(range.clone()),
            Rows::List(list) => {
                let mut bits = vec![0; len.div_ceil(64)];
                list.iter().for_each(|row| bits[(row / 64) as usize] |= 1 << (row % 64));
                Self::Bits(bits)
            }
            Rows::Strata(strata) => Self::Strata(strata.clone()),
        }
    }

    pub(crate) fn contains(&self, row: u64) -> bool {
        match self {
            Self::Range(range) => range.contains(&row),
            Self::Bits(bits) => bits[(row / 64) as usize] >> (row % 64) & 1 == 1,
            Self::Strata(strata) => strata.below(row) < strata.below(row + 1),
        }
    }
}
