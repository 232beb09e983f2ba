//! Where components begin: k-means++ and Lloyd's iterations.

use jensen_random::Rng;
use rayon::prelude::*;

use super::draw::Choice;
use super::{MixtureError, Rows, Summary};

/// Rows in units of each column's standard deviation about its mean, so that the data's own units do not matter.
pub(super) struct Standardised {
    columns: usize,
    values: Vec<f64>,
    weights: Vec<f64>,
}

impl Standardised {
    pub fn new(rows: Rows<'_>, summary: &Summary) -> Self {
        let place = |(j, value): (usize, &f64)| (value - summary.means[j]) / summary.scale(j);
        let values = (0..rows.len()).flat_map(|at| rows.row(at).iter().enumerate().map(place)).collect();
        let weights = (0..rows.len()).map(|at| rows.weight(at)).collect();
        Self { columns: rows.columns(), values, weights }
    }

    /// `K` rows by k-means++ (Arthur & Vassilvitskii 2007), `[K, columns]`: each next centre is a row drawn in
    /// proportion to its weight and its squared distance to the nearest centre; of `2 + ⌊log K⌋` draws the one that
    /// leaves the least.
    ///
    /// # Errors
    /// [`MixtureError::TooFewRows`] if every row lies on a centre before there are `K`.
    pub fn plus_plus(&self, components: usize, rng: &Rng) -> Result<Vec<f64>, MixtureError> {
        let draws = 2 + (components as f64).ln() as u64;
        let mut centres = Vec::with_capacity(components * self.columns);
        let mut nearest = vec![f64::INFINITY; self.weights.len()];
        for chosen in 0..components {
            let rng = rng.fork("centre").at(chosen as u64);
            let share = nearest.iter().zip(&self.weights);
            let choice = match chosen {
                0 => Choice::new(self.weights.iter().copied()),
                _ => Choice::new(share.map(|(distance, weight)| distance * weight)),
            };
            let choice = choice.ok_or(MixtureError::TooFewRows { components, distinct: chosen })?;
            let candidates = (0..if chosen == 0 { 1 } else { draws }).map(|index| {
                // What the row misses, the centre has at the column's mean, which is zero.
                let row = self.row(choice.draw(&rng, index)).iter();
                let centre: Vec<_> = row.map(|value| if value.is_nan() { 0.0 } else { *value }).collect();
                let distances = self.distances(&centre, &nearest);
                let left: f64 = distances.iter().zip(&self.weights).map(|(d, weight)| d * weight).sum();
                (left, centre, distances)
            });
            let best = candidates.min_by(|a, b| a.0.total_cmp(&b.0)).expect("at least one draw");
            centres.extend(best.1);
            nearest = best.2;
        }
        Ok(centres)
    }

    /// The nearest centre of each row after at most so many of Lloyd's iterations, with the centres moved by them. A
    /// centre that loses its rows stays where it was.
    pub fn lloyd(&self, centres: &mut [f64], iterations: usize) -> Vec<usize> {
        let mut assigned = self.assign(centres);
        for _ in 0..iterations {
            let mut sums = vec![(0.0, 0.0); centres.len()];
            for (at, &k) in assigned.iter().enumerate() {
                for (value, (sum, weight)) in self.row(at).iter().zip(&mut sums[k * self.columns..]) {
                    if !value.is_nan() {
                        *sum += self.weights[at] * value;
                        *weight += self.weights[at];
                    }
                }
            }
            for (centre, (sum, weight)) in centres.iter_mut().zip(sums) {
                if weight > 0.0 {
                    *centre = sum / weight;
                }
            }
            let again = self.assign(centres);
            if again == assigned {
                break;
            }
            assigned = again;
        }
        assigned
    }

    fn row(&self, at: usize) -> &[f64] {
        &self.values[at * self.columns..(at + 1) * self.columns]
    }

    /// The squared distance of each row to a centre, if that is less than what it had.
    fn distances(&self, centre: &[f64], nearest: &[f64]) -> Vec<f64> {
        let rows = self.values.par_chunks_exact(self.columns).with_min_len(512);
        rows.zip(nearest).map(|(row, least)| least.min(squared_distance(row, centre))).collect()
    }

    fn assign(&self, centres: &[f64]) -> Vec<usize> {
        let rows = self.values.par_chunks_exact(self.columns).with_min_len(512);
        rows.map(|row| {
            let distances = centres.chunks_exact(self.columns).map(|centre| squared_distance(row, centre));
            distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(k, _)| k)
        })
        .collect()
    }
}

/// Over the observed values, scaled up to all columns.
fn squared_distance(row: &[f64], centre: &[f64]) -> f64 {
    let (mut sum, mut observed) = (0.0, 0);
    for (value, centre) in row.iter().zip(centre) {
        if !value.is_nan() {
            sum += (value - centre) * (value - centre);
            observed += 1;
        }
    }
    if observed == row.len() || observed == 0 { sum } else { sum * row.len() as f64 / observed as f64 }
}
