//! What one pass over a column finds.

use std::collections::BTreeMap;

use super::{Kind, MAX_COUNT};
use crate::moments::Moments;

/// What was found in a column, in memory that does not grow with the number of rows.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// How many values there are.
    pub(crate) observed: u64,
    /// How many are missing.
    pub(crate) missing: u64,
    /// The smallest and the largest value.
    pub(crate) range: Option<(f64, f64)>,
    /// Mean and deviation of the values that are counted in.
    pub(crate) moments: Moments,
    whole: bool,
    bits: bool,
    /// How many there are of each value, in the order of [`key`]; `None` beyond `most` values.
    values: Option<BTreeMap<u64, Occurrence>>,
    most: usize,
}

/// A value and how often it is there.
#[derive(Clone, Copy, Debug)]
struct Occurrence {
    value: f64,
    all: u64,
    counted: u64,
}

/// How a value takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// In everything.
    Fitted,
    /// In what the column can hold, but not in its constants.
    Seen,
}

impl Tally {
    /// Nothing yet; up to `most` different values, at least two, are counted one by one.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            observed: 0,
            missing: 0,
            range: None,
            moments: Moments::default(),
            whole: true,
            bits: true,
            values: Some(BTreeMap::new()),
            most: most.max(2),
        }
    }

    /// Takes a finite value, or NaN where there is none.
    pub(crate) fn add(&mut self, value: f64, part: Part) {
        if value.is_nan() {
            self.missing += 1;
            return;
        }
        self.observed += 1;
        let (min, max) = self.range.unwrap_or((value, value));
        self.range = Some((min.min(value), max.max(value)));
        self.whole = self.whole && value.fract() == 0.0;
        self.bits = self.bits && (value == 0.0 || value == 1.0);
        if part == Part::Fitted {
            self.moments.add(value);
        }
        if let Some(values) = &mut self.values {
            let entry =
                values.entry(key(value)).or_insert(Occurrence { value: value + 0.0, all: 0, counted: 0 });
            entry.all += 1;
            entry.counted += u64::from(part == Part::Fitted);
            if values.len() > self.most {
                self.values = None;
            }
        }
    }

    /// The distinct values in order, with how often each is there and counted in; `None` if they are
    /// too many.
    pub(crate) fn values(&self) -> Option<impl Iterator<Item = (f64, u64, u64)> + '_> {
        let values = self.values.as_ref()?.values();
        Some(values.map(|one| (one.value, one.all, one.counted)))
    }

    /// The kind of a column of numbers: only 0 and 1 are binary; whole numbers that begin at 0 or 1,
    /// of more than two values and none above [`MAX_COUNT`], are counts; all others are real.
    pub(crate) fn kind(&self) -> Kind {
        let several = self.values.as_ref().is_none_or(|values| values.len() > 2);
        match self.range {
            Some(_) if self.bits => Kind::Binary,
            Some((min, max)) if self.whole && (min == 0.0 || min == 1.0) && max <= MAX_COUNT && several => {
                Kind::Count
            }
            _ => Kind::Real,
        }
    }
}

/// Keys in the order of the numbers; both zeros have one.
pub(crate) fn key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}
