//! Expectation–maximisation to its end.

use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Categories, DiscreteMixture, DiscreteStatistics};
use crate::mixture::options::{one_or_more, zero_or_more};
use crate::mixture::restarts::Restarts;
use crate::mixture::shares::set_shares;
use crate::mixture::{
    Density, EmLearner, ExpectationMaximisation, Fitted, MixtureError, RowSource, Rows, Summary,
};

/// What is added to how often each category was seen, in each component and column: `p ∝ n + a`.
///
/// It is the mode under a symmetric Dirichlet prior of concentration `1 + a`, so the objective is the log-likelihood
/// and `a Σ log p`, the prior's logarithm but for a constant. With nothing added a category that a component has not
/// seen is impossible under it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smoothing {
    pseudo_count: f64,
}

impl Smoothing {
    /// Nothing: the maximum of the likelihood.
    pub const NONE: Self = Self { pseudo_count: 0.0 };

    /// So much of a row.
    ///
    /// # Errors
    /// If it is negative or not finite.
    pub fn new(pseudo_count: f64) -> Result<Self, MixtureError> {
        zero_or_more("pseudo_count", pseudo_count)?;
        Ok(Self { pseudo_count })
    }

    /// How much.
    pub fn pseudo_count(&self) -> f64 {
        self.pseudo_count
    }
}

/// How a mixture of categories is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DiscreteOptions {
    /// How many components.
    pub components: usize,
    /// What is added to how often each category was seen.
    pub pseudo_count: f64,
    /// How many beginnings are tried.
    pub initialisations: usize,
    /// On how many rows, at most, the beginnings are tried.
    pub subsample: usize,
    /// The end, if it does not come before.
    pub iterations: usize,
    /// The end is where the objective, as a mean over rows, changes by less.
    pub tolerance: f64,
}

impl Default for DiscreteOptions {
    fn default() -> Self {
        Self {
            components: 8,
            pseudo_count: 0.01,
            initialisations: 1,
            subsample: 1 << 16,
            iterations: 500,
            tolerance: 1e-6,
        }
    }
}

impl DiscreteOptions {
    /// That the options make sense, whatever the data.
    ///
    /// # Errors
    /// [`MixtureError::Parameter`] for the first that does not.
    pub fn check(&self) -> Result<(), MixtureError> {
        one_or_more("components", self.components)?;
        Smoothing::new(self.pseudo_count)?;
        self.restarts().check()
    }

    fn restarts(&self) -> Restarts {
        let &Self { initialisations, subsample, iterations, tolerance, .. } = self;
        Restarts { initialisations, subsample, iterations, tolerance }
    }
}

impl ExpectationMaximisation for DiscreteMixture {
    type Statistics = DiscreteStatistics;
    type Regularisation = Smoothing;

    fn columns(&self) -> usize {
        self.columns()
    }

    fn no_rows(&self) -> DiscreteStatistics {
        DiscreteStatistics::new(self.categories().clone(), self.components())
    }

    fn expect(&self, rows: Rows<'_>) -> Result<DiscreteStatistics, MixtureError> {
        DiscreteStatistics::expect(self, rows)
    }

    fn merge(all: &mut DiscreteStatistics, part: &DiscreteStatistics) {
        all.merge(part);
    }

    fn weight(statistics: &DiscreteStatistics) -> f64 {
        statistics.weight()
    }

    /// Where a component has seen no value of a column, and nothing is added, its probabilities stay what they were.
    fn maximise(&self, statistics: &DiscreteStatistics, smoothing: &Smoothing) -> Result<Self, MixtureError> {
        let categories = self.categories();
        assert!(
            categories == statistics.categories() && self.components() == statistics.counts().len(),
            "statistics of another mixture"
        );
        let total: f64 = statistics.counts().iter().sum();
        if total <= 0.0 {
            return Err(MixtureError::NoRows);
        }
        let mut probabilities = self.probabilities().to_vec();
        let tallies = statistics.tallies().chunks_exact(categories.all());
        for (own, tallies) in probabilities.chunks_exact_mut(categories.all()).zip(tallies) {
            for column in (0..categories.columns()).map(|column| categories.range(column)) {
                let seen = tallies[column.clone()].iter().map(|tally| tally + smoothing.pseudo_count());
                set_shares(&mut own[column], seen);
            }
        }
        let weights = statistics.counts().iter().map(|count| count / total).collect();
        Self::new(categories.clone(), weights, probabilities)
    }

    fn objective(&self, statistics: &DiscreteStatistics, smoothing: &Smoothing) -> f64 {
        statistics.log_likelihood() + self.log_prior(*smoothing)
    }
}

impl DiscreteMixture {
    /// `a Σ log p`, in nats.
    pub(crate) fn log_prior(&self, smoothing: Smoothing) -> f64 {
        match smoothing.pseudo_count() {
            0.0 => 0.0,
            a => a * self.log_table.iter().sum::<f64>(),
        }
    }
}

impl DiscreteMixture {
    /// A mixture of the data: the best of several beginnings, taken to the end on a subsample that fits in memory, then
    /// taken to the end on all rows. Where the subsample is all rows, that is the best of so many whole runs.
    ///
    /// # Errors
    /// [`MixtureError::Category`], [`MixtureError::EmptyColumn`], [`MixtureError::NoRows`] or
    /// [`MixtureError::TooFewRows`], and those of the source.
    ///
    /// # Example
    /// ```
    /// use jensen_models::mixture::{Categories, DiscreteMixture, DiscreteOptions, Rows};
    /// use jensen_random::Rng;
    /// let values = [0.0, 0.0, 2.0, 0.0, 0.0, 2.0, 1.0, 1.0, 0.0, 1.0, f64::NAN, 0.0];
    /// let rows = Rows::new(&values, 3)?;
    /// let options = DiscreteOptions { components: 2, ..DiscreteOptions::default() };
    /// let fitted = DiscreteMixture::fit(&rows, &Categories::of(&rows)?, &options, &Rng::seed(1))?;
    /// let whose = fitted.mixture.responsibilities(rows)?;
    /// assert!((whose[0] - whose[2]).abs() < 0.01 && (whose[0] - whose[6]).abs() > 0.99);
    /// # Ok::<(), jensen_models::mixture::MixtureError>(())
    /// ```
    pub fn fit(
        source: &dyn RowSource,
        categories: &Categories,
        options: &DiscreteOptions,
        rng: &Rng,
    ) -> Result<Fitted<Self>, MixtureError> {
        let (smoothing, marginal) = Self::marginal(source, categories, options)?;
        let begin = |rows: Rows<'_>, _, rng: &Rng| Self::initialise(&marginal, options.components, rows, rng);
        options.restarts().fit(source, &smoothing, begin, rng)
    }

    /// A learner of such a mixture, whose beginnings go through the same passes over all rows: for a training that is
    /// stored, resumed and watched. `options.iterations` is the course of the training's to say.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn learner(
        source: &dyn RowSource,
        categories: &Categories,
        options: &DiscreteOptions,
        rng: &Rng,
    ) -> Result<EmLearner<Self>, MixtureError> {
        let (smoothing, marginal) = Self::marginal(source, categories, options)?;
        let begin = |rows: Rows<'_>, _, rng: &Rng| Self::initialise(&marginal, options.components, rows, rng);
        options.restarts().learner(source, Summary::of(source)?.extent(), smoothing, begin, rng)
    }

    /// How often each category is there, as a mixture of one component, and what is added to it.
    fn marginal(
        source: &dyn RowSource,
        categories: &Categories,
        options: &DiscreteOptions,
    ) -> Result<(Smoothing, Self), MixtureError> {
        options.check()?;
        let smoothing = Smoothing::new(options.pseudo_count)?;
        let tallies = Self::tally(source, categories)?;
        Ok((smoothing, Self::uniform(categories)?.maximise(&tallies, &smoothing)?))
    }
}

impl Density for DiscreteMixture {
    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        self.log_prob(rows)
    }
}
