//! Densities and posteriors of rows, in logarithms.

use super::FactorMixture;
use super::marginal::Marginals;
use crate::mixture::components::Components;
use crate::mixture::pattern::Group;
use crate::mixture::{MixtureError, Rows};

impl FactorMixture {
    /// `log p(x)` of each row, over the values that are not missing. Of a row that is missing altogether it is 0.
    ///
    /// # Errors
    /// If the rows are not of the mixture's width or hold an infinite value.
    pub fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        Components::log_prob(self, rows)
    }

    /// `p(k | x)`, `[rows, K]` row-major: what each component answers for of each row.
    ///
    /// # Errors
    /// As [`log_prob`](Self::log_prob), and [`MixtureError::Unreachable`] for a row whose log density is `−∞`.
    pub fn responsibilities(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        Components::responsibilities(self, rows)
    }
}

impl Components for FactorMixture {
    type Marginals<'a> = Marginals<'a>;

    fn columns(&self) -> usize {
        self.columns()
    }

    fn components(&self) -> usize {
        self.components()
    }

    fn marginals<'a>(&'a self, group: &'a Group) -> Result<Marginals<'a>, MixtureError> {
        Marginals::new(self, group)
    }

    fn log_joint(
        &self,
        component: usize,
        marginals: &Marginals<'_>,
        pair: &mut [Vec<f64>; 2],
        out: &mut [f64],
    ) {
        marginals.log_prob(component, pair, out);
        let log_weight = self.weights()[component].ln();
        for out in out {
            *out += log_weight;
        }
    }
}
