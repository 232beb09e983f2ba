//! What is missing, given what is there.

use faer::MatRef;
use jensen_random::Rng;

use super::cholesky::cholesky;
use super::density::{Scratch, reachable};
use super::draw::Choice;
use super::marginal::Marginals;
use super::pattern::Group;
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

    /// So many versions of the rows, `[draws, rows, columns]`, with their missing values drawn from `p(x_m | x_o)`: a
    /// component by its responsibility, then its conditional Gaussian. For multiple imputation (Rubin 1987).
    ///
    /// A draw belongs to its version and to the [number](Rows::number) of its row, whatever is drawn beside it.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities).
    pub fn impute_draws(&self, rows: Rows<'_>, draws: usize, rng: &Rng) -> Result<Vec<f64>, MixtureError> {
        let (d, n, weighted) = (self.columns(), rows.len(), self.weighted());
        // A row's versions side by side, so that blocks of rows are filled apart from each other.
        let mut beside = vec![0.0; n * draws * d];
        blocks::fill(rows, draws * d, &mut beside, |rows, out| {
            weighted.each_group(rows, &mut Scratch::default(), |group, marginals, scratch| {
                reachable(rows, group, &scratch.log_prob)?;
                for &at in &group.rows {
                    for version in out[at * draws * d..(at + 1) * draws * d].chunks_exact_mut(d) {
                        version.copy_from_slice(rows.row(at));
                    }
                }
                if group.missing.is_empty() {
                    return Ok(());
                }
                self.draw_missing(rows, group, marginals, scratch, (draws, rng), out);
                Ok(())
            })
        })?;
        let versions = (0..draws).flat_map(|draw| (0..n).map(move |row| (row * draws + draw) * d));
        Ok(versions.flat_map(|from| &beside[from..from + d]).copied().collect())
    }

    /// Draws what a group of rows misses into all their versions.
    fn draw_missing(
        &self,
        rows: Rows<'_>,
        group: &Group,
        marginals: &Marginals<'_>,
        scratch: &mut Scratch,
        (draws, rng): (usize, &Rng),
        out: &mut [f64],
    ) {
        let (d, n, m) = (self.columns(), group.rows.len(), group.missing.len());
        let numbers: Vec<u64> = group.rows.iter().map(|&at| rows.number(at)).collect();
        let choose = |i: usize| Choice::new((0..self.components()).map(|k| scratch.joint[k * n + i]));
        let choices: Vec<_> = (0..n).map(|i| choose(i).expect("shares that sum to one")).collect();
        let versions: Vec<_> = (0..draws as u64)
            .map(|draw| {
                let chooser = rng.fork("component").at(draw).without_rows();
                let chosen: Vec<_> =
                    choices.iter().zip(&numbers).map(|(choice, &row)| choice.draw(&chooser, row)).collect();
                (chosen, rng.fork("missing").at(draw).name_rows(&numbers).normals(n, m))
            })
            .collect();
        let mut completed = Vec::new();
        for k in 0..self.components() {
            marginals.complete(k, &mut scratch.pair, &mut completed);
            let residual = marginals.residual(k);
            let factor = self.covariance().is_dense().then(|| {
                cholesky(MatRef::from_column_major_slice(residual, m, m)).expect("a part of a covariance")
            });
            for (draw, (chosen, noise)) in versions.iter().enumerate() {
                let own = (0..n).filter(|&i| chosen[i] == k);
                for i in own {
                    let noise = &noise[i * m..(i + 1) * m];
                    for (a, &j) in group.missing.iter().enumerate() {
                        let moved = match &factor {
                            Some(factor) => (0..=a).map(|b| factor[(a, b)] * f64::from(noise[b])).sum(),
                            None => residual[a].sqrt() * f64::from(noise[a]),
                        };
                        out[(group.rows[i] * draws + draw) * d + j] = completed[j * n + i] + moved;
                    }
                }
            }
        }
    }
}
