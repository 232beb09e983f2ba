//! Expectation–maximisation to its end.

use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::check_latents;
use super::{FactorMixture, FactorStatistics, Noise};
use crate::mixture::options::{one_or_more, zero_or_more};
use crate::mixture::restarts::Restarts;
use crate::mixture::{
    Covariance, Density, EmLearner, EmOptions, ExpectationMaximisation, Fitted, GaussianMixture,
    MixtureError, Regularisation, RowSource, Rows, Statistics, Summary, blocks,
};

/// How a mixture of factor analysers is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FactorOptions {
    /// How many components.
    pub components: usize,
    /// How many factors each has.
    pub latents: usize,
    /// What the variances of the noise are free to be.
    pub noise: Noise,
    /// The share of each column's variance that its noise has at least. A constant column has the share of one.
    pub regularisation: f64,
    /// How many beginnings are tried. With one component there is but one: the principal components of all rows.
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

impl Default for FactorOptions {
    fn default() -> Self {
        let EmOptions { regularisation, initialisations, lloyd, subsample, .. } = EmOptions::default();
        Self {
            components: 1,
            latents: 2,
            noise: Noise::Diagonal,
            regularisation,
            initialisations,
            lloyd,
            subsample,
            iterations: 1000,
            tolerance: 1e-8,
        }
    }
}

impl ExpectationMaximisation for FactorMixture {
    type Statistics = FactorStatistics;
    type Regularisation = Regularisation;

    fn columns(&self) -> usize {
        self.columns()
    }

    fn no_rows(&self) -> FactorStatistics {
        FactorStatistics::new(self.components(), self.columns(), self.latents())
    }

    fn expect(&self, rows: Rows<'_>) -> Result<FactorStatistics, MixtureError> {
        FactorStatistics::expect(self, rows)
    }

    fn merge(all: &mut FactorStatistics, part: &FactorStatistics) {
        all.merge(part);
    }

    fn weight(statistics: &FactorStatistics) -> f64 {
        statistics.weight()
    }

    fn maximise(
        &self,
        statistics: &FactorStatistics,
        regularisation: &Regularisation,
    ) -> Result<Self, MixtureError> {
        self.maximise(statistics, regularisation)
    }

    /// The factors rotated to their [canonical](FactorMixture::canonical) place, where numbers allow.
    fn canonical(&self) -> Self {
        self.canonical().unwrap_or_else(|_| self.clone())
    }

    /// The log-likelihood. No iteration lowers it, but from below the floor of the regularisation, to which the first
    /// brings the noise.
    fn objective(&self, statistics: &FactorStatistics, _: &Regularisation) -> f64 {
        statistics.log_likelihood()
    }
}

impl FactorMixture {
    /// A mixture of the data: the best of several beginnings, taken to the end on a subsample that fits in memory, then
    /// taken to the end on all rows. A beginning is the principal components of the clusters of k-means.
    ///
    /// One component with isotropic noise, of rows that miss nothing, has its maximum where it begins.
    ///
    /// # Errors
    /// If the data are none to learn from (see [`Summary::of`]), have fewer different rows than components, or no more
    /// columns than latents.
    pub fn fit(
        source: &dyn RowSource,
        options: &FactorOptions,
        rng: &Rng,
    ) -> Result<Fitted<Self>, MixtureError> {
        let begin = Beginnings::new(source, options)?;
        if options.components == 1 {
            return begin.alone(source)?.em(source, &begin.floor, options.iterations, options.tolerance);
        }
        let of_clusters = |rows: Rows<'_>, _, rng: &Rng| begin.of_clusters(rows, rng);
        options.restarts().fit(source, &begin.floor, of_clusters, rng)
    }

    /// A learner of such a mixture, whose beginnings go through the same passes over all rows: for a training that is
    /// stored, resumed and watched. `options.iterations` is the course of the training's to say.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn learner(
        source: &dyn RowSource,
        options: &FactorOptions,
        rng: &Rng,
    ) -> Result<EmLearner<Self>, MixtureError> {
        let begin = Beginnings::new(source, options)?;
        let (extent, floor) = (begin.summary.extent(), begin.floor.clone());
        if options.components == 1 {
            return Ok(EmLearner::new(vec![begin.alone(source)?], floor, extent, options.tolerance));
        }
        let of_clusters = |rows: Rows<'_>, _, rng: &Rng| begin.of_clusters(rows, rng);
        options.restarts().learner(source, extent, floor, of_clusters, rng)
    }
}

impl Density for FactorMixture {
    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        self.log_prob(rows)
    }
}

/// What beginnings are made of: principal components, of all rows or of clusters.
struct Beginnings<'a> {
    options: &'a FactorOptions,
    summary: Summary,
    floor: Regularisation,
}

impl<'a> Beginnings<'a> {
    fn new(source: &dyn RowSource, options: &'a FactorOptions) -> Result<Self, MixtureError> {
        options.check()?;
        check_latents(options.latents, source.columns())?;
        let summary = Summary::of(source)?;
        let floor = Regularisation::relative(&summary, options.regularisation)?;
        Ok(Self { options, summary, floor })
    }

    fn principal(&self, statistics: &Statistics) -> Result<FactorMixture, MixtureError> {
        FactorMixture::principal(self.options.noise, self.options.latents, statistics, &self.floor)
    }

    /// One component.
    fn alone(&self, source: &dyn RowSource) -> Result<FactorMixture, MixtureError> {
        self.principal(&completed(source, &self.summary)?)
    }

    /// Several, of the clusters of k-means.
    fn of_clusters(&self, rows: Rows<'_>, rng: &Rng) -> Result<FactorMixture, MixtureError> {
        let Self { options, summary, floor } = self;
        let (k, kind) = (options.components, Covariance::Full);
        let clusters = GaussianMixture::initialise(kind, k, rows, summary, floor, options.lloyd, rng)?;
        // Equal weights, so that a cluster that has lost its rows has a covariance all the same.
        let (means, covariances) = (clusters.means().to_vec(), clusters.covariances().to_vec());
        let weights = vec![1.0 / k as f64; k];
        let equal = GaussianMixture::new(kind, summary.means.len(), weights, means, covariances)?;
        self.principal(&Statistics::of_mixture(&equal))
    }
}

/// The statistics of all rows as one component's. What is missing has its column's own mean and variance, so that no
/// covariance is factored for the sake of a row.
fn completed(source: &dyn RowSource, summary: &Summary) -> Result<Statistics, MixtureError> {
    let d = summary.means.len();
    let empty = || Statistics::new(Covariance::Full, 1, d);
    let mut all = empty();
    source.pass(&mut |rows: Rows<'_>| {
        let step = |(statistics, scratch): &mut (Statistics, Vec<f64>), rows: Rows<'_>| {
            let shares: Vec<_> = (0..rows.len()).map(|at| rows.weight(at)).collect();
            let mut columns = Vec::with_capacity(rows.len() * d);
            for (j, mean) in summary.means.iter().enumerate() {
                let values = (0..rows.len()).map(|at| rows.row(at)[j]);
                let absent = values.clone().zip(&shares).filter(|(value, _)| value.is_nan());
                let absent = absent.map(|(_, share)| share).sum();
                statistics.spread(0, absent, &[j], &[summary.variances[j]]);
                columns.extend(values.map(|value| if value.is_nan() { *mean } else { value }));
            }
            statistics.absorb(0, &columns, &shares, scratch);
            Ok(())
        };
        blocks::fold(rows, || (empty(), Vec::new()), step, |(part, _)| all.merge(&part))
    })?;
    Ok(all)
}

impl FactorOptions {
    /// That the options make sense, whatever the data.
    ///
    /// # Errors
    /// [`MixtureError::Parameter`] for the first that does not.
    pub fn check(&self) -> Result<(), MixtureError> {
        one_or_more("components", self.components)?;
        one_or_more("latents", self.latents)?;
        zero_or_more("regularisation", self.regularisation)?;
        self.restarts().check()
    }

    fn restarts(&self) -> Restarts {
        let &Self { initialisations, subsample, iterations, tolerance, .. } = self;
        Restarts { initialisations, subsample, iterations, tolerance }
    }
}
