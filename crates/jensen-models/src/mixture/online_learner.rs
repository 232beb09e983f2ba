//! Online expectation–maximisation as a learner: one update is one batch.

use burn::tensor::TensorData;
use jensen_data::Batch;
use jensen_infer::{InferError, Learner, Metrics, StateDict, StepContext, StepReport};
use jensen_random::Rng;

use super::arrays::Arrays;
use super::data::Numbers;
use super::measure::{LOG_LIKELIHOOD, measure};
use super::restarts::{beginning, best_of};
use super::state::{from_state, to_state};
use super::{EmOptions, GaussianMixture, MixtureError, OnlineEm, RowSource, Statistics, Subsample, Summary};

/// Learns a mixture of Gaussians from one batch after the other, by [`OnlineEm`]: data that are too many for passes over all
/// of them, or come as a stream. A step reports the log-likelihood of its batch before it was learned from.
#[derive(Debug)]
pub struct OnlineLearner {
    online: OnlineEm,
}

impl OnlineLearner {
    /// From the likeliest of some beginnings on, with steps that fall with the power `exponent` of the number of batches.
    ///
    /// # Errors
    /// As [`GaussianMixture::fit`], and [`OnlineEm::new`].
    pub fn new(
        source: &dyn RowSource,
        options: &EmOptions,
        exponent: f64,
        rng: &Rng,
    ) -> Result<Self, MixtureError> {
        let summary = Summary::of(source)?;
        let floor = options.regularisation_of(&summary)?;
        let subsample = Subsample::draw(source, options.subsample, rng)?;
        let rows = subsample.rows()?;
        let begin = |at| {
            let begun = GaussianMixture::beginning(rows, options, &summary, &floor, &beginning(rng, at))?;
            let log_likelihood = Statistics::expect(&begun, rows)?.log_likelihood();
            Ok::<_, MixtureError>((log_likelihood, begun))
        };
        let (_, start) = best_of(options.initialisations, begin, |(log_likelihood, _)| *log_likelihood)?;
        Ok(Self { online: OnlineEm::new(start, exponent, floor)? })
    }

    /// The mixture after the last batch.
    pub fn model(&self) -> &GaussianMixture {
        self.online.mixture()
    }
}

impl Learner for OnlineLearner {
    fn step(&mut self, batches: &[Batch], _: &StepContext) -> Result<StepReport, InferError> {
        let (mut examples, mut objective) = (0, 0.0);
        let before = self.online.clone();
        for batch in batches {
            let numbers = Numbers::of(batch)?;
            let learned = numbers.rows().and_then(|rows| match self.online.update(rows) {
                // Nothing in the batch counts: nothing is learned from it.
                Err(MixtureError::NoRows) => Ok(0.0),
                other => other,
            });
            match learned {
                Ok(mean) => objective += mean * batch.len() as f64 + batch.log_jacobian().iter().sum::<f64>(),
                Err(error) => {
                    self.online = before;
                    return Err(error.of_rows(batch.rows()).into());
                }
            }
            examples += batch.len();
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

    fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        state.extend_prefixed("model", to_state(self.model()));
        state.extend_prefixed("statistics", to_state(self.online.statistics()));
        state.insert("batches", TensorData::new(vec![self.online.batches()], [1]));
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        state.check_against(&self.state())?;
        let kind = self.model().kind();
        let mixture = from_state(kind, &state.with_prefix_removed("model"))?;
        let statistics = from_state(kind, &state.with_prefix_removed("statistics"))?;
        let batches = state.get("batches").and_then(|batches| batches.iter::<u64>().next());
        self.online = self.online.clone().going_on(mixture, statistics, batches.unwrap_or_default());
        Ok(())
    }

    fn weights(&self) -> StateDict {
        to_state(self.model())
    }
}
