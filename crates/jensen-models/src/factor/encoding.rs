//! The factors given rows, and rows given their factors.

use faer::Mat;
use jensen_random::Rng;

use super::FactorMixture;
use super::marginal::Marginals;
use crate::mixture::components::Components;
use crate::mixture::density::{Scratch, reachable};
use crate::mixture::imputation::Conditional;
use crate::mixture::pattern::Group;
use crate::mixture::{MixtureError, Rows, blocks};

/// What is known of the factors of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    /// `p(k | x)`, `[rows, K]`.
    pub responsibilities: Vec<f64>,
    /// `E[z | x, k]`, `[rows, K, latents]`. With one component it is `[rows, latents]`.
    pub means: Vec<f64>,
}

impl FactorMixture {
    /// The posterior of the component and of its factors, given what is there of each row.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities).
    pub fn encode(&self, rows: Rows<'_>) -> Result<Codes, MixtureError> {
        let (k, d, q) = (self.components(), self.columns(), self.latents());
        let width = k * (1 + q);
        let mut both = vec![0.0; rows.len() * width];
        blocks::fill(rows, width, &mut both, |rows, out| {
            self.each_completed(rows, |at, component, responsibility, completed| {
                let out = &mut out[at * width..(at + 1) * width];
                out[component] = responsibility;
                for (out, l) in out[k + component * q..].iter_mut().zip(d..d + q) {
                    *out = completed(l);
                }
            })
        })?;
        let part = |from, to| both.chunks_exact(width).flat_map(move |row| row[from..to].iter().copied());
        Ok(Codes { responsibilities: part(0, k).collect(), means: part(k, width).collect() })
    }

    /// `Cov[z | x, k]` of each component, `[K, latents, latents]`. It depends on which values of the row are missing,
    /// and not on the others.
    ///
    /// # Errors
    /// If the row is not of the mixture's width or holds an infinite value.
    pub fn code_covariances(&self, row: &[f64]) -> Result<Vec<f64>, MixtureError> {
        let rows = Rows::new(row, self.columns())?;
        if rows.len() != 1 {
            return Err(MixtureError::Shape { what: "a row", expected: self.columns(), found: row.len() });
        }
        let mut covariances = Vec::new();
        for group in self.groups(rows)? {
            let marginals = self.marginals(&group)?;
            for k in 0..self.components() {
                let covariance = marginals.covariance(k);
                covariances.extend(covariance.col_iter().flat_map(|column| column.iter().copied()));
            }
        }
        Ok(covariances)
    }

    /// `μₖ + Wₖ z` of each row of factors, `[rows, columns]`.
    ///
    /// # Errors
    /// If the numbers do not fill rows of factors.
    ///
    /// # Panics
    /// If there is no such component.
    pub fn decode(&self, component: usize, factors: &[f64]) -> Result<Vec<f64>, MixtureError> {
        let q = self.latents();
        if !factors.len().is_multiple_of(q) {
            return Err(MixtureError::Shape { what: "factors", expected: q, found: factors.len() });
        }
        let place = |z: &[f64], j: usize| {
            let loading = self.loading(component, j).iter();
            self.mean(component)[j] + loading.zip(z).map(|(loading, z)| loading * z).sum::<f64>()
        };
        let rows = factors.chunks_exact(q);
        Ok(rows.flat_map(|z| (0..self.columns()).map(move |j| place(z, j))).collect())
    }

    /// `Σₖ p(k | x) (μₖ + Wₖ E[z | x, k])` in all columns, `[rows, columns]`: the rows without their noise.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities).
    pub fn reconstruct(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let (d, q) = (self.columns(), self.latents());
        let mut out = vec![0.0; rows.len() * d];
        blocks::fill(rows, d, &mut out, |rows, out| {
            self.each_completed(rows, |at, component, responsibility, completed| {
                let z: Vec<_> = (d..d + q).map(completed).collect();
                for (j, out) in out[at * d..(at + 1) * d].iter_mut().enumerate() {
                    let moved = self.loading(component, j).iter().zip(&z).map(|(loading, z)| loading * z);
                    *out += responsibility * (self.mean(component)[j] + moved.sum::<f64>());
                }
            })
        })?;
        Ok(out)
    }

    /// The rows, `[rows, columns]`, with their missing values at `E[x_m | x_o]`, the mean over all components.
    /// A row that misses nothing stays what it is.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities), for rows that miss something.
    pub fn impute(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        Conditional::impute(self, rows)
    }

    /// So many versions of the rows, `[draws, rows, columns]`, with their missing values drawn from `p(x_m | x_o)`: a
    /// component by its responsibility, its factors given what is there, and noise. The parameters stay as they are.
    ///
    /// A draw belongs to its version and to the [number](Rows::number) of its row, whatever is drawn beside it.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities).
    pub fn impute_draws(&self, rows: Rows<'_>, draws: usize, rng: &Rng) -> Result<Vec<f64>, MixtureError> {
        Conditional::impute_draws(self, rows, draws, rng)
    }

    /// Hands `visit` each row of a block with each component: where it lies, the component, its posterior, and the row
    /// completed, the factors after the columns.
    fn each_completed(
        &self,
        rows: Rows<'_>,
        mut visit: impl FnMut(usize, usize, f64, &dyn Fn(usize) -> f64),
    ) -> Result<(), MixtureError> {
        let (mut scratch, mut completed) = (Scratch::default(), Vec::new());
        for group in self.groups(rows)? {
            let marginals = self.marginals(&group)?;
            self.posterior(&group, &marginals, &mut scratch);
            reachable(rows, &group, &scratch.log_prob)?;
            let n = group.rows.len();
            for k in 0..self.components() {
                marginals.complete(k, &mut scratch.pair, &mut completed);
                for (i, &at) in group.rows.iter().enumerate() {
                    visit(at, k, scratch.joint[k * n + i], &|j| completed[j * n + i]);
                }
            }
        }
        Ok(())
    }
}

impl Conditional for FactorMixture {
    fn complete(
        &self,
        component: usize,
        marginals: &Marginals<'_>,
        pair: &mut [Vec<f64>; 2],
        out: &mut Vec<f64>,
    ) {
        marginals.complete(component, pair, out);
    }

    /// `[W_m R, Ψ_m^½]` with `R Rᵀ = Cov[z | x_o, k]`.
    fn deviation(&self, component: usize, group: &Group, marginals: &Marginals<'_>) -> Mat<f64> {
        let (m, q) = (group.missing.len(), self.latents());
        let root = marginals.covariance_root(component);
        Mat::from_fn(m, q + m, |a, b| {
            let column = group.missing[a];
            if b < q {
                self.loading(component, column).iter().enumerate().map(|(l, w)| w * root[(l, b)]).sum()
            } else if b - q == a {
                self.variance(component, column).sqrt()
            } else {
                0.0
            }
        })
    }
}
