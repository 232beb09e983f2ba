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
            possible(rows, &scratch.log_prob)?;
            for (at, out) in out.chunks_exact_mut(k).enumerate() {
                for (component, out) in out.iter_mut().enumerate() {
                    *out = scratch.joint[component * rows.len() + at];
                }
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// The rows, `[rows, columns]`, with each missing value at the category that is likeliest given the values that are
    /// there, over all components.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities).
    ///
    /// # Example
    /// ```
    /// use jensen_models::mixture::{DiscreteMixture, Rows};
    /// let mixture = DiscreteMixture::bernoulli(2, vec![0.5, 0.5], vec![0.1, 0.2, 0.9, 0.8])?;
    /// let filled = mixture.impute(Rows::new(&[1.0, f64::NAN, 0.0, f64::NAN], 2)?)?;
    /// assert_eq!(filled, [1.0, 1.0, 0.0, 0.0]);
    /// # Ok::<(), jensen_models::mixture::MixtureError>(())
    /// ```
    pub fn impute(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let d = self.columns();
        let shares = self.responsibilities(rows)?;
        let mut out = Vec::with_capacity(rows.len() * d);
        for (at, shares) in shares.chunks_exact(self.components()).enumerate() {
            out.extend(
                rows.row(at).iter().enumerate().map(|(column, &value)| {
                    if value.is_nan() { self.likeliest(column, shares) } else { value }
                }),
            );
        }
        Ok(out)
    }

    /// The likeliest category of a column, given what each component answers for; the first of several.
    fn likeliest(&self, column: usize, shares: &[f64]) -> f64 {
        let own = self.probabilities().chunks_exact(self.categories().all());
        let mut chances = vec![0.0; self.categories().counts()[column]];
        for (own, share) in own.zip(shares) {
            for (chance, p) in chances.iter_mut().zip(&own[self.categories().range(column)]) {
                *chance += share * p;
            }
        }
        let best = chances.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1));
        best.map_or(0.0, |(category, _)| category as f64)
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
        let tables = self.log_table.chunks_exact(self.categories().all() + 1);
        for (k, (joint, table)) in scratch.joint.chunks_exact_mut(n).zip(tables).enumerate() {
            let log_weight = self.weights()[k].ln();
            for (joint, places) in joint.iter_mut().zip(places.chunks_exact(self.columns())) {
                *joint = places.iter().fold(log_weight, |sum, &place| sum + table[place as usize]);
            }
        }
        scratch.normalise(n);
        Ok(())
    }
}

/// That every row has a probability.
pub(super) fn possible(rows: Rows<'_>, log_prob: &[f64]) -> Result<(), MixtureError> {
    match log_prob.iter().position(|&log_prob| log_prob == f64::NEG_INFINITY) {
        Some(at) => Err(MixtureError::Impossible { row: rows.number(at) }),
        None => Ok(()),
    }
}
