//! A mixture behind the verbs.

use burn::tensor::{Device, Tensor, TensorData};
use jensen_data::{Array, Batch};
use jensen_infer::evaluation::Imputation;
use jensen_infer::{InferError, Learner, Metrics, StateDict};
use jensen_models::mixture::{self, EmLearner, GaussianMixture, LOG_LIKELIHOOD, MixtureError, Numbers};
use jensen_random::Rng;

use super::{Code, Examples, Imputing, Model, Samples};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::run_directory::RunRecord;

/// A learner with its beginnings.
pub(super) fn learner(config: &RunConfig, examples: &Examples<'_>) -> Result<Box<dyn Learner>, CliError> {
    let Examples { dataset, train, preprocessing } = examples;
    let examples = mixture::Examples { dataset, rows: train, preprocessing };
    let rng = Rng::seed(config.seed).fork("mixture");
    let learner: EmLearner<GaussianMixture> =
        GaussianMixture::learner(&examples, &config.mixture, &rng).map_err(infer)?;
    Ok(Box::new(learner))
}

/// Why no step of it is made again.
pub(super) fn no_replay() -> CliError {
    CliError::usage("a mixture makes no steps by gradients that could be replayed", "train it again")
}

/// The mixture of these weights.
pub(super) fn trained(
    config: &RunConfig,
    record: &RunRecord,
    weights: &StateDict,
) -> Result<Box<dyn Model>, CliError> {
    let (components, columns) = (config.mixture.components, record.preprocessing.features());
    let kind = config.mixture.covariance;
    let mixture: GaussianMixture = mixture::from_state(kind, weights)?;
    if (mixture.components(), mixture.columns()) == (components, columns) {
        return Ok(Box::new(Trained { mixture }));
    }
    let detail = format!(
        "it has {} components of {} columns, not {components} of {columns}",
        mixture.components(),
        mixture.columns()
    );
    Err(InferError::State { detail }.into())
}

/// An error of a mixture as one of the binary.
fn infer(error: MixtureError) -> CliError {
    InferError::Model(Box::new(error)).into()
}

/// A trained one.
struct Trained {
    mixture: GaussianMixture,
}

impl Trained {
    fn numbers<'b>(&self, batch: &'b Batch) -> Result<Numbers<'b>, CliError> {
        Ok(Numbers::of(batch).map_err(InferError::from)?)
    }
}

impl Model for Trained {
    fn name(&self) -> &'static str {
        "mixture"
    }

    fn can(&self) -> &'static str {
        "evaluate, sample, encode and score, and impute tables"
    }

    fn latent_dim(&self) -> usize {
        self.mixture.components()
    }

    /// One choice.
    fn by_latent(&self, numbers: Vec<f64>) -> Vec<f64> {
        vec![numbers.into_iter().sum()]
    }

    fn measure(&self, batch: &Batch, _: Rng) -> Result<Metrics, CliError> {
        let sum = mixture::log_prob(&self.mixture, batch)?.iter().sum();
        Ok(Metrics::new(batch.len()).with_sum(LOG_LIKELIHOOD, sum))
    }

    fn log_prob(&self, batch: &Batch) -> Option<Result<Vec<f64>, CliError>> {
        Some(mixture::log_prob(&self.mixture, batch).map_err(CliError::from))
    }

    fn score(&self, batch: &Batch, _: Rng) -> Result<Vec<(&'static str, Vec<f64>)>, CliError> {
        Ok(vec![(LOG_LIKELIHOOD, mixture::log_prob(&self.mixture, batch)?)])
    }

    fn codes(&self, batch: &Batch) -> Result<Vec<Code>, CliError> {
        let numbers = self.numbers(batch)?;
        let shares = numbers.rows().and_then(|rows| self.mixture.responsibilities(rows)).map_err(infer)?;
        let width = self.mixture.components();
        let likeliest = shares.chunks_exact(width).map(|shares| {
            let best = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            best.map_or(0, |(component, _)| component as i64)
        });
        let component = Code { name: "component", width: 1, values: Array::I64(likeliest.collect()) };
        Ok(vec![component, Code { name: "responsibility", width, values: Array::F64(shares) }])
    }

    fn mixture(&self) -> Option<&GaussianMixture> {
        Some(&self.mixture)
    }

    fn free_parameters(&self) -> Option<usize> {
        Some(self.mixture.free_parameters())
    }

    fn impute(&self, batch: &Batch, imputing: Imputing, _: Rng) -> Result<Imputation, CliError> {
        if imputing.draws > 0 {
            return Err(self.cannot("draw missing values"));
        }
        let numbers = self.numbers(batch)?;
        let filled = numbers.rows().and_then(|rows| self.mixture.impute(rows)).map_err(infer)?;
        let filled: Vec<f32> = filled.into_iter().map(|value| value as f32).collect();
        let shape = [batch.len(), self.mixture.columns()];
        Ok(Imputation {
            prediction: Tensor::from_data(TensorData::new(filled, shape), &Device::flex()),
            draws: None,
            // It is no estimate: as good as any number of samples.
            effective_samples: vec![imputing.samples as f64; batch.len()],
        })
    }

    fn sample(&self, rows: usize, temperature: f64, rng: Rng) -> Result<Samples, CliError> {
        let draws = self.mixture.sample(&rng, rows);
        let mut values = draws.values;
        let of_rows = values.chunks_exact_mut(self.mixture.columns());
        for (row, component) in of_rows.zip(draws.components) {
            for (value, mean) in row.iter_mut().zip(self.mixture.mean(component)) {
                *value = mean + temperature * (*value - mean);
            }
        }
        Ok(Samples::Observations(values))
    }
}
