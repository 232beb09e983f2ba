//! Densities and posteriors of rows, in logarithms.

use super::exponential::exponentials;
use super::family::Family;
use super::marginal::Marginals;
use super::pattern::{Group, groups};
use super::{GaussianMixture, MixtureError, Rows, blocks};

/// What the E step and the densities write on: kept from block to block.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Two arrays of a group's size.
    pub pair: [Vec<f64>; 2],
    /// `log πₖ + log p(x | k)`, then the posterior: `[K, rows]`.
    pub joint: Vec<f64>,
    /// `log p(x)`.
    pub log_prob: Vec<f64>,
    /// Sums over components.
    sums: Vec<f64>,
}

/// Components with weights that need not sum to one: `Σₖ wₖ fₖ(x)`, where `fₖ` is of a family whose places and scales
/// are those of Gaussians.
pub(crate) struct Weighted<'a> {
    pub gaussians: &'a GaussianMixture,
    pub log_weights: Vec<f64>,
    pub family: Family,
}

impl GaussianMixture {
    /// `log p(x)` of each row, over the values that are not missing. Of a row that is missing altogether it is 0.
    ///
    /// # Errors
    /// If the rows are not of the mixture's width or hold an infinite value.
    pub fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        self.weighted().log_prob(rows)
    }

    /// `p(k | x)`, `[rows, K]` row-major: what each component answers for of each row.
    ///
    /// # Errors
    /// As [`log_prob`](Self::log_prob), and [`MixtureError::Unreachable`] for a row whose log density is `−∞`.
    pub fn responsibilities(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        self.weighted().responsibilities(rows)
    }

    pub(crate) fn weighted(&self) -> Weighted<'_> {
        let log_weights = self.weights().iter().map(|weight| weight.ln()).collect();
        Weighted { gaussians: self, log_weights, family: Family::Normal }
    }
}

impl Weighted<'_> {
    /// `log Σₖ wₖ fₖ(x)` of each row.
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

    /// The terms of the sum as shares of it, `[rows, K]`.
    pub fn responsibilities(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let k = self.log_weights.len();
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
    pub fn each_group(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        mut visit: impl FnMut(&Group, &Marginals<'_>, &mut Scratch) -> Result<(), MixtureError>,
    ) -> Result<(), MixtureError> {
        rows.check(self.gaussians.columns())?;
        for group in groups(rows) {
            let marginals = Marginals::new(self.gaussians, &group)?;
            let n = group.rows.len();
            scratch.joint.resize(n * self.log_weights.len(), 0.0);
            for (k, joint) in scratch.joint.chunks_exact_mut(n).enumerate() {
                marginals.log_prob(k, &self.family, self.log_weights[k], &mut scratch.pair, joint);
            }
            scratch.normalise(n);
            visit(&group, &marginals, scratch)?;
        }
        Ok(())
    }
}

impl Scratch {
    /// From `log p(x, k)` to `log p(x)` and `p(k | x)`; the largest term is taken out before the exponential.
    pub fn normalise(&mut self, n: usize) {
        self.log_prob.clear();
        self.log_prob.resize(n, f64::NEG_INFINITY);
        for joint in self.joint.chunks_exact(n) {
            for (largest, joint) in self.log_prob.iter_mut().zip(joint) {
                *largest = largest.max(*joint);
            }
        }
        self.sums.clear();
        self.sums.resize(n, 0.0);
        for joint in self.joint.chunks_exact_mut(n) {
            exponentials(joint, &self.log_prob, &mut self.sums);
        }
        for (log_prob, sum) in self.log_prob.iter_mut().zip(&mut self.sums) {
            // Where every density is zero there is no largest term, and the sum means nothing.
            if *log_prob > f64::NEG_INFINITY {
                *log_prob += sum.ln();
            }
            *sum = sum.recip();
        }
        for joint in self.joint.chunks_exact_mut(n) {
            for (joint, sum) in joint.iter_mut().zip(&self.sums) {
                *joint *= sum;
            }
        }
    }
}

/// That every row of a group has a density.
pub(crate) fn reachable(rows: Rows<'_>, group: &Group, log_prob: &[f64]) -> Result<(), MixtureError> {
    match log_prob.iter().position(|&log_prob| log_prob == f64::NEG_INFINITY) {
        Some(at) => Err(MixtureError::Unreachable { row: rows.number(group.rows[at]) }),
        None => Ok(()),
    }
}
