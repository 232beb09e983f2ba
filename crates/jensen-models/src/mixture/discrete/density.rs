//! Probabilities and posteriors of rows, in logarithms.

use super::DiscreteMixture;
use crate::mixture::density::Scratch;
use crate::mixture::{MixtureError, Rows, blocks};

impl DiscreteMixture {
    /// `log p(x)` of each row, over the values that are not missing. Of a row that is missing altogether it is 0, of an
    /// impossible one `−∞`.
    ///
    /// # Errors
    /// If the rows are not of the mixture's width, or [`MixtureError::Category`] for a value that is no category.
    pub fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let mut out = vec![0.0; rows.len()];
        blocks::fill(rows, 1, &mut out, |rows, out| {
            let mut scratch = Scratch::default();
            self.fill(rows, &mut Vec::new(), &mut scratch)?;
            out.copy_from_slice(&scratch.log_prob);
            Ok(())
        })?;
        Ok(out)
    }

    /// `p(k | x)`, `[rows, K]` row-major: what each component answers for of each row.
    ///
    /// # Errors
    /// As [`log_prob`](Self::log_prob), and [`MixtureError::Impossible`] for a row that has probability zero.
    pub fn responsibilities(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let k = self.components();
        let mut out = vec![0.0; rows.len() * k];
        blocks::fill(rows, k, &mut out, |rows, out| {
            let mut scratch = Scratch::default();
            self.fill(rows, &mut Vec::new(), &mut scratch)?;
            possible(rows, 0..rows.len(), &scratch.log_prob)?;
            for (at, out) in out.chunks_exact_mut(k).enumerate() {
                for (component, out) in out.iter_mut().enumerate() {
                    *out = scratch.joint[component * rows.len() + at];
                }
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// The log probabilities and the posteriors of a block into the scratch, and the places of its values.
    pub(super) fn fill(
        &self,
        rows: Rows<'_>,
        places: &mut Vec<u32>,
        scratch: &mut Scratch,
    ) -> Result<(), MixtureError> {
        self.categories().places(rows, places)?;
        let n = rows.len();
        scratch.joint.resize(n * self.components(), 0.0);
        for (k, joint) in scratch.joint.chunks_exact_mut(n).enumerate() {
            let log_weight = self.weights()[k].ln();
            for (joint, log_prob) in joint.iter_mut().zip(self.log_prob_under(k, places)) {
                *joint = log_weight + log_prob;
            }
        }
        scratch.normalise(n);
        Ok(())
    }

    /// `log p(x | k)` of rows whose values lie at these [places](super::Categories::places).
    pub(crate) fn log_prob_under(&self, component: usize, places: &[u32]) -> impl Iterator<Item = f64> {
        let width = self.categories().all() + 1;
        let table = &self.log_table[component * width..(component + 1) * width];
        places.chunks_exact(self.columns()).map(|row| row.iter().map(|&place| table[place as usize]).sum())
    }
}

/// That each of these rows has a probability.
pub(super) fn possible(
    rows: Rows<'_>,
    mut members: impl Iterator<Item = usize>,
    log_prob: &[f64],
) -> Result<(), MixtureError> {
    match members.find(|&at| log_prob[at] == f64::NEG_INFINITY) {
        Some(at) => Err(MixtureError::Impossible { row: rows.number(at) }),
        None => Ok(()),
    }
}
