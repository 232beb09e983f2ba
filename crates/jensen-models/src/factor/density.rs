//! Densities and posteriors of rows, in logarithms.

use super::FactorMixture;
use super::marginal::Marginals;
use crate::mixture::density::{Scratch, reachable};
use crate::mixture::pattern::{Group, groups};
use crate::mixture::{MixtureError, Rows, blocks};

impl FactorMixture {
    /// `log p(x)` of each row, over the values that are not missing. Of a row that is missing altogether it is 0.
    ///
    /// # Errors
    /// If the rows are not of the mixture's width or hold an infinite value.
    pub fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let mut out = vec![0.0; rows.len()];
        blocks::fill(rows, 1, &mut out, |rows, out| {
            self.each_group(rows, &mut Scratch::default(), |group, _, scratch| {
                for (&at, log_prob) in group.rows.iter().zip(&scratch.log_prob) {
                    out[at] = *log_prob;
                }
                Ok(())
            })
        })?;
        Ok(out)
    }

    /// `p(k | x)`, `[rows, K]` row-major: what each component answers for of each row.
    ///
    /// # Errors
    /// As [`log_prob`](Self::log_prob), and [`MixtureError::Unreachable`] for a row whose log density is `−∞`.
    pub fn responsibilities(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let k = self.components();
        let mut out = vec![0.0; rows.len() * k];
        blocks::fill(rows, k, &mut out, |rows, out| {
            self.each_group(rows, &mut Scratch::default(), |group, _, scratch| {
                reachable(rows, group, &scratch.log_prob)?;
                for (i, &at) in group.rows.iter().enumerate() {
                    for component in 0..k {
                        out[at * k + component] = scratch.joint[component * group.rows.len() + i];
                    }
                }
                Ok(())
            })
        })?;
        Ok(out)
    }

    /// Hands each group of a block to `visit` with its log densities and posteriors in the scratch.
    pub(super) fn each_group(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        mut visit: impl FnMut(&Group, &Marginals<'_>, &mut Scratch) -> Result<(), MixtureError>,
    ) -> Result<(), MixtureError> {
        rows.check(self.columns())?;
        for group in groups(rows) {
            let marginals = Marginals::new(self, &group)?;
            let n = group.rows.len();
            scratch.joint.resize(n * self.components(), 0.0);
            for (k, joint) in scratch.joint.chunks_exact_mut(n).enumerate() {
                marginals.log_prob(k, &mut scratch.pair, joint);
                let log_weight = self.weights()[k].ln();
                for joint in joint {
                    *joint += log_weight;
                }
            }
            scratch.normalise(n);
            visit(&group, &marginals, scratch)?;
        }
        Ok(())
    }
}
