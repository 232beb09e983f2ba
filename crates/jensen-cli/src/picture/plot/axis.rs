//! An axis: its range, its title with the unit, and where it is marked.

use super::range::Range;
use crate::picture::ticks;

/// One axis of a panel.
pub(super) struct Axis {
    pub(super) range: Range,
    pub(super) title: String,
    /// Values inside the range, each with its label.
    pub(super) marks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis of real numbers, with about `wanted` marks.
    pub(super) fn continuous(range: Range, title: impl Into<String>, wanted: usize) -> Self {
        Self::marked(range, title, ticks::ticks(range.0, range.1, wanted))
    }

    /// An axis of counts: only whole numbers are marked.
    pub(super) fn counting(range: Range, title: impl Into<String>, wanted: usize) -> Self {
        Self::marked(range, title, ticks::whole_ticks(range.0, range.1, wanted))
    }

    fn marked(range: Range, title: impl Into<String>, ticks: Vec<f64>) -> Self {
        let labels = ticks::labels(&ticks);
        Self { range, title: title.into(), marks: ticks.into_iter().zip(labels).collect() }
    }

    /// An axis of named places.
    pub(super) fn named(range: Range, title: impl Into<String>, marks: Vec<(f64, String)>) -> Self {
        Self { range, title: title.into(), marks }
    }

    /// An axis without marks.
    pub(super) fn bare(range: Range) -> Self {
        Self { range, title: String::new(), marks: Vec::new() }
    }

    /// Where a value is along the axis, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value - self.range.0) / (self.range.1 - self.range.0)
    }
}
