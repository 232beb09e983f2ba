//! Expectation–maximisation to its end.

use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::options::{one_or_more, zero_or_more};
use super::restarts::Restarts;
use super::{
    Covariance, Density, EmLearner, ExpectationMaximisation, Fitted, GaussianMixture, MixtureError,
    Regularisation, RowSource, Rows, Statistics, Summary,
};

/// How a mixture is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EmOptions {
    /// How many components.
    pub components: usize,
    /// What their covariances are free to be.
    pub covariance: Covariance,
    /// The share of each column's variance that is added to every variance.
    pub regularisation: f64,
    /// How many beginnings are tried.
    pub initialisations: usize,
    /// How many of Lloyd's iterations follow k-means++.
    pub lloyd: usize,
    /// On how many rows, at most, the beginnings are tried.
    pub subsample: usize,
    /// The end, if it does not come before.
    pub iterations: usize,
    /// The end is where the mean log-likelihood changes by less.
    pub tolerance: f64,
}

impl Default for EmOptions {
    fn default() -> Self {
        Self {
            components: 8,
            covariance: Covariance::Full,
            regularisation: Regularisation::DEFAULT,
            initialisations: 1,
            lloyd: 20,
            subsample: 1 << 16,
            iterations: 200,
            tolerance: 1e-6,
        }
    }
}

impl Statistics {
    /// The E step over data of any size.
    ///
    /// # Errors
    /// As [`expect`](Self::expect), and those of the source.
    pub fn expect_all(mixture: &GaussianMixture, source: &dyn RowSource) -> Result<Self, MixtureError> {
        mixture.expect_all(source)
    }
}

impl ExpectationMaximisation for GaussianMixture {
    type Statistics = Statistics;
    type Regularisation = Regularisation;

    fn columns(&self) -> usize {
        self.columns()
    }

    fn no_rows(&self) -> Statistics {
        Statistics::new(self.covariance(), self.components(), self.columns())
    }

    fn expect(&self, rows: Rows<'_>) -> Result<Statistics, MixtureError> {
        Statistics::expect(self, rows)
    }

    fn merge(all: &mut Statistics, part: &Statistics) {
        all.merge(part);
    }

    fn weight(statistics: &Statistics) -> f64 {
        statistics.weight()
    }

    fn maximise(
        &self,
        statistics: &Statistics,
        regularisation: &Regularisation,
    ) -> Result<Self, MixtureError> {
        self.maximise(statistics, regularisation)
    }

    /// The log-likelihood. Without regularisation no iteration lowers it.
    fn objective(&self, statistics: &Statistics, _: &Regularisation) -> f64 {
        statistics.log_likelihood()
    }
}

impl GaussianMixture {
    /// Expectation–maximisation from this mixture on (Dempster, Laird & Rubin 1977), a pass over the data for each
    /// iteration and one more.
    ///
    /// # Errors
    /// Those of the two steps and of the source.
    pub fn em(
        self,
        source: &dyn RowSource,
        regularisation: &Regularisation,
        iterations: usize,
        tolerance: f64,
    ) -> Result<Fitted, MixtureError> {
        ExpectationMaximisation::em(self, source, regularisation, iterations, tolerance)
    }

    /// A mixture of the data: the best of several beginnings, taken to the end on a subsample that fits in memory, then
    /// taken to the end on all rows. Where the subsample is all rows, that is the best of so many whole runs.
    ///
    /// Beginnings that come to a covariance that is not positive definite are passed over while there are others.
    ///
    /// # Errors
    /// If the data are none to learn from (see [`Summary::of`]), have fewer different rows than components, or every
    /// beginning comes to a singular covariance.
    ///
    /// # Example
    /// ```
    /// use jensen_models::mixture::{EmOptions, GaussianMixture, Rows};
    /// use jensen_random::Rng;
    /// let values = [0.0, 0.1, 0.2, 5.0, 5.1, f64::NAN, 5.2];
    /// let options = EmOptions { components: 2, ..EmOptions::default() };
    /// let fitted = GaussianMixture::fit(&Rows::new(&values, 1)?, &options, &Rng::seed(1))?;
    /// assert!((fitted.mixture.means()[0] - fitted.mixture.means()[1]).abs() > 4.9);
    /// # Ok::<(), jensen_models::mixture::MixtureError>(())
    /// ```
    pub fn fit(source: &dyn RowSource, options: &EmOptions, rng: &Rng) -> Result<Fitted, MixtureError> {
        let summary = Summary::of(source)?;
        let floor = options.regularisation_of(&summary)?;
        let begin = |rows: Rows<'_>, _, rng: &Rng| Self::beginning(rows, options, &summary, &floor, rng);
        options.restarts().fit(source, &floor, begin, rng)
    }

    /// A learner of such a mixture, whose beginnings go through the same passes over all rows: for a training that is
    /// stored, resumed and watched. `options.iterations` is the course of the training's to say.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn learner(
        source: &dyn RowSource,
        options: &EmOptions,
        rng: &Rng,
    ) -> Result<EmLearner<Self>, MixtureError> {
        let summary = Summary::of(source)?;
        let floor = options.regularisation_of(&summary)?;
        let begin = |rows: Rows<'_>, _, rng: &Rng| Self::beginning(rows, options, &summary, &floor, rng);
        options.restarts().learner(source, summary.extent(), floor.clone(), begin, rng)
    }

    /// One beginning.
    pub(crate) fn beginning(
        rows: Rows<'_>,
        options: &EmOptions,
        summary: &Summary,
        regularisation: &Regularisation,
        rng: &Rng,
    ) -> Result<Self, MixtureError> {
        let kind = options.covariance;
        Self::initialise(kind, options.components, rows, summary, regularisation, options.lloyd, rng)
    }
}

impl Density for GaussianMixture {
    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        self.log_prob(rows)
    }
}

impl EmOptions {
    /// What is added to the variances of data, if the options make sense.
    pub(crate) fn regularisation_of(&self, summary: &Summary) -> Result<Regularisation, MixtureError> {
        self.check()?;
        Regularisation::relative(summary, self.regularisation)
    }

    /// That the options make sense, whatever the data.
    ///
    /// # Errors
    /// [`MixtureError::Parameter`] for the first that does not.
    pub fn check(&self) -> Result<(), MixtureError> {
        one_or_more("components", self.components)?;
        zero_or_more("regularisation", self.regularisation)?;
        self.restarts().check()
    }

    pub(crate) fn restarts(&self) -> Restarts {
        let &Self { initialisations, subsample, iterations, tolerance, .. } = self;
        Restarts { initialisations, subsample, iterations, tolerance }
    }
}
