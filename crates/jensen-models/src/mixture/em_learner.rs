//! Expectation–maximisation as a learner: one epoch is one iteration.

use burn::tensor::TensorData;
use jensen_data::Batch;
use jensen_infer::{InferError, Learner, Metrics, StateDict, StepContext, StepReport};
use jensen_random::Rng;

use super::arrays::Arrays;
use super::candidate::Candidate;
use super::data::Numbers;
use super::measure::{LOG_LIKELIHOOD, measure};
use super::state::to_state;
use super::{Density, ExpectationMaximisation, MixtureError, Rows};

/// Learns a model with an exact posterior by expectation–maximisation, a [`Learner`] like any other.
///
/// Each update is the E step of a batch; after the last batch of an epoch comes the M step, so that an epoch is one
/// iteration over all examples, however few of them fit in memory. Several beginnings are taken through the same passes, and
/// the best of them is the model. One that rises by less than `tolerance` nats an example has converged and stays as it is;
/// once all have, learning is [over](Learner::is_converged). One that fails in a step is left behind while there are others.
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
    /// From these beginnings on, over so many training rows that weigh so much together, as the model weighs them.
    ///
    /// # Panics
    /// If there is no beginning.
    pub fn new(
        beginnings: Vec<M>,
        regularisation: M::Regularisation,
        (rows, weight): (u64, f64),
        tolerance: f64,
    ) -> Self {
        assert!(!beginnings.is_empty(), "there is a beginning to learn from");
        let candidates = beginnings.into_iter().map(Candidate::new).collect();
        Self { candidates, regularisation, rows, weight, tolerance, seen: 0 }
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

    /// The E step of a batch for all that still rise; gives the objective's share of the leader, who is asked in any case. One that
    /// fails is left behind while there are others.
    fn expect(&mut self, rows: Rows<'_>) -> Result<f64, MixtureError> {
        let leader = self.leader();
        let ask = |(at, candidate): (usize, &Candidate<M>)| {
            (candidate.is_rising() || at == leader).then(|| candidate.model.expect(rows))
        };
        let mut asked: Vec<_> = self.candidates.iter().enumerate().map(ask).collect();
        // What fails for all is the fault of the rows.
        if !asked.iter().flatten().any(Result::is_ok) {
            return asked.swap_remove(leader).map_or(Ok(0.0), |failed| failed.map(|_| 0.0));
        }
        let mut parts = Vec::with_capacity(asked.len());
        for (candidate, part) in self.candidates.iter_mut().zip(asked) {
            if let Some(Err(_)) = part {
                candidate.leave_behind();
            }
            let part = part.and_then(Result::ok);
            if let Some(part) = &part {
                M::merge(&mut candidate.statistics, part);
            }
            parts.push(part);
        }
        let leader = self.leader();
        let model = &self.candidates[leader].model;
        let part = parts.swap_remove(leader).map_or_else(|| model.expect(rows), Ok)?;
        let objective = share(model, &part, &self.regularisation, self.weight);
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
    M: ExpectationMaximisation<Regularisation: Sized, Statistics: Arrays> + Density + Arrays + Clone,
{
    fn step(&mut self, batches: &[Batch], _: &StepContext) -> Result<StepReport, InferError> {
        let (mut examples, mut objective) = (0, 0.0);
        for batch in batches {
            let numbers = Numbers::of(batch)?;
            let share = numbers.rows().and_then(|rows| self.expect(rows));
            objective += share.map_err(|error| error.of_rows(batch.rows()))?;
            objective += batch.log_jacobian().iter().sum::<f64>();
            examples += batch.len();
        }
        self.seen += examples as u64;
        if self.seen >= self.rows {
            self.seen = 0;
            self.maximise()?;
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
        to_state(&self.model().canonical())
    }
}
