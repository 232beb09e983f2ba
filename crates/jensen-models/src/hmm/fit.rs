//! Expectation–maximisation to its end.

use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CategoricalEmissions, Emissions, Hmm, HmmError, HmmStatistics, Sequences};
use crate::mixture::{Covariance, GaussianMixture, Regularisation, Summary};

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
    /// The end is where the log-likelihood, as a mean over rows, changes by less.
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
    /// The log-likelihood of the beginning and after each iteration, as a mean over rows.
    pub history: Vec<f64>,
    /// Whether it changed by less than the tolerance at the end.
    pub converged: bool,
}

impl<E: Emissions> Hmm<E> {
    /// The iteration of Baum & Welch from this model on. Without regularisation the log-likelihood never falls.
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
        let statistics = HmmStatistics::expect(&self, sequences)?;
        let history = vec![statistics.mean_log_likelihood()];
        let mut fitted = HmmFitted { model: self, statistics, history, converged: false };
        for _ in 0..iterations {
            fitted.model = fitted.model.maximise(&fitted.statistics, regularisation)?;
            fitted.statistics = HmmStatistics::expect(&fitted.model, sequences)?;
            let (before, now) = (fitted.last(), fitted.statistics.mean_log_likelihood());
            fitted.history.push(now);
            if (now - before).abs() < tolerance {
                fitted.converged = true;
                break;
            }
        }
        Ok(fitted)
    }

    /// The best of so many beginnings, each taken to the end. One that fails is passed over while there are others.
    fn best_of(
        sequences: Sequences<'_>,
        regularisation: &E::Regularisation,
        options: &HmmOptions,
        begin: impl Fn(u64) -> Result<E, HmmError>,
    ) -> Result<HmmFitted<E>, HmmError> {
        let s = options.states;
        let run = |at| {
            let (initial, transitions) = (vec![1.0 / s as f64; s], vec![1.0 / s as f64; s * s]);
            let model = Self::new(initial, transitions, begin(at)?)?;
            model.em(sequences, regularisation, options.iterations, options.tolerance)
        };
        let mut best = run(0);
        for at in 1..options.initialisations as u64 {
            let next = run(at);
            let better = match (&best, &next) {
                (Ok(best), Ok(next)) => next.last() > best.last(),
                (Err(_), Ok(_)) => true,
                (_, Err(_)) => false,
            };
            if better {
                best = next;
            }
        }
        best
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
        Self::best_of(sequences, &added, options, |at| {
            let rng = rng.fork("beginning").at(at);
            let states = options.states;
            Ok(GaussianMixture::initialise(covariance, states, rows, &summary, &added, LLOYD, &rng)?)
        })
    }
}

impl Hmm<CategoricalEmissions> {
    /// A model of sequences of categories, of which each column has so many: the best of several beginnings. Each
    /// begins with probabilities drawn at random, uniformly from all there are, and states that follow each other alike.
    ///
    /// # Errors
    /// If there is no sequence or a value is no category.
    pub fn fit_categorical(
        sequences: Sequences<'_>,
        levels: &[usize],
        options: &HmmOptions,
        rng: &Rng,
    ) -> Result<HmmFitted<CategoricalEmissions>, HmmError> {
        options.check()?;
        Self::best_of(sequences, &options.regularisation, options, |at| {
            CategoricalEmissions::random(levels, options.states, &rng.fork("beginning").at(at))
        })
    }
}

impl CategoricalEmissions {
    /// Random ones: the probabilities of each column are uniform among all that sum to one.
    pub(super) fn random(levels: &[usize], states: usize, rng: &Rng) -> Result<Self, HmmError> {
        let uniforms = rng.without_rows().uniforms(states, levels.iter().sum());
        let mut probabilities: Vec<_> =
            uniforms.iter().map(|u| -(f64::from(*u) + 2f64.powi(-25)).ln()).collect();
        let mut rest = &mut probabilities[..];
        for &levels in (0..states).flat_map(|_| levels) {
            let (own, others) = rest.split_at_mut(levels);
            let sum: f64 = own.iter().sum();
            for own in own {
                *own /= sum;
            }
            rest = others;
        }
        Self::new(levels.to_vec(), probabilities)
    }
}

impl<E: Emissions> HmmFitted<E> {
    fn last(&self) -> f64 {
        self.history[self.history.len() - 1]
    }
}

impl HmmOptions {
    /// That the options make sense, whatever the data.
    ///
    /// # Errors
    /// [`HmmError::Parameter`] for the first that does not.
    pub fn check(&self) -> Result<(), HmmError> {
        let wrong = |name, problem: &str| Err(HmmError::Parameter { name, problem: problem.into() });
        for (name, count) in [("states", self.states), ("initialisations", self.initialisations)] {
            if count == 0 {
                return wrong(name, "is 0, but must be 1 or more");
            }
        }
        for (name, number) in [("tolerance", self.tolerance), ("regularisation", self.regularisation)] {
            if !(number >= 0.0 && number.is_finite()) {
                return wrong(name, &format!("is {number}, but must be finite and zero or more"));
            }
        }
        Ok(())
    }
}
