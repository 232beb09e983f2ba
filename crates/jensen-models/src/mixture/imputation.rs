//! What is missing, given what is there.

use faer::Mat;
use jensen_random::Rng;

use super::components::Components;
use super::density::{Scratch, Weighted, reachable};
use super::draw::Choice;
use super::marginal::Marginals;
use super::pattern::Group;
use super::{GaussianMixture, MixtureError, Rows, blocks};

/// Components that are Gaussian given what is there: `x_m | x_o, k ~ N(E[x_m | x_o, k], D Dᵀ)`.
pub(crate) trait Conditional: Components {
    /// Every row of a group with its missing values at their conditional means, `[rows, columns]` column-major or
    /// more, into `out`.
    fn complete(
        &self,
        component: usize,
        marginals: &Self::Marginals<'_>,
        pair: &mut [Vec<f64>; 2],
        out: &mut Vec<f64>,
    );

    /// `D`, `[missing, noise]`, the same for every row of a group and as wide for every component.
    fn deviation(&self, component: usize, group: &Group, marginals: &Self::Marginals<'_>) -> Mat<f64>;

    /// The rows, `[rows, columns]`, with their missing values at `E[x_m | x_o]`, the mean over all components.
    ///
    /// # Errors
    /// As [`responsibilities`](Components::responsibilities).
    fn impute(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let d = self.columns();
        let mut out = vec![0.0; rows.len() * d];
        blocks::fill(rows, d, &mut out, |rows, out| {
            let (mut scratch, mut completed) = (Scratch::default(), Vec::new());
            for group in self.groups(rows)? {
                let n = group.rows.len();
                for &at in &group.rows {
                    out[at * d..(at + 1) * d].copy_from_slice(rows.row(at));
                }
                if group.missing.is_empty() {
                    continue;
                }
                let marginals = self.marginals(&group)?;
                self.posterior(&group, &marginals, &mut scratch);
                reachable(rows, &group, &scratch.log_prob)?;
                for (&at, &j) in group.rows.iter().flat_map(|at| group.missing.iter().map(move |j| (at, j))) {
                    out[at * d + j] = 0.0;
                }
                for k in 0..self.components() {
                    self.complete(k, &marginals, &mut scratch.pair, &mut completed);
                    for (i, &at) in group.rows.iter().enumerate() {
                        for &j in &group.missing {
                            out[at * d + j] += scratch.joint[k * n + i] * completed[j * n + i];
                        }
                    }
                }
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// So many versions of the rows, `[draws, rows, columns]`, with their missing values drawn from `p(x_m | x_o)`: a
    /// component by its responsibility, then its conditional Gaussian.
    ///
    /// # Errors
    /// As [`responsibilities`](Components::responsibilities).
    fn impute_draws(&self, rows: Rows<'_>, draws: usize, rng: &Rng) -> Result<Vec<f64>, MixtureError> {
        versions(rows, draws, |rows, versions| {
            let mut scratch = Scratch::default();
            for group in self.groups(rows)?.iter().filter(|group| !group.missing.is_empty()) {
                let marginals = self.marginals(group)?;
                self.posterior(group, &marginals, &mut scratch);
                reachable(rows, group, &scratch.log_prob)?;
                self.draw_missing(rows, group, &marginals, &mut scratch, rng, versions);
            }
            Ok(())
        })
    }

    /// Draws what a group of rows misses into all their versions.
    fn draw_missing(
        &self,
        rows: Rows<'_>,
        group: &Group,
        marginals: &Self::Marginals<'_>,
        scratch: &mut Scratch,
        rng: &Rng,
        versions: &mut Versions<'_>,
    ) {
        let n = group.rows.len();
        let numbers: Vec<u64> = group.rows.iter().map(|&at| rows.number(at)).collect();
        let share = |k: usize, i: usize| scratch.joint[k * n + i];
        let chosen = versions.choose(&numbers, self.components(), share, rng);
        let deviations: Vec<_> =
            (0..self.components()).map(|k| self.deviation(k, group, marginals)).collect();
        let width = deviations[0].ncols();
        let noise = |draw| rng.fork("missing").at(draw as u64).name_rows(&numbers).normals(n, width);
        let noises: Vec<_> = (0..chosen.len()).map(noise).collect();
        let mut completed = Vec::new();
        for (k, deviation) in deviations.iter().enumerate() {
            self.complete(k, marginals, &mut scratch.pair, &mut completed);
            for (draw, (chosen, noise)) in chosen.iter().zip(&noises).enumerate() {
                for i in (0..n).filter(|&i| chosen[i] == k) {
                    let noise = &noise[i * width..(i + 1) * width];
                    let out = versions.of(group.rows[i], draw);
                    for (a, &j) in group.missing.iter().enumerate() {
                        let moved: f64 = (0..width).map(|b| deviation[(a, b)] * f64::from(noise[b])).sum();
                        out[j] = completed[j * n + i] + moved;
                    }
                }
            }
        }
    }
}

/// Versions of the rows of a block, side by side for each row.
pub(crate) struct Versions<'a> {
    values: &'a mut [f64],
    draws: usize,
    columns: usize,
}

impl Versions<'_> {
    /// A version of a row.
    pub fn of(&mut self, row: usize, draw: usize) -> &mut [f64] {
        let from = (row * self.draws + draw) * self.columns;
        &mut self.values[from..from + self.columns]
    }

    /// A component for each version of rows of these numbers, `[draws][rows]`, by the share `share(k, i)` that each has
    /// of row `i`.
    pub fn choose(
        &self,
        numbers: &[u64],
        components: usize,
        share: impl Fn(usize, usize) -> f64,
        rng: &Rng,
    ) -> Vec<Vec<usize>> {
        let choice = |i: usize| Choice::new((0..components).map(|k| share(k, i)));
        let choices: Vec<_> =
            (0..numbers.len()).map(|i| choice(i).expect("shares that sum to one")).collect();
        let chosen = |draw| {
            let chooser = rng.fork("component").at(draw as u64).without_rows();
            choices.iter().zip(numbers).map(|(choice, &row)| choice.draw(&chooser, row)).collect()
        };
        (0..self.draws).map(chosen).collect()
    }
}

/// So many versions of rows, `[draws, rows, columns]`, in which `draw` replaces what is missing.
///
/// A draw belongs to its version and to the [number](Rows::number) of its row, whatever is drawn beside it.
pub(crate) fn versions(
    rows: Rows<'_>,
    draws: usize,
    draw: impl Fn(Rows<'_>, &mut Versions<'_>) -> Result<(), MixtureError> + Sync,
) -> Result<Vec<f64>, MixtureError> {
    let (n, d) = (rows.len(), rows.columns());
    // A row's versions side by side, so that blocks of rows are filled apart from each other.
    let mut beside = vec![0.0; n * draws * d];
    blocks::fill(rows, draws * d, &mut beside, |rows, values| {
        for (at, versions) in values.chunks_exact_mut((draws * d).max(1)).enumerate() {
            versions.chunks_exact_mut(d).for_each(|version| version.copy_from_slice(rows.row(at)));
        }
        draw(rows, &mut Versions { values, draws, columns: d })
    })?;
    let places = (0..draws).flat_map(|draw| (0..n).map(move |row| (row * draws + draw) * d));
    Ok(places.flat_map(|from| &beside[from..from + d]).copied().collect())
}

impl Conditional for Weighted<'_> {
    fn complete(
        &self,
        component: usize,
        marginals: &Marginals<'_>,
        pair: &mut [Vec<f64>; 2],
        out: &mut Vec<f64>,
    ) {
        marginals.complete(component, pair, out);
    }

    fn deviation(&self, component: usize, _: &Group, marginals: &Marginals<'_>) -> Mat<f64> {
        marginals.root(component)
    }
}

impl GaussianMixture {
    /// The rows, `[rows, columns]`, with their missing values at `E[x_m | x_o]`, the mean over all components.
    /// A row that misses nothing stays what it is.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities), for rows that miss something.
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
        self.weighted().impute(rows)
    }

    /// So many versions of the rows, `[draws, rows, columns]`, with their missing values drawn from `p(x_m | x_o)`: a
    /// component by its responsibility, then its conditional Gaussian. The parameters stay as they are: their own
    /// uncertainty is not in the draws, but in those of [`BayesianMixture`](super::BayesianMixture).
    ///
    /// A draw belongs to its version and to the [number](Rows::number) of its row, whatever is drawn beside it.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities).
    pub fn impute_draws(&self, rows: Rows<'_>, draws: usize, rng: &Rng) -> Result<Vec<f64>, MixtureError> {
        self.weighted().impute_draws(rows, draws, rng)
    }
}
