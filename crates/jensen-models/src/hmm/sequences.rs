//! Sequences of rows.

use rayon::prelude::*;

use super::HmmError;
use crate::mixture::{MixtureError, Rows};

/// Rows that one task works on at least, but for the last.
const PART: usize = 4096;

/// Tasks whose results are held at a time.
const WAVE: usize = 16;

/// Rows one after the other, cut into sequences; NaN is a missing value. A sequence may have a weight; weights of rows
/// have no part.
///
/// # Example
/// ```
/// use jensen_models::hmm::Sequences;
/// use jensen_models::mixture::Rows;
/// let rows = Rows::new(&[0.0, 1.0, 2.0, 0.5, 1.5], 1)?;
/// assert_eq!(Sequences::new(rows, &[3, 2])?.len(), 2);
/// # Ok::<(), jensen_models::hmm::HmmError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sequences<'a> {
    rows: Rows<'a>,
    lengths: &'a [usize],
    weights: Option<&'a [f64]>,
    first: usize,
}

impl<'a> Sequences<'a> {
    /// The first `lengths[0]` rows are the first sequence, and so on.
    ///
    /// # Errors
    /// If the lengths do not sum to the rows, or one is zero.
    pub fn new(rows: Rows<'a>, lengths: &'a [usize]) -> Result<Self, HmmError> {
        let found = lengths.iter().sum();
        if found != rows.len() {
            return Err(HmmError::Lengths { expected: rows.len(), found });
        }
        match lengths.iter().position(|&length| length == 0) {
            Some(sequence) => Err(HmmError::EmptySequence { sequence }),
            None => Ok(Self { rows, lengths, weights: None, first: 0 }),
        }
    }

    /// The sequences with these weights: one of weight 2 counts as the sequence twice when it is learned from.
    ///
    /// # Errors
    /// If there is not one finite weight, zero or more, for each sequence.
    pub fn with_weights(self, weights: &'a [f64]) -> Result<Self, HmmError> {
        let (expected, found) = (self.len(), weights.len());
        if found != expected {
            return Err(MixtureError::Shape { what: "weights", expected, found }.into());
        }
        match weights.iter().position(|&weight| !(0.0..f64::INFINITY).contains(&weight)) {
            Some(sequence) => Err(HmmError::Weight { sequence, weight: weights[sequence] }),
            None => Ok(Self { weights: Some(weights), ..self }),
        }
    }

    /// How many sequences there are.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// All rows.
    pub fn rows(&self) -> Rows<'a> {
        self.rows
    }

    /// How many rows each sequence has.
    pub fn lengths(&self) -> &'a [usize] {
        self.lengths
    }

    /// The weight of sequence `at`.
    pub fn weight(&self, at: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[at])
    }

    /// The number of sequence `at` among all.
    pub(super) fn number(&self, at: usize) -> usize {
        self.first + at
    }

    /// Works on parts of the sequences in any order, and hands the results over in order.
    ///
    /// The cuts depend on the lengths alone, so the result is the same bits for any number of threads.
    pub(super) fn fold<T: Send>(
        self,
        visit: impl Fn(Self) -> Result<T, HmmError> + Sync,
        mut merge: impl FnMut(T),
    ) -> Result<(), HmmError> {
        for wave in self.parts().chunks(WAVE) {
            let results: Vec<_> = wave.par_iter().map(|part| visit(*part)).collect();
            for result in results {
                merge(result?);
            }
        }
        Ok(())
    }

    /// Whole sequences of so many rows together.
    fn parts(self) -> Vec<Self> {
        let mut parts = Vec::new();
        let (mut from, mut row, mut rows) = (0, 0, 0);
        for (at, length) in self.lengths.iter().enumerate() {
            rows += length;
            if rows >= PART || at + 1 == self.lengths.len() {
                parts.push(Self {
                    rows: self.rows.slice(row, row + rows),
                    lengths: &self.lengths[from..=at],
                    weights: self.weights.map(|weights| &weights[from..=at]),
                    first: self.first + from,
                });
                (from, row, rows) = (at + 1, row + rows, 0);
            }
        }
        parts
    }
}
