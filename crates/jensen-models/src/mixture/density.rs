//! Densities and posteriors of rows, in logarithms.

use super::components::Components;
use super::exponential::exponentials;
use super::family::Family;
use super::marginal::Marginals;
use super::pattern::Group;
use super::totals::Totals;
use super::{GaussianMixture, MixtureError, Rows};

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

impl Components for Weighted<'_> {
    type Marginals<'a>
        = Marginals<'a>
    where
        Self: 'a;

    fn columns(&self) -> usize {
        self.gaussians.columns()
    }

    fn components(&self) -> usize {
        self.log_weights.len()
    }

    fn marginals<'a>(&'a self, group: &'a Group) -> Result<Marginals<'a>, MixtureError> {
        Marginals::new(self.gaussians, group)
    }

    fn log_joint(
        &self,
        component: usize,
        marginals: &Marginals<'_>,
        pair: &mut [Vec<f64>; 2],
        out: &mut [f64],
    ) {
        marginals.log_prob(component, &self.family, self.log_weights[component], pair, out);
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

impl Scratch {
    /// The head of an E step: from the posteriors of a group to what each component answers for of its rows, with
    /// their weights, and what the rows add to the totals.
    ///
    /// # Errors
    /// [`MixtureError::Unreachable`] for a row whose log density is `−∞`.
    pub fn weigh(&mut self, rows: Rows<'_>, group: &Group, totals: &mut Totals) -> Result<(), MixtureError> {
        reachable(rows, group, &self.log_prob)?;
        let weights: Vec<_> = group.rows.iter().map(|&at| rows.weight(at)).collect();
        totals.add(weights.iter().copied().zip(self.log_prob.iter().copied()));
        for share in self.joint.chunks_exact_mut(weights.len()) {
            share.iter_mut().zip(&weights).for_each(|(share, weight)| *share *= weight);
        }
        Ok(())
    }
}

/// That every row of a group has a density.
pub(crate) fn reachable(rows: Rows<'_>, group: &Group, log_prob: &[f64]) -> Result<(), MixtureError> {
    match log_prob.iter().position(|&log_prob| log_prob == f64::NEG_INFINITY) {
        Some(at) => Err(MixtureError::Unreachable { row: rows.number(group.rows[at]) }),
        None => Ok(()),
    }
}
