//! What is missing, given what is there.

use jensen_random::Rng;

use super::{DiscreteMixture, choice_of};
use crate::mixture::imputation::versions;
use crate::mixture::{MixtureError, Rows};

impl DiscreteMixture {
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

    /// So many versions of the rows, `[draws, rows, columns]`, with their missing values drawn from `p(x_m | x_o)`: a
    /// component by its responsibility, then each column's category. The parameters stay as they are.
    ///
    /// A draw belongs to its version and to the [number](Rows::number) of its row, whatever is drawn beside it.
    ///
    /// # Errors
    /// As [`responsibilities`](Self::responsibilities).
    pub fn impute_draws(&self, rows: Rows<'_>, draws: usize, rng: &Rng) -> Result<Vec<f64>, MixtureError> {
        let (k, all) = (self.components(), self.categories().all());
        let choices: Vec<Vec<_>> = (0..self.columns())
            .map(|column| {
                let own = self.probabilities().chunks_exact(all);
                own.map(|own| choice_of(&own[self.categories().range(column)])).collect()
            })
            .collect();
        versions(rows, draws, |rows, versions| {
            let shares = self.responsibilities(rows)?;
            let numbers: Vec<_> = (0..rows.len()).map(|at| rows.number(at)).collect();
            let chosen = versions.choose(&numbers, k, |component, at| shares[at * k + component], rng);
            for (draw, chosen) in chosen.iter().enumerate() {
                let rng = rng.fork("missing").at(draw as u64).without_rows();
                for (at, &component) in chosen.iter().enumerate() {
                    for (column, value) in versions.of(at, draw).iter_mut().enumerate() {
                        if value.is_nan() {
                            let choice = &choices[column][component];
                            *value = choice.draw(&rng.at(column as u64), numbers[at]) as f64;
                        }
                    }
                }
            }
            Ok(())
        })
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
}
