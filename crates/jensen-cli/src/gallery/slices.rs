//! A conditional density along one input, all others at their medians.

use jensen_data::{Array, Batch, Field, Role, Target};
use jensen_models::mdn::NormalMixture;

use super::conditional::Conditional;
use crate::error::CliError;
use crate::picture::plot::Slice;
use crate::trained_run::TrainedRun;

/// Values of an input in a large slice, in one of many, and in the search for the inputs that matter.
const MANY_VALUES: usize = 160;
const VALUES: usize = 72;
const FEW_VALUES: usize = 9;

/// Inputs that are shown.
pub(super) const MOST_INPUTS: usize = 12;

/// Shares of the examples below the ends of a slice: beyond them the net has seen next to nothing.
const ENDS: [f64; 2] = [0.01, 0.99];

/// The examples by their inputs, each column in order.
pub(super) struct Slicer<'a> {
    run: &'a TrainedRun,
    target: &'a Target,
    /// As the model sees them, `[inputs][examples]`, sorted.
    columns: Vec<Vec<f32>>,
}

impl<'a> Slicer<'a> {
    /// Of examples as the model sees them, row by row.
    pub(super) fn new(run: &'a TrainedRun, target: &'a Target, seen: &[f32]) -> Self {
        let inputs = run.record.preprocessing.features();
        let column = |input: usize| {
            let mut column: Vec<f32> = seen.iter().copied().skip(input).step_by(inputs).collect();
            column.sort_by(f32::total_cmp);
            column
        };
        Self { run, target, columns: (0..inputs).map(column).collect() }
    }

    /// The inputs that are shown: all, or those along which the mean of the target moves farthest.
    pub(super) fn inputs(&self, dim: usize) -> Result<Vec<usize>, CliError> {
        let mut all: Vec<usize> = (0..self.columns.len()).collect();
        if all.len() <= MOST_INPUTS {
            return Ok(all);
        }
        let mut reach = Vec::with_capacity(all.len());
        for &input in &all {
            let means = self.along(input, &self.values(input, FEW_VALUES))?.densities(dim);
            let means = means.iter().map(NormalMixture::mean);
            let (low, high) = means.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mean| {
                (low.min(mean), high.max(mean))
            });
            reach.push(high - low);
        }
        all.sort_by(|&a, &b| reach[b].total_cmp(&reach[a]));
        all.truncate(MOST_INPUTS);
        Ok(all)
    }

    /// Along one input, of one target.
    pub(super) fn slice(&self, input: usize, dim: usize) -> Result<Slice, CliError> {
        let count = if self.columns.len() <= 3 { MANY_VALUES } else { VALUES };
        let values = self.values(input, count);
        let densities = self.along(input, &values)?.densities(dim);
        let deciles: Vec<f32> = (1..10).map(|tenth| self.quantile(input, f64::from(tenth) / 10.0)).collect();
        let own = |values: &[f32]| self.in_own_units(input, values);
        Ok(Slice {
            input: self.name(input),
            densities: own(&values).into_iter().zip(densities).collect(),
            deciles: own(&deciles),
            center: own(&[self.quantile(input, 0.5)])[0],
        })
    }

    /// What an input is called; those of arrays have numbers.
    fn name(&self, input: usize) -> String {
        match (self.target.inputs().get(input), self.columns.len()) {
            (Some(name), _) => name.clone(),
            (None, 1) => "x".to_owned(),
            (None, _) => format!("x_{input}"),
        }
    }

    /// The values of a slice: those there are, if these are few, else as many at equal distances.
    fn values(&self, input: usize, count: usize) -> Vec<f32> {
        let mut own = self.columns[input].clone();
        own.dedup();
        if own.len() <= FEW_VALUES {
            return own;
        }
        let [low, high] = ENDS.map(|share| self.quantile(input, share));
        // Of a column of which nearly all is one value, the ends are the same.
        let (low, high) = if low < high { (low, high) } else { (own[0], own[own.len() - 1]) };
        (0..count).map(|at| low + (high - low) * at as f32 / (count - 1) as f32).collect()
    }

    fn quantile(&self, input: usize, share: f64) -> f32 {
        let column = &self.columns[input];
        column[(share * (column.len() - 1) as f64).round() as usize]
    }

    /// What the model says where one input has these values.
    fn along(&self, input: usize, values: &[f32]) -> Result<Conditional, CliError> {
        let inputs: Vec<f32> = self.rows_of(input, values);
        let shape = vec![self.columns.len()];
        let field = Field::new("inputs", Role::Observation, shape, Array::F32(inputs))?;
        let rows = (0..values.len() as u64).collect();
        let batch = Batch::from_parts("slices", rows, vec![field], vec![0.0; values.len()])?;
        let mut conditional = Conditional::default();
        conditional.add(self.target, &self.run.model.codes(&batch)?);
        Ok(conditional)
    }

    /// The medians of all inputs, but for one.
    fn rows_of(&self, input: usize, values: &[f32]) -> Vec<f32> {
        let medians: Vec<f32> = (0..self.columns.len()).map(|input| self.quantile(input, 0.5)).collect();
        let with = |&value: &f32| {
            let mut row = medians.clone();
            row[input] = value;
            row
        };
        values.iter().flat_map(with).collect()
    }

    fn in_own_units(&self, input: usize, values: &[f32]) -> Vec<f64> {
        let rows = self.run.record.preprocessing.undo(&self.rows_of(input, values));
        rows.into_iter().skip(input).step_by(self.columns.len()).collect()
    }
}
