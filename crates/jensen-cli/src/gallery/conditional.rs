//! The densities that a model gives of targets, example by example.

use jensen_data::Target;
use jensen_models::mdn::{NormalMixture, NormalTerm};

use crate::model::Code;

/// Mixtures of normals row by row, in the target's own units.
#[derive(Default)]
pub(super) struct Conditional {
    /// `[rows, K]`
    weights: Vec<f64>,
    /// `[rows, K·dims]`
    means: Vec<f64>,
    /// `[rows, K·dims]`
    deviations: Vec<f64>,
    /// How many components there are, `K`.
    components: usize,
    dims: usize,
}

impl Conditional {
    /// Adds what a model says of some inputs.
    pub(super) fn add(&mut self, target: &Target, codes: &[Code]) {
        self.dims = target.features();
        for code in codes {
            let values = match code.name {
                "weight" => {
                    self.components = code.width;
                    &mut self.weights
                }
                "mean" => &mut self.means,
                "deviation" => &mut self.deviations,
                _ => continue,
            };
            values.extend(code.values.to_f64());
        }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.weights.len().checked_div(self.components).unwrap_or(0)
    }

    /// How many components there are.
    pub(super) fn components(&self) -> usize {
        self.components
    }

    /// The density of one target in one row.
    pub(super) fn density(&self, row: usize, dim: usize) -> NormalMixture {
        let term = |k: usize| {
            let at = (row * self.components + k) * self.dims + dim;
            let weight = self.weights[row * self.components + k];
            NormalTerm { weight, mean: self.means[at], deviation: self.deviations[at] }
        };
        NormalMixture::new((0..self.components).map(term).collect())
    }

    /// The densities of one target in all rows.
    pub(super) fn densities(&self, dim: usize) -> Vec<NormalMixture> {
        (0..self.rows()).map(|row| self.density(row, dim)).collect()
    }

    /// The weight of one component in one row.
    pub(super) fn weight(&self, row: usize, component: usize) -> f64 {
        self.weights[row * self.components + component]
    }
}
