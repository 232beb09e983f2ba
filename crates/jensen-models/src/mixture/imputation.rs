//! What is missing, given what is there.

use super::density::{Scratch, reachable};
use super::{GaussianMixture, MixtureError, Rows, blocks};

impl GaussianMixture {
    /// The rows, `[rows, columns]`, with their missing values at `E[x_m | x_o]`, the mean over all components.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities).
    ///
    /// # Example
    /// ```
    /// use jensen_models::mixture::{Covariance, GaussianMixture, Rows};
    /// let correlated = vec![1.0, 0.5, 0.5, 1.0];
    /// let mixture = GaussianMixture::new(Covariance::Tied, 2, vec![1.0], vec![0.0, 0.0], correlated)?;
    /// let filled = mixture.impute(Rows::new(&[3.0, f64::NAN], 2)?)?;
    /// assert!((filled[1] - 1.5).abs() < 1e-12);
    /// # Ok::<(), jensen_models::mixture::MixtureError>(())
    /// ```
    pub fn impute(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let (d, weighted) = (self.columns(), self.weighted());
        let mut out = vec![0.0; rows.len() * d];
        blocks::fill(rows, d, &mut out, |rows, out| {
            let mut completed = Vec::new();
            weighted.each_group(rows, &mut Scratch::default(), |group, marginals, scratch| {
                let n = group.rows.len();
                for &at in &group.rows {
                    out[at * d..(at + 1) * d].copy_from_slice(rows.row(at));
                }
                if group.missing.is_empty() {
                    return Ok(());
                }
                reachable(rows, group, &scratch.log_prob)?;
                for (&at, &j) in group.rows.iter().flat_map(|at| group.missing.iter().map(move |j| (at, j))) {
                    out[at * d + j] = 0.0;
                }
                for k in 0..self.components() {
                    marginals.complete(k, &mut scratch.pair, &mut completed);
                    for (i, &at) in group.rows.iter().enumerate() {
                        for &j in &group.missing {
                            out[at * d + j] += scratch.joint[k * n + i] * completed[j * n + i];
                        }
                    }
                }
                Ok(())
            })
        })?;
        Ok(out)
    }
}
