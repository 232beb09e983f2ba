//! Expectation–maximisation to its end.

use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Emissions, Hmm, HmmError, HmmStatistics, Sequences};
use crate::mixture::expectation_maximisation::{Ascent, ascend};
use crate::mixture::options::{one_or_more, zero_or_more};
use crate::mixture::restarts::{beginning, best_of};
use crate::mixture::{
    Categories, Covariance, DiscreteMixture, GaussianMixture, Regularisation, Smoothing, Summary,
};

/// How many of Lloyd's iterations follow k-means++.
pub(super) const LLOYD: usize = 20;

/// How a hidden Markov model is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HmmOptions {
    /// How many states.
    pub states: usize,
    /// Of normal emissions, the share of each column's variance that is added to every variance; of categories, what is
    /// added to the count of each.
    pub regularisation: f64,
    /// How many beginnings are tried.
    pub initialisations: usize,
    /// The end, if it does not come before.
    pub iterations: usize,
    /// The end is where the objective, as a mean over rows, changes by less; of a
    /// [learner](super::SequenceModel), as a mean over sequences.
    pub tolerance: f64,
}

impl Default for HmmOptions {
    fn default() -> Self {
        Self { states: 4, regularisation: 1e-6, initialisations: 1, iterations: 200, tolerance: 1e-6 }
    }
}

/// What expectation–maximisation came to.
#[derive(Clone, Debug, PartialEq)]
pub struct HmmFitted<E: Emissions> {
    /// The model.
    pub model: Hmm<E>,
    /// Its statistics of all sequences, the log-likelihood among them.
    pub statistics: HmmStatistics<E>,
    /// The objective of the beginning and after each iteration, as a mean over rows: the log-likelihood and the
    /// [logarithm of the prior](Emissions::log_prior).
    pub history: Vec<f64>,
    /// Whether it changed by less than the tolerance at the end.
    pub converged: bool,
}

impl<E: Emissions> Hmm<E> {
    /// The iteration of Baum & Welch from this model on. Nothing lowers the objective but the regularisation of normal
    /// emissions, which is no prior.
    ///
    /// # Errors
    /// Those of the two steps.
    pub fn em(
        self,
        sequences: Sequences<'_>,
        regularisation: &E::Regularisation,
        iterations: usize,
        tolerance: f64,
    ) -> Result<HmmFitted<E>, HmmError> {
        if sequences.is_empty() {
            return Err(HmmError::NoSequences);
        }
        let expect = |model: &Self| {
            let statistics = HmmStatistics::expect(model, sequences)?;
            let mean = model.objective(&statistics, regularisation) / statistics.rows;
            Ok((statistics, mean))
        };
        let maximise = |model: &Self, statistics: &_| model.maximise(statistics, regularisation);
        let Ascent { model, statistics, history, converged } =
            ascend(self, expect, maximise, iterations, tolerance)?;
        Ok(HmmFitted { model, statistics, history, converged })
    }

    /// What the iteration raises, in nats over all rows, from the statistics that this very model expects of them.
    pub(super) fn objective(&self, statistics: &HmmStatistics<E>, regularisation: &E::Regularisation) -> f64 {
        statistics.log_likelihood + self.emissions.log_prior(regularisation)
    }

    /// The best of so many beginnings, each taken to the end. One that fails is passed over while there are others.
    fn best(
        sequences: Sequences<'_>,
        regularisation: &E::Regularisation,
        options: &HmmOptions,
        begin: impl Fn(&Rng) -> Result<E, HmmError>,
        rng: &Rng,
    ) -> Result<HmmFitted<E>, HmmError> {
        let s = options.states;
        let run = |at| {
            let (initial, transitions) = (vec![1.0 / s as f64; s], vec![1.0 / s as f64; s * s]);
            let model = Self::new(initial, transitions, begin(&beginning(rng, at))?)?;
            model.em(sequences, regularisation, options.iterations, options.tolerance)
        };
        best_of(options.initialisations, run, HmmFitted::objective)
    }
}

impl Hmm<GaussianMixture> {
    /// A model of the sequences: the best of several beginnings. Each begins with the clusters of k-means as states, all
    /// of which follow each other alike.
    ///
    /// # Errors
    /// If the rows are none to learn from (see [`Summary::of`]), fewer are different than there are states, or every
    /// beginning comes to a singular covariance.
    pub fn fit_gaussian(
        sequences: Sequences<'_>,
        covariance: Covariance,
        options: &HmmOptions,
        rng: &Rng,
    ) -> Result<HmmFitted<GaussianMixture>, HmmError> {
        options.check()?;
        let rows = sequences.rows();
        let summary = Summary::of(&rows)?;
        let added = Regularisation::relative(&summary, options.regularisation)?;
        let begin = |rng: &Rng| {
            let states = options.states;
            Ok(GaussianMixture::initialise(covariance, states, rows, &summary, &added, LLOYD, rng)?)
        };
        Self::best(sequences, &added, options, begin, rng)
    }
}

impl Hmm<DiscreteMixture> {
    /// A model of sequences of categories: the best of several beginnings. Each begins with probabilities drawn at
    /// [random](DiscreteMixture::random) and states that follow each other alike.
    ///
    /// # Errors
    /// If there is no sequence or a value is no category.
    pub fn fit_categorical(
        sequences: Sequences<'_>,
        categories: &Categories,
        options: &HmmOptions,
        rng: &Rng,
    ) -> Result<HmmFitted<DiscreteMixture>, HmmError> {
        options.check()?;
        let smoothing = Smoothing::new(options.regularisation)?;
        let begin = |rng: &Rng| Ok(DiscreteMixture::random(categories, options.states, rng)?);
        Self::best(sequences, &smoothing, options, begin, rng)
    }
}

impl<E: Emissions> HmmFitted<E> {
    /// The objective at the end, as a mean over rows.
    pub fn objective(&self) -> f64 {
        self.history[self.history.len() - 1]
    }
}

impl HmmOptions {
    /// That the options make sense, whatever the data.
    ///
    /// # Errors
    /// [`HmmError::Parameter`] for the first that does not.
    pub fn check(&self) -> Result<(), HmmError> {
        one_or_more("states", self.states)?;
        one_or_more("initialisations", self.initialisations)?;
        zero_or_more("tolerance", self.tolerance)?;
        zero_or_more("regularisation", self.regularisation)?;
        Ok(())
    }
}
