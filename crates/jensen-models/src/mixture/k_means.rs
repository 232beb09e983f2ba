//! Where components begin: k-means++ and Lloyd's iterations.

use jensen_random::Rng;
use rayon::prelude::*;

use super::draw::Choice;
use super::{MixtureError, Rows, Summary};

/// Rows in units of each column's standard deviation about its mean, so that the data's own units do not matter.
pub(crate) struct Standardised {
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

    /// `K` rows by k-means++, `[K, columns]`. What a row misses, the centre has at the column's mean, which is zero.
    ///
    /// # Errors
    /// [`MixtureError::TooFewRows`] if every row lies on a centre before there are `K`.
    pub fn plus_plus(&self, components: usize, rng: &Rng) -> Result<Vec<f64>, MixtureError> {
        let centre = |at: usize| self.row(at).iter().map(|value| if value.is_nan() { 0.0 } else { *value });
        let distances = |at: usize, nearest: &[f64]| self.distances(&centre(at).collect::<Vec<_>>(), nearest);
        let chosen = plus_plus(&self.weights, components, rng, distances)?;
        Ok(chosen.into_iter().flat_map(centre).collect())
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

/// `K` rows by k-means++ (Arthur & Vassilvitskii 2007): each next is drawn in proportion to its weight and its
/// distance to the nearest before, squared where that is Euclid's; of `2 + ⌊log K⌋` draws it is the one that leaves
/// the least.
///
/// `distances` of a row gives each row's distance to it, if that is less than what it had.
///
/// # Errors
/// [`MixtureError::TooFewRows`] if every row lies on one of those before there are `K`.
pub(crate) fn plus_plus(
    weights: &[f64],
    components: usize,
    rng: &Rng,
    distances: impl Fn(usize, &[f64]) -> Vec<f64>,
) -> Result<Vec<usize>, MixtureError> {
    let draws = 2 + (components as f64).ln() as u64;
    let mut chosen = Vec::with_capacity(components);
    let mut nearest = vec![f64::INFINITY; weights.len()];
    for at in 0..components {
        let rng = rng.fork("centre").at(at as u64);
        let share = nearest.iter().zip(weights);
        let choice = match at {
            0 => Choice::new(weights.iter().copied()),
            _ => Choice::new(share.map(|(distance, weight)| distance * weight)),
        };
        let choice = choice.ok_or(MixtureError::TooFewRows { components, distinct: at })?;
        let candidates = (0..if at == 0 { 1 } else { draws }).map(|index| {
            let row = choice.draw(&rng, index);
            let distances = distances(row, &nearest);
            let left: f64 = distances.iter().zip(weights).map(|(distance, weight)| distance * weight).sum();
            (left, row, distances)
        });
        let best = candidates.min_by(|a, b| a.0.total_cmp(&b.0)).expect("at least one draw");
        chosen.push(best.1);
        nearest = best.2;
    }
    Ok(chosen)
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
