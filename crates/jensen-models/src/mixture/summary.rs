//! The columns of the data, seen once before anything is learned.

use super::{Covariance, MixtureError, RowSource, Rows, Statistics};

/// How many rows there are, and each column's mean and variance over its observed values.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Rows.
    pub rows: u64,
    /// `Σ w`.
    pub weight: f64,
    /// Mean of each column.
    pub means: Vec<f64>,
    /// Variance of each column; exactly zero for a constant one.
    pub variances: Vec<f64>,
}

impl Summary {
    /// One pass over the data.
    ///
    /// # Errors
    /// If there is no row with a positive weight, a value is infinite, a column has no observed value, or its
    /// variance is not a number.
    pub fn of(source: &dyn RowSource) -> Result<Self, MixtureError> {
        let d = source.columns();
        // A component for each column, of one dimension: the observed values of the column.
        let mut columns = Statistics::new(Covariance::Spherical, d, 1);
        let mut extremes = vec![(f64::INFINITY, f64::NEG_INFINITY); d];
        let (mut count, mut weight, mut scratch) = (0, 0.0, Vec::new());
        let mut positive = false;
        source.pass(&mut |rows: Rows<'_>| {
            rows.check(d)?;
            count += rows.len() as u64;
            for from in (0..rows.len()).step_by(super::BLOCK) {
                let rows = rows.slice(from, rows.len().min(from + super::BLOCK));
                let weights = (0..rows.len()).map(|at| rows.weight(at)).filter(|&weight| weight > 0.0);
                let sum: f64 = weights.sum();
                positive |= sum > 0.0;
                weight += sum;
                for (j, (least, largest)) in extremes.iter_mut().enumerate() {
                    let seen = (0..rows.len()).map(|at| (rows.row(at)[j], rows.weight(at)));
                    let seen = seen.filter(|(value, weight)| !value.is_nan() && *weight > 0.0);
                    let (values, shares): (Vec<_>, Vec<_>) = seen.unzip();
                    for &value in &values {
                        (*least, *largest) = (least.min(value), largest.max(value));
                    }
                    columns.absorb(j, &values, &shares, &mut scratch);
                }
            }
            Ok(())
        })?;
        if !positive {
            return Err(MixtureError::NoRows);
        }
        let (means, mut variances) = (columns.means().to_vec(), columns.scatters().to_vec());
        for (column, &(least, largest)) in extremes.iter().enumerate() {
            if least > largest {
                return Err(MixtureError::EmptyColumn { column });
            }
            variances[column] /= columns.counts()[column];
            if least == largest {
                variances[column] = 0.0;
            } else if !variances[column].is_normal() {
                return Err(MixtureError::Range { column });
            }
        }
        Ok(Self { rows: count, weight, means, variances })
    }

    /// How many rows there are, and what they weigh.
    pub fn extent(&self) -> (u64, f64) {
        (self.rows, self.weight)
    }

    /// The standard deviation of a column, or one for a constant column, which has no scale of its own.
    pub(crate) fn scale(&self, column: usize) -> f64 {
        if self.variances[column] > 0.0 { self.variances[column].sqrt() } else { 1.0 }
    }
}
