//! Expectation–maximisation as a learner: one epoch is one iteration.

use burn::tensor::TensorData;
use jensen_data::{Batch, Role};
use jensen_infer::{InferError, Learner, Metrics, StateDict, StepContext, StepReport};
use jensen_random::Rng;

use super::arrays::Arrays;
use super::candidate::Candidate;
use super::data::{Numbers, located};
use super::{ExpectationMaximisation, MixtureError, NamedArray, Rows, Summary};

pub use jensen_infer::LOG_LIKELIHOOD;

/// Learns a model with an exact posterior by expectation–maximisation, a [`Learner`] like any other.
///
/// Each update is the E step of a batch; after the last batch of an epoch comes the M step, so that an epoch is one
/// iteration over all examples, however few of them fit in memory. Several beginnings are taken through the same passes, and
/// the best of them is the model. One that rises by less than `tolerance` nats an example has converged and stays as it is;
/// once all have, learning is [over](Learner::is_converged). One whose M step fails is left behind while there are others.
///
/// The objective that a step reports is the share that its batch has in what the iteration raises, so that the mean over an
/// epoch is the objective of the parameters with which it began. An example that misses values is judged by those that are
/// there; its weight, where there is one, is the number of times that it counts.
///
/// # Example
/// ```
/// use jensen_data::{Array, Dataset, Field, Role};
/// use jensen_infer::{Learner, StepContext};
/// use jensen_models::mixture::{EmLearner, EmOptions, GaussianMixture, Rows};
/// use jensen_random::Rng;
///
/// let values = [0.0, 0.1, 0.2, 5.0, 5.1, 5.2];
/// let rows = Rows::new(&values, 1)?;
/// let options = EmOptions { components: 2, initialisations: 3, ..EmOptions::default() };
/// let mut learner: EmLearner<GaussianMixture> = GaussianMixture::learner(&rows, &options, &Rng::seed(1))?;
///
/// let x = Field::new("x", Role::Observation, vec![1], Array::F64(values.to_vec()))?;
/// let batch = Dataset::from_fields("points", vec![x])?.read(&[0, 1, 2, 3, 4, 5])?;
/// let context = StepContext { step: 0, rng: Rng::seed(0), learning_rate: 0.0, warm_up: 1.0 };
/// while !learner.is_converged() {
///     learner.step(std::slice::from_ref(&batch), &context)?;
/// }
/// assert!((learner.model().means()[0] - learner.model().means()[1]).abs() > 4.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EmLearner<M: ExpectationMaximisation<Regularisation: Sized>> {
    candidates: Vec<Candidate<M>>,
    regularisation: M::Regularisation,
    /// An epoch, and what its rows weigh.
    rows: u64,
    weight: f64,
    tolerance: f64,
    seen: u64,
}

impl<M> EmLearner<M>
where
    M: ExpectationMaximisation<Regularisation: Sized, Statistics: Arrays> + Arrays,
{
    /// From these beginnings on, over the training rows of which `summary` is.
    ///
    /// # Panics
    /// If there is no beginning.
    pub fn new(
        beginnings: Vec<M>,
        regularisation: M::Regularisation,
        summary: &Summary,
        tolerance: f64,
    ) -> Self {
        assert!(!beginnings.is_empty(), "there is a beginning to learn from");
        let candidates = beginnings.into_iter().map(Candidate::new).collect();
        let (rows, weight) = (summary.rows, summary.weight);
        Self { candidates, regularisation, rows, weight, tolerance, seen: 0 }
    }

    /// From so many beginnings on. One that fails is passed over while there are others.
    ///
    /// # Errors
    /// That of the first, if all fail.
    pub(crate) fn begin(
        beginnings: usize,
        begin: impl Fn(u64) -> Result<M, MixtureError>,
        regularisation: M::Regularisation,
        summary: &Summary,
        tolerance: f64,
    ) -> Result<Self, MixtureError> {
        let (mut begun, mut failure) = (Vec::new(), None);
        for at in 0..beginnings as u64 {
            match begin(at) {
                Ok(model) => begun.push(model),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) if begun.is_empty() => Err(error),
            _ => Ok(Self::new(begun, regularisation, summary, tolerance)),
        }
    }

    /// The best of them by the last whole epoch; before one is over, the first.
    pub fn model(&self) -> &M {
        &self.candidates[self.leader()].model
    }

    fn leader(&self) -> usize {
        let mut best = 0;
        for (at, candidate) in self.candidates.iter().enumerate() {
            if candidate.leads(&self.candidates[best]) {
                best = at;
            }
        }
        best
    }

    /// The E step of a batch for all that still rise; gives the objective's share of the leader, who is asked in any case.
    fn expect(&mut self, rows: Rows<'_>) -> Result<f64, MixtureError> {
        let leader = self.leader();
        let mut parts = Vec::with_capacity(self.candidates.len());
        for (at, candidate) in self.candidates.iter().enumerate() {
            let is_asked = candidate.is_rising() || at == leader;
            parts.push(is_asked.then(|| candidate.model.expect(rows)).transpose()?);
        }
        let mut objective = 0.0;
        for (at, (candidate, part)) in self.candidates.iter_mut().zip(parts).enumerate() {
            let Some(part) = part else { continue };
            if at == leader {
                objective = share(&candidate.model, &part, &self.regularisation, self.weight);
            }
            M::merge(&mut candidate.statistics, &part);
        }
        // Of an epoch the mean over examples is that over their weights.
        Ok(objective * self.rows as f64 / self.weight)
    }

    /// The M step of all that still rise.
    fn maximise(&mut self) -> Result<(), MixtureError> {
        let (regularisation, weight, tolerance) = (&self.regularisation, self.weight, self.tolerance);
        let iterated =
            self.candidates.iter_mut().map(|candidate| candidate.iterate(regularisation, weight, tolerance));
        let failures: Vec<_> = iterated.filter_map(Result::err).collect();
        let is_there_one = self.candidates.iter().any(|candidate| !candidate.is_left_behind());
        failures.into_iter().next().filter(|_| !is_there_one).map_or(Ok(()), Err)
    }
}

/// What a batch adds to the objective of all rows, `weight` of them: its own terms, and of what is there without any row as
/// large a part as it has of the weight.
fn share<M: ExpectationMaximisation>(
    model: &M,
    part: &M::Statistics,
    regularisation: &M::Regularisation,
    weight: f64,
) -> f64 {
    let without = model.objective(&model.no_rows(), regularisation);
    model.objective(part, regularisation) - without * (1.0 - M::weight(part) / weight)
}

impl<M> Learner for EmLearner<M>
where
    M: ExpectationMaximisation<Regularisation: Sized, Statistics: Arrays> + Density + Arrays,
{
    fn step(&mut self, batches: &[Batch], _: &StepContext) -> Result<StepReport, InferError> {
        let (mut examples, mut objective) = (0, 0.0);
        for batch in batches {
            let numbers = Numbers::of(batch)?;
            let share = numbers.rows().and_then(|rows| self.expect(rows));
            objective += share.map_err(|error| model_error(located(error, batch.rows())))?;
            objective += batch.log_jacobian().iter().sum::<f64>();
            examples += batch.len();
        }
        self.seen += examples as u64;
        if self.seen >= self.rows {
            self.seen = 0;
            self.maximise().map_err(model_error)?;
        }
        let objective = objective / examples as f64;
        Ok(StepReport { examples, objective, terms: Vec::new(), gradient_norm: None, gradient_noise: None })
    }

    fn evaluate(&self, batch: &Batch, _: Rng) -> Result<Metrics, InferError> {
        measure(self.model(), batch)
    }

    fn monitored(&self) -> &'static str {
        LOG_LIKELIHOOD
    }

    fn is_converged(&self) -> bool {
        self.candidates.iter().all(|candidate| !candidate.is_rising())
    }

    fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        state.insert("seen", TensorData::new(vec![self.seen], [1]));
        for (at, candidate) in self.candidates.iter().enumerate() {
            state.extend_prefixed(&format!("beginning.{at}"), candidate.state());
        }
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        state.check_against(&self.state())?;
        let load = |(at, candidate): (usize, &Candidate<M>)| {
            candidate.with_state(&state.with_prefix_removed(&format!("beginning.{at}")))
        };
        let candidates = self.candidates.iter().enumerate().map(load).collect::<Result<_, _>>()?;
        let seen = state.get("seen").and_then(|seen| seen.iter::<u64>().next());
        self.seen = seen.ok_or_else(|| InferError::State { detail: "`seen` is empty".to_owned() })?;
        self.candidates = candidates;
        Ok(())
    }

    fn weights(&self) -> StateDict {
        to_state(self.model())
    }
}

/// A model that says how likely rows are.
pub trait Density {
    /// `log p(x)` of each row in nats, over the values that are there.
    ///
    /// # Errors
    /// If the rows are not the model's.
    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError>;
}

/// `log p(x)` of each example in nats and the data's own units.
///
/// # Errors
/// If the batch has no observations of the model's width, or a value is infinite.
pub fn log_prob(model: &impl Density, batch: &Batch) -> Result<Vec<f64>, InferError> {
    let numbers = Numbers::of(batch)?;
    let log_prob = numbers.rows().and_then(|rows| model.log_prob(rows));
    let log_prob = log_prob.map_err(|error| model_error(located(error, batch.rows())))?;
    Ok(log_prob.iter().zip(batch.log_jacobian()).map(|(log_prob, jacobian)| log_prob + jacobian).collect())
}

/// The metric [`LOG_LIKELIHOOD`] of a batch, each example as often as its weight says.
///
/// # Errors
/// As [`log_prob`].
pub fn measure(model: &impl Density, batch: &Batch) -> Result<Metrics, InferError> {
    let log_prob = log_prob(model, batch)?;
    let metrics = Metrics::new(batch.len());
    Ok(match weights(batch) {
        // Nothing of a row that does not count, not even an infinity.
        Some(weights) => {
            let counted = log_prob.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
            let sum = counted.map(|(log_prob, weight)| log_prob * weight).sum();
            metrics.with_weight(weights.iter().sum()).with_sum(LOG_LIKELIHOOD, sum)
        }
        None => metrics.with_sum(LOG_LIKELIHOOD, log_prob.iter().sum()),
    })
}

/// The weight of each example, where the data have weights.
pub fn weights(batch: &Batch) -> Option<Vec<f64>> {
    batch.field(Role::Weight).map(|field| field.array().to_f64())
}

/// The arrays of a model as the entries of a state.
pub(crate) fn to_state(model: &impl Arrays) -> StateDict {
    let mut state = StateDict::new();
    for NamedArray { name, shape, values } in model.to_arrays() {
        state.insert(name, TensorData::new(values, shape));
    }
    state
}

/// The model of a kind of the entries of a state.
///
/// # Errors
/// [`InferError::State`] if an array is missing, of another shape, or none of such a model.
pub fn from_state<M: Arrays>(kind: M::Kind, state: &StateDict) -> Result<M, InferError> {
    let arrays: Vec<(String, Vec<usize>, Vec<f64>)> = state
        .iter()
        .map(|(name, data)| (name.to_owned(), data.shape().to_vec(), data.iter::<f64>().collect()))
        .collect();
    let find = |name: &'static str| {
        let (_, shape, values) = arrays.iter().find(|(own, ..)| own == name)?;
        Some((&shape[..], &values[..]))
    };
    M::from_arrays(kind, find).map_err(|error| InferError::State { detail: error.to_string() })
}

/// An error of a model as one of learning.
pub(crate) fn model_error(error: MixtureError) -> InferError {
    InferError::Model(Box::new(error))
}
