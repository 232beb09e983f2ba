//! Which columns of a table are of which kind, and where a decoder's numbers for them lie.

use burn::tensor::{Device, Int, Tensor};
use jensen_data::{ColumnKind, TableSchema};

/// Shares are kept this far from 0 and 1 before their logarithms are taken.
const SHARE_CLIP: f64 = 0.001;
/// Rates are kept this far from 0 before their logarithms are taken.
const LEAST_RATE: f64 = 0.001;

/// The columns of a table by kind, so that each kind is a few operations on a block of numbers,
/// however many columns there are.
///
/// A decoder's output has the blocks *reals* (a mean each), *counts* (a log-rate each), *binaries* (a
/// logit each) and *levels* (a logit for each level of each categorical column).
#[derive(Clone, Debug, PartialEq)]
pub struct TableLayout {
    pub(super) columns: usize,
    /// Columns by kind.
    pub(super) reals: Vec<usize>,
    pub(super) counts: Vec<usize>,
    pub(super) binaries: Vec<usize>,
    pub(super) categoricals: Vec<usize>,
    /// How many levels each categorical column has.
    pub(super) levels: Vec<usize>,
    pub(super) count_means: Vec<f64>,
    pub(super) binary_means: Vec<f64>,
    shares: Vec<Vec<f64>>,
}

impl TableLayout {
    /// The layout of a table.
    pub fn new(schema: &TableSchema) -> Self {
        let mut layout = Self {
            columns: schema.columns.len(),
            reals: Vec::new(),
            counts: Vec::new(),
            binaries: Vec::new(),
            categoricals: Vec::new(),
            levels: Vec::new(),
            count_means: Vec::new(),
            binary_means: Vec::new(),
            shares: Vec::new(),
        };
        for (index, column) in schema.columns.iter().enumerate() {
            match &column.kind {
                // In model space both are normal.
                ColumnKind::Real { .. } | ColumnKind::Positive { .. } => layout.reals.push(index),
                ColumnKind::Count { mean } => {
                    layout.counts.push(index);
                    layout.count_means.push(*mean);
                }
                ColumnKind::Binary { mean } => {
                    layout.binaries.push(index);
                    layout.binary_means.push(*mean);
                }
                ColumnKind::Categorical { levels, shares } => {
                    layout.categoricals.push(index);
                    layout.levels.push(levels.len());
                    layout.shares.push(shares.clone());
                }
            }
        }
        layout
    }

    /// How many columns the table has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many numbers the encoder sees of a row: a value for each real, count and binary column, one
    /// for each level, and for each column whether it was observed.
    pub fn inputs(&self) -> usize {
        self.outputs() + self.columns
    }

    /// How many numbers the decoder gives for a row.
    pub fn outputs(&self) -> usize {
        self.levels_from() + self.levels.iter().sum::<usize>()
    }

    /// How many columns are normal in model space, each with a deviation of its own.
    pub fn reals(&self) -> usize {
        self.reals.len()
    }

    /// Where the levels begin in the decoder's output.
    pub(super) fn levels_from(&self) -> usize {
        self.reals.len() + self.counts.len() + self.binaries.len()
    }

    /// The output at which every column has the distribution that it has in the training data as a
    /// whole: 0 for standardised reals, log mean of counts, log-odds, log shares.
    pub fn marginal_output(&self) -> Vec<f64> {
        let clip = |share: f64| share.clamp(SHARE_CLIP, 1.0 - SHARE_CLIP);
        let log_odds = |mean: &f64| (clip(*mean) / (1.0 - clip(*mean))).ln();
        let reals = self.reals.iter().map(|_| 0.0);
        let counts = self.count_means.iter().map(|mean| mean.max(LEAST_RATE).ln());
        let levels = self.shares.iter().flatten().map(|share| clip(*share).ln());
        reals.chain(counts).chain(self.binary_means.iter().map(log_odds)).chain(levels).collect()
    }

    /// The most levels that a categorical column has.
    pub(super) fn most_levels(&self) -> usize {
        self.levels.iter().copied().max().unwrap_or(0)
    }

    /// For each place of `[categorical columns, most levels]` its place among the levels of the
    /// decoder's output, where the column has that level.
    pub(super) fn padded_levels(&self) -> Vec<Option<usize>> {
        let most = self.most_levels();
        let mut places = Vec::with_capacity(self.levels.len() * most);
        let mut from = 0;
        for &levels in &self.levels {
            places.extend((0..most).map(|level| (level < levels).then_some(from + level)));
            from += levels;
        }
        places
    }

    /// The columns of the table in the order of the blocks.
    pub(super) fn blocks(&self) -> impl Iterator<Item = usize> {
        let kinds = [&self.reals, &self.counts, &self.binaries, &self.categoricals];
        kinds.into_iter().flatten().copied()
    }
}

/// Positions as a tensor of indices.
pub(super) fn indices(positions: impl Iterator<Item = usize>, device: &Device) -> Tensor<1, Int> {
    let index = |position| i32::try_from(position).expect("fewer than 2^31 columns and levels");
    let positions: Vec<i32> = positions.map(index).collect();
    Tensor::from_data(&positions[..], &device.clone().without_autodiff())
}
