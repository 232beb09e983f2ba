//! The first mixture of an expectation–maximisation.

use jensen_random::Rng;
use rayon::prelude::*;

use super::{Categories, DiscreteMixture, DiscreteStatistics};
use crate::mixture::k_means::plus_plus;
use crate::mixture::{ExpectationMaximisation, MixtureError, RowSource, Rows};

impl DiscreteMixture {
    /// One component whose columns are all uniform: what it expects of data is how often each category is there.
    pub(super) fn uniform(categories: &Categories) -> Result<Self, MixtureError> {
        let shares = categories.counts().iter().flat_map(|&count| vec![1.0 / count as f64; count]);
        Self::new(categories.clone(), vec![1.0], shares.collect())
    }

    /// How often each category is there; one pass.
    ///
    /// # Errors
    /// If a value is no category, a column has no value at all, or there is no row with a positive weight.
    pub(super) fn tally(
        source: &dyn RowSource,
        categories: &Categories,
    ) -> Result<DiscreteStatistics, MixtureError> {
        let tallies = Self::uniform(categories)?.expect_all(source)?;
        let seen = |column: &usize| tallies.tallies()[categories.range(*column)].iter().sum::<f64>() > 0.0;
        match (0..categories.columns()).find(|column| !seen(column)) {
            Some(column) => Err(MixtureError::EmptyColumn { column }),
            None => Ok(tallies),
        }
    }

    /// A mixture to begin with: rows by k-means++, each component being halfway between its row and `marginal`, which
    /// has one component. The distance of rows is the share of columns in which they differ, over those that both
    /// have.
    ///
    /// # Errors
    /// [`MixtureError::TooFewRows`] if there are fewer different rows than components, and [`MixtureError::Category`].
    pub fn initialise(
        marginal: &Self,
        components: usize,
        rows: Rows<'_>,
        rng: &Rng,
    ) -> Result<Self, MixtureError> {
        let (categories, d) = (marginal.categories(), marginal.columns());
        let (mut places, missing) = (Vec::new(), categories.all() as u32);
        categories.places(rows, &mut places)?;
        let row = |at: usize| &places[at * d..(at + 1) * d];
        let distances = |centre: usize, nearest: &[f64]| {
            let each = places.par_chunks_exact(d).with_min_len(512).zip(nearest);
            each.map(|(places, least)| least.min(distance(places, row(centre), missing))).collect()
        };
        let weights: Vec<_> = (0..rows.len()).map(|at| rows.weight(at)).collect();
        let chosen = plus_plus(&weights, components, rng, distances)?;
        let mut probabilities = marginal.probabilities().repeat(components);
        for (own, at) in probabilities.chunks_exact_mut(categories.all()).zip(chosen) {
            for (column, &place) in row(at).iter().enumerate().filter(|(_, place)| **place != missing) {
                for probability in &mut own[categories.range(column)] {
                    *probability *= 0.5;
                }
                own[place as usize] += 0.5;
            }
        }
        Self::new(categories.clone(), vec![1.0 / components as f64; components], probabilities)
    }

    /// Components of equal weight whose probabilities are drawn at random, those of each column uniformly from all that
    /// sum to one.
    ///
    /// # Errors
    /// [`MixtureError::Shape`] if there are to be no components.
    pub fn random(categories: &Categories, components: usize, rng: &Rng) -> Result<Self, MixtureError> {
        let uniforms = rng.without_rows().uniforms(components, categories.all());
        let mut probabilities: Vec<_> =
            uniforms.iter().map(|u| -(f64::from(*u) + 2f64.powi(-25)).ln()).collect();
        for own in probabilities.chunks_exact_mut(categories.all()) {
            for column in 0..categories.columns() {
                let own = &mut own[categories.range(column)];
                let sum: f64 = own.iter().sum();
                for own in own {
                    *own /= sum;
                }
            }
        }
        Self::new(categories.clone(), vec![1.0 / components as f64; components], probabilities)
    }
}

/// The share of the columns that both rows have in which they differ.
fn distance(a: &[u32], b: &[u32], missing: u32) -> f64 {
    let both = a.iter().zip(b).filter(|(a, b)| **a != missing && **b != missing);
    let (differ, count) =
        both.fold((0, 0), |(differ, count), (a, b)| (differ + u32::from(a != b), count + 1));
    if count == 0 { 0.0 } else { f64::from(differ) / f64::from(count) }
}
