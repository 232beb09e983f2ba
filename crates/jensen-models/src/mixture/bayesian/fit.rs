//! Learning a posterior.

use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BayesianMixture, NormalWishart, WeightPrior};
use crate::mixture::initialisation::Clusters;
use crate::mixture::options::{one_or_more, positive};
use crate::mixture::restarts::Restarts;
use crate::mixture::{
    Covariance, Density, EmLearner, ExpectationMaximisation, Fitted, MixtureError, RowSource, Rows,
    Statistics, Summary,
};

/// How a posterior is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BayesianOptions {
    /// How many components, or how many there may be.
    pub components: usize,
    /// What their covariances are free to be.
    pub covariance: Covariance,
    /// The prior of the weights.
    pub weights: WeightPrior,
    /// `β₀`: like how many rows the prior of a mean is.
    pub mean_precision: f64,
    /// The share of each column's variance that a component is believed to have.
    pub spread: f64,
    /// How many beginnings are tried.
    pub initialisations: usize,
    /// How many of Lloyd's iterations follow k-means++.
    pub lloyd: usize,
    /// On how many rows, at most, the beginnings are tried.
    pub subsample: usize,
    /// The end, if it does not come before.
    pub iterations: usize,
    /// The end is where the bound, as a mean over rows, changes by less.
    pub tolerance: f64,
}

impl Default for BayesianOptions {
    fn default() -> Self {
        Self {
            components: 8,
            covariance: Covariance::Full,
            weights: WeightPrior::default(),
            mean_precision: 0.01,
            spread: 0.1,
            initialisations: 1,
            lloyd: 20,
            subsample: 1 << 16,
            iterations: 1000,
            tolerance: 1e-6,
        }
    }
}

impl BayesianOptions {
    /// That the options make sense, whatever the data.
    ///
    /// # Errors
    /// [`MixtureError::Parameter`] for the first that does not.
    pub fn check(&self) -> Result<(), MixtureError> {
        self.weights.check()?;
        one_or_more("components", self.components)?;
        positive("mean_precision", self.mean_precision)?;
        positive("spread", self.spread)?;
        self.restarts().check()
    }

    fn restarts(&self) -> Restarts {
        let &Self { initialisations, subsample, iterations, tolerance, .. } = self;
        Restarts { initialisations, subsample, iterations, tolerance }
    }
}

/// Variational Bayes: the E step is the posterior of what is latent, the M step that of the parameters, and the
/// objective is the [bound](BayesianMixture::bound).
impl ExpectationMaximisation for BayesianMixture {
    type Statistics = Statistics;
    /// The prior is part of the model.
    type Regularisation = ();

    fn columns(&self) -> usize {
        self.columns()
    }

    fn no_rows(&self) -> Statistics {
        Statistics::new(self.prior.covariance(), self.components(), self.columns())
    }

    fn expect(&self, rows: Rows<'_>) -> Result<Statistics, MixtureError> {
        Statistics::expect_weighted(&self.potentials(), rows.with_weights(&seen_weights(rows))?)
    }

    fn merge(all: &mut Statistics, part: &Statistics) {
        all.merge(part);
    }

    fn weight(statistics: &Statistics) -> f64 {
        statistics.weight()
    }

    fn maximise(&self, statistics: &Statistics, (): &()) -> Result<Self, MixtureError> {
        let mut posterior = self.prior.pseudo_rows(self.components());
        posterior.merge_moments(statistics);
        Self::of_posterior(self.weights, self.prior.clone(), statistics.counts().to_vec(), posterior)
    }

    fn objective(&self, statistics: &Statistics, (): &()) -> f64 {
        self.bound(statistics)
    }
}

/// The predictive density.
impl Density for BayesianMixture {
    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        self.log_predictive(rows)
    }
}

impl BayesianMixture {
    /// The posterior of the data: the best of several beginnings, taken to the end on a subsample that fits in
    /// memory, then on all rows. A beginning is the posterior of the clusters that k-means++ and Lloyd's iterations
    /// find. Of a Dirichlet process, whose components are but allowed, the first beginning has a cluster for each,
    /// and those after have fewer and fewer: rows leave a component more easily than they are all found again by one.
    ///
    /// The prior is [`NormalWishart::of_data`]. It is what answers where the data do not: for a constant column, for
    /// rows that are all one, for more components than rows.
    ///
    /// # Errors
    /// If the data are none to learn from (see [`Summary::of`]) or an option makes no sense.
    pub fn fit(
        source: &dyn RowSource,
        options: &BayesianOptions,
        rng: &Rng,
    ) -> Result<Fitted<Self>, MixtureError> {
        let summary = Summary::of(source)?;
        let prior = Self::of_options(options, &summary)?;
        let begin = |rows: Rows<'_>, at, rng: &Rng| prior.beginning(at, rows, options, &summary, rng);
        options.restarts().fit(source, &(), begin, rng)
    }

    /// A learner of such a posterior, whose beginnings go through the same passes over all rows: for a training that is
    /// stored, resumed and watched. `options.iterations` is the course of the training's to say.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn learner(
        source: &dyn RowSource,
        options: &BayesianOptions,
        rng: &Rng,
    ) -> Result<EmLearner<Self>, MixtureError> {
        let summary = Summary::of(source)?;
        let prior = Self::of_options(options, &summary)?;
        let begin = |rows: Rows<'_>, at, rng: &Rng| prior.beginning(at, rows, options, &summary, rng);
        // As the E step weighs them: of a row without values nothing is expected.
        let mut weight = 0.0;
        source.pass(&mut |rows| {
            weight += seen_weights(rows).iter().sum::<f64>();
            Ok(())
        })?;
        options.restarts().learner(source, (summary.rows, weight), (), begin, rng)
    }

    /// The prior of some options for data.
    fn of_options(options: &BayesianOptions, summary: &Summary) -> Result<Self, MixtureError> {
        options.check()?;
        let prior =
            NormalWishart::of_data(options.covariance, summary, options.mean_precision, options.spread)?;
        Self::new(options.components, options.weights, prior)
    }

    /// One beginning.
    fn beginning(
        &self,
        at: u64,
        rows: Rows<'_>,
        options: &BayesianOptions,
        summary: &Summary,
        rng: &Rng,
    ) -> Result<Self, MixtureError> {
        let clusters = match options.weights {
            WeightPrior::Dirichlet { .. } => options.components,
            // From all components to few: superfluous ones do not empty themselves in every run.
            WeightPrior::DirichletProcess { .. } => {
                let (components, all) = (options.components, options.initialisations);
                (components * (all - at as usize)).div_ceil(all)
            }
        };
        self.initialise(clusters, rows, summary, options.lloyd, rng)
    }

    /// A posterior to begin with: that of so many clusters, or fewer where there are fewer components or different
    /// rows, under the prior that this posterior has. The other components are as the prior.
    ///
    /// # Errors
    /// [`MixtureError::NoRows`] if no row has a positive weight.
    pub fn initialise(
        &self,
        clusters: usize,
        rows: Rows<'_>,
        summary: &Summary,
        lloyd: usize,
        rng: &Rng,
    ) -> Result<Self, MixtureError> {
        let (kind, components) = (self.prior.covariance(), self.components());
        let clusters = Clusters::at_most(kind, components, clusters, rows, summary, lloyd, rng)?;
        self.maximise(&clusters.statistics, &())
    }
}

/// The weights of rows, zero where all of a row is missing.
fn seen_weights(rows: Rows<'_>) -> Vec<f64> {
    let seen = |at: usize| !rows.row(at).iter().all(|value| value.is_nan());
    (0..rows.len()).map(|at| if seen(at) { rows.weight(at) } else { 0.0 }).collect()
}
