//! Expected sufficient statistics.

use super::density::possible;
use super::{Categories, DiscreteMixture};
use crate::mixture::arrays::{Arrays, Find, NamedArray};
use crate::mixture::density::Scratch;
use crate::mixture::totals::Totals;
use crate::mixture::{MixtureError, Rows, blocks};

/// What an M step needs of the rows: for each component how much of them it answers for, and how much of each category.
///
/// A missing value is counted nowhere: what the component expects there is what it would be set to.
#[derive(Clone, Debug, PartialEq)]
pub struct DiscreteStatistics {
    categories: Categories,
    counts: Vec<f64>,
    /// `[K, all categories]`.
    tallies: Vec<f64>,
    totals: Totals,
}

impl DiscreteStatistics {
    /// Of no rows.
    pub fn new(categories: Categories, components: usize) -> Self {
        let tallies = vec![0.0; components * categories.all()];
        Self { categories, counts: vec![0.0; components], tallies, totals: Totals::default() }
    }

    /// The E step: what `mixture` expects of the rows.
    ///
    /// The result is the same bits for any number of threads.
    ///
    /// # Errors
    /// If the rows are not of the mixture's width, or a value is no category or an impossible one.
    pub fn expect(mixture: &DiscreteMixture, rows: Rows<'_>) -> Result<Self, MixtureError> {
        let empty = || Self::new(mixture.categories().clone(), mixture.components());
        let mut all = empty();
        blocks::fold(
            rows,
            || (empty(), Vec::new(), Scratch::default()),
            |(statistics, places, scratch), rows| statistics.add(mixture, rows, places, scratch),
            |(part, ..)| all.merge(&part),
        )?;
        Ok(all)
    }

    /// What values the columns have.
    pub fn categories(&self) -> &Categories {
        &self.categories
    }

    /// `Σ w p(k | x)`, `[K]`.
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// `Σ w p(k | x) [xⱼ = c]` over the values that are there, `[K, all categories]`.
    pub fn tallies(&self) -> &[f64] {
        &self.tallies
    }

    /// `Σ w`.
    pub fn weight(&self) -> f64 {
        self.totals.weight
    }

    /// `Σ w log p(x)` under the mixture of the E step.
    pub fn log_likelihood(&self) -> f64 {
        self.totals.log_likelihood
    }

    /// `Σ w log p(x) / Σ w`.
    pub fn mean_log_likelihood(&self) -> f64 {
        self.totals.mean_log_likelihood()
    }

    /// The statistics of both.
    ///
    /// # Panics
    /// If they are not of the same shape.
    pub fn merge(&mut self, other: &Self) {
        assert!(
            self.categories == other.categories && self.counts.len() == other.counts.len(),
            "statistics of different mixtures do not merge"
        );
        self.totals.merge(other.totals);
        let own = self.counts.iter_mut().chain(&mut self.tallies);
        for (own, more) in own.zip(other.counts.iter().chain(&other.tallies)) {
            *own += more;
        }
    }

    /// Adds what `mixture` expects of a block.
    fn add(
        &mut self,
        mixture: &DiscreteMixture,
        rows: Rows<'_>,
        places: &mut Vec<u32>,
        scratch: &mut Scratch,
    ) -> Result<(), MixtureError> {
        mixture.fill(rows, places, scratch)?;
        let counted = || (0..rows.len()).filter(|&at| rows.weight(at) > 0.0);
        possible(rows, counted(), &scratch.log_prob)?;
        self.totals.add(counted().map(|at| (rows.weight(at), scratch.log_prob[at])));
        for (k, joint) in scratch.joint.chunks_exact(rows.len()).enumerate() {
            // Of an impossible row that does not count the shares are no numbers.
            let share = |at: usize| if rows.weight(at) > 0.0 { joint[at] * rows.weight(at) } else { 0.0 };
            self.share_out(k, places, (0..rows.len()).map(share));
        }
        Ok(())
    }

    /// Adds to one component its share of each of the rows whose values lie at these [places](Categories::places).
    pub(crate) fn share_out(&mut self, component: usize, places: &[u32], shares: impl Iterator<Item = f64>) {
        let all = self.categories.all();
        // One more, where missing values go.
        let mut sums = vec![0.0; all + 1];
        for (share, row) in shares.zip(places.chunks_exact(self.categories.columns())) {
            self.counts[component] += share;
            for &place in row {
                sums[place as usize] += share;
            }
        }
        let tallies = &mut self.tallies[component * all..(component + 1) * all];
        tallies.iter_mut().zip(&sums).for_each(|(tally, sum)| *tally += sum);
    }
}

/// A pass that was interrupted goes on from them with the same bits.
impl Arrays for DiscreteStatistics {
    type Kind = Categories;

    fn kind(&self) -> Categories {
        self.categories.clone()
    }

    fn from_arrays<'a>(
        categories: Categories,
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let counts = array.find_amounts("counts")?;
        let tallies = array.find_shaped("tallies", &[counts.len(), categories.all()])?;
        Ok(Self { categories, counts, tallies, totals: Totals::find(&array)? })
    }

    fn to_arrays(&self) -> Vec<NamedArray> {
        let k = self.counts.len();
        vec![
            NamedArray::new("counts", vec![k], &self.counts),
            NamedArray::new("tallies", vec![k, self.categories.all()], &self.tallies),
            self.totals.to_array(),
        ]
    }
}
