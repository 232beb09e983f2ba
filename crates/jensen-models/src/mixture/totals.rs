//! What all statistics of rows have in common.

use super::MixtureError;
use super::arrays::{Find, NamedArray};

/// `Σ w` and `Σ w log p(x)` of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    pub weight: f64,
    pub log_likelihood: f64,
}

impl Totals {
    /// Takes rows in by their weights and log densities.
    pub fn add(&mut self, rows: impl Iterator<Item = (f64, f64)>) {
        for (weight, log_prob) in rows {
            self.weight += weight;
            self.log_likelihood += weight * log_prob;
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.weight += other.weight;
        self.log_likelihood += other.log_likelihood;
    }

    pub fn mean_log_likelihood(self) -> f64 {
        self.log_likelihood / self.weight
    }

    pub fn to_array(self) -> NamedArray {
        NamedArray::new("totals", vec![2], &[self.weight, self.log_likelihood])
    }

    pub fn find<'a>(array: &impl Find<'a>) -> Result<Self, MixtureError> {
        let totals = array.find_shaped("totals", &[2])?;
        Ok(Self { weight: totals[0], log_likelihood: totals[1] })
    }
}
