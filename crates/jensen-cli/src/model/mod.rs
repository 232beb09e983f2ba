//! What a run can do, whatever its model.
//!
//! The binary holds every run behind [`Model`] and trains everything behind [`Learner`]; which model
//! is meant is decided here, once, by the configuration.

mod autoencoder;
mod categorical;
mod mdn;
mod mixture;
mod sbn;
mod size;
mod vae;

use burn::tensor::{Device, Tensor};
use jensen_data::{Array, Batch, Dataset, Preprocessing, Rows, Target};
use jensen_infer::evaluation::{Decomposition, Imputation, Sandwich};
use jensen_infer::{Learner, Metrics, StateDict};
use jensen_models::factor::FactorMixture;
use jensen_models::hmm::SequenceModel;
use jensen_models::mixture::{BayesianMixture, DiscreteMixture, GaussianMixture};
use jensen_models::{CategoricalVae, Sbn, Vae, latent_path};
use jensen_prob::Variance;
use jensen_random::Rng;

use crate::config::{Emissions, ModelKind, RunConfig};
use crate::error::CliError;
use crate::evaluation::Evidence;
use crate::picture::grid::Unit;
use crate::run_directory::RunRecord;
use crate::view::to_vec;

pub use mixture::{Components, Emitted, States, weighty};

/// A trained model, without gradients.
///
/// Whatever a model does not implement it cannot do; asking for it is a wrong use of the command.
pub trait Model {
    /// The kind of model, for messages.
    fn name(&self) -> &'static str;

    /// What it can do, for messages.
    fn can(&self) -> &'static str;

    /// How many numbers the latents of an example are.
    fn latent_dim(&self) -> usize;

    /// One value a latent from one a number: of a choice among categories their sum.
    fn by_latent(&self, numbers: Vec<f64>) -> Vec<f64>;

    /// Sums over the examples of a batch that [`Metrics::merge`] adds up over a split.
    fn measure(&self, batch: &Batch, rng: Rng) -> Result<Metrics, CliError>;

    /// `log p(x)` of each example, of a model that knows it.
    fn log_prob(&self, _: &Batch) -> Option<Result<Vec<f64>, CliError>> {
        None
    }

    /// How likely each example is, in nats, under the names of what is said of it; the first says most.
    fn score(&self, _: &Batch, _: Rng) -> Result<Vec<(&'static str, Vec<f64>)>, CliError> {
        Err(self.cannot("say how likely each example is"))
    }

    /// Bounds on `log p(x)` of each example by importance sampling with exactly `samples` draws.
    fn sandwich(&self, _: &Batch, _samples: usize, _: Rng) -> Result<Vec<Sandwich>, CliError> {
        Err(self.cannot("estimate a likelihood by importance sampling"))
    }

    /// What the divergence of the posteriors of these examples from the prior is made of.
    fn decompose(&self, _: &Batch, _: Rng) -> Result<Decomposition, CliError> {
        Err(self.cannot("take the divergence apart"))
    }

    /// The posterior of each example.
    fn encode(&self, _: &Batch) -> Result<Encoding, CliError> {
        Err(self.cannot("place examples among its latents"))
    }

    /// The posterior of each example in numbers.
    fn codes(&self, batch: &Batch) -> Result<Vec<Code>, CliError> {
        Ok(self.encode(batch)?.into())
    }

    /// Its components, if it is a mixture.
    fn components(&self) -> Option<Components<'_>> {
        None
    }

    /// What it predicts, if it is a model of that given the rest and not of examples.
    fn target(&self) -> Option<&Target> {
        None
    }

    /// What is to be predicted, drawn for each example, deviations multiplied by the temperature.
    fn predict(&self, _: &Batch, _temperature: f64, _: Rng) -> Result<Prediction, CliError> {
        Err(self.cannot("predict some columns from others"))
    }

    /// What is known of the evidence of all training examples, of a posterior over parameters.
    fn evidence(&self, _: &Examples<'_>) -> Option<Result<Evidence, CliError>> {
        None
    }

    /// How many parameters are free: what information criteria count, of a model whose likelihood is at its maximum.
    fn free_parameters(&self) -> Option<usize> {
        None
    }

    /// How many observations each example holds, as information criteria count them: one, but of a sequence its steps.
    ///
    /// # Errors
    /// If the batch has none.
    fn observations(&self, batch: &Batch) -> Result<Vec<f64>, CliError> {
        Ok(vec![1.0; batch.len()])
    }

    /// That it makes observations of latents, which a verb is about.
    fn check_decodes(&self, verb: &'static str) -> Result<(), CliError> {
        Err(self.cannot(verb))
    }

    /// What is wrong with a row of latents, if the model has no such value: `expected …`.
    fn refuses(&self, latent: &[f32]) -> Option<&'static str> {
        let _ = latent;
        None
    }

    /// The mean observation given latents `[rows, latent]`, as the model sees data: `[rows, features]`.
    fn decode(&self, _: Tensor<2>) -> Result<Tensor<2>, CliError> {
        Err(self.cannot("decode"))
    }

    /// An observation drawn for each of the latents `[rows, latent]`, as the model sees data:
    /// `[rows, features]`.
    fn draw(&self, _: Tensor<2>, _: Rng) -> Result<Tensor<2>, CliError> {
        Err(self.cannot("draw observations"))
    }

    /// What the missing entries of each example were.
    fn impute(&self, _: &Batch, _: Imputing, _: Rng) -> Result<Imputed, CliError> {
        Err(self.cannot("fill in missing values"))
    }

    /// Invented examples, more or less typical by `temperature`.
    fn sample(&self, rows: usize, temperature: f64, rng: Rng) -> Result<Samples, CliError>;

    /// The way through the latent space on which one dimension after the other is shown.
    fn traversal(&self) -> Result<Traversal, CliError> {
        Err(self.cannot("traverse"))
    }

    /// The error for something it cannot do.
    fn cannot(&self, verb: &'static str) -> CliError {
        CliError::Unsupported { model: self.name(), verb, can: self.can() }
    }
}

/// What a model invents.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Samples {
    /// Latents from the prior, its deviations multiplied or its logits divided by the temperature, `[rows, latent]`: what
    /// is shown is their mean observation.
    Latents(Tensor<2>),
    /// Observations as the model sees data, `[rows, features]`, their deviations from the chosen component's mean
    /// multiplied by the temperature.
    Observations(Vec<f64>),
}

/// What is drawn for some examples of what is to be predicted.
pub struct Prediction {
    /// Of which component each is.
    pub components: Vec<i64>,
    /// Rows in the target's own units.
    pub values: Vec<f64>,
}

/// Numbers that say where examples are encoded, `width` an example.
pub struct Code {
    /// What they are.
    pub name: &'static str,
    /// How many there are of an example.
    pub width: usize,
    /// All of them.
    pub values: Array,
}

/// Where one latent variable goes while all others stay.
pub struct Traversal {
    /// The prior's mean, `[latent]`.
    pub center: Vec<f32>,
    /// How many there are to be moved, the first of the latents: all but those that an observation does not
    /// depend on once these are known.
    pub variables: usize,
    /// The values of the one that moves; of a choice, its categories.
    pub values: Vec<f64>,
    /// What they are counted in.
    pub unit: Unit,
}

impl Traversal {
    /// Three deviations to either side of 0.
    pub fn of_standard_normal(latent_dim: usize) -> Self {
        let values = vec![-3.0, -2.25, -1.5, -0.75, 0.0, 0.75, 1.5, 2.25, 3.0];
        Self { center: vec![0.0; latent_dim], variables: latent_dim, values, unit: Unit::Deviations }
    }

    /// The latents on the way of each of these variables: `[variables · values, latent]`.
    pub fn along(&self, variables: &[usize], device: &Device) -> Tensor<2> {
        match self.unit {
            Unit::Deviations | Unit::Bits => {
                latent_path::along(variables, &self.values, &self.center, device)
            }
            Unit::Categories { of } => {
                latent_path::among(variables, self.values.len(), of, &self.center, device)
            }
        }
    }
}

/// Where posteriors lie and how wide they are, `[rows, latent]` each.
pub struct Encoding {
    /// The mean; of a flow, where that of its base goes.
    pub mean: Tensor<2>,
    /// The logarithm of the variance of each dimension; of a flow, that of many draws.
    pub log_variance: Tensor<2>,
}

impl Encoding {
    /// Of posteriors whose moments are known.
    pub fn of(posterior: &impl Variance<Value = Tensor<2>>) -> Self {
        Self { mean: posterior.mean(), log_variance: posterior.variance().log() }
    }
}

impl Code {
    /// All of them in one array, row by row: in single precision if each is.
    pub fn beside(codes: &[Self]) -> Self {
        let width = codes.iter().map(|code| code.width).sum();
        let is_single = codes.iter().all(|code| matches!(code.values, Array::F32(_)));
        let columns: Vec<(usize, Vec<f64>)> =
            codes.iter().map(|code| (code.width, code.values.to_f64())).collect();
        let rows = columns.first().map_or(0, |(width, values)| values.len() / width);
        let row = |row: usize| {
            columns.iter().flat_map(move |(width, values)| &values[row * width..(row + 1) * width]).copied()
        };
        let values = (0..rows).flat_map(row);
        let values = if is_single {
            Array::F32(values.map(|value| value as f32).collect())
        } else {
            Array::F64(values.collect())
        };
        Self { name: "z", width, values }
    }
}

impl From<Encoding> for Vec<Code> {
    fn from(encoding: Encoding) -> Self {
        let width = encoding.mean.dims()[1];
        let code = |name, values| Code { name, width, values: Array::F32(to_vec(values)) };
        vec![code("mean", encoding.mean), code("log_variance", encoding.log_variance)]
    }
}

/// How missing entries are filled in.
#[derive(Clone, Copy, Debug)]
pub struct Imputing {
    /// Importance samples of each example.
    pub samples: usize,
    /// Draws of each example beside the prediction.
    pub draws: usize,
}

/// Examples without missing entries, as the model sees them, `[rows, features]`.
pub struct Imputed {
    /// What is expected where an entry is missing.
    pub prediction: Vec<f64>,
    /// What was drawn there, `[draws, rows, features]`, if draws were asked for.
    pub draws: Option<Vec<f64>>,
    /// How many equally weighted samples those of each example are worth.
    pub effective_samples: Vec<f64>,
}

impl From<Imputation> for Imputed {
    fn from(imputation: Imputation) -> Self {
        let numbers = |values: Tensor<2>| values.into_data().iter::<f64>().collect();
        Self {
            prediction: numbers(imputation.prediction),
            draws: imputation.draws.map(numbers),
            effective_samples: imputation.effective_samples,
        }
    }
}

/// What a model is made for: the training examples.
pub struct Examples<'a> {
    /// The data set.
    pub dataset: &'a Dataset,
    /// The rows that are learned from.
    pub train: &'a Rows,
    /// How they are prepared.
    pub preprocessing: &'a Preprocessing,
}

/// What training data look like to the model of a configuration.
///
/// # Errors
/// If the data do not fit the model's likelihood.
pub fn preprocessing(config: &RunConfig, dataset: &Dataset, train: &Rows) -> Result<Preprocessing, CliError> {
    match config.model {
        ModelKind::Vae | ModelKind::Sbn | ModelKind::CatVae => vae::preprocessing(config, dataset, train),
        ModelKind::Gmm | ModelKind::Bgmm | ModelKind::Ppca | ModelKind::Fa | ModelKind::Mfa => {
            Ok(Preprocessing::fit_numbers(&config.data, dataset, train)?)
        }
        ModelKind::Cmm => mixture::preprocessing(config, dataset, train),
        ModelKind::Hmm => mixture::preprocessing_of_sequences(config, dataset, train),
        ModelKind::Mdn => mdn::preprocessing(&config.data, dataset, train),
    }
}

/// Whether the model of a configuration gives examples a probability, which has no unit, and not a
/// density, which has.
pub fn is_discrete(config: &RunConfig) -> bool {
    match config.model {
        ModelKind::Vae | ModelKind::Sbn | ModelKind::CatVae => config.vae.likelihood.is_discrete(),
        ModelKind::Gmm
        | ModelKind::Bgmm
        | ModelKind::Ppca
        | ModelKind::Fa
        | ModelKind::Mfa
        | ModelKind::Mdn => false,
        ModelKind::Cmm => true,
        ModelKind::Hmm => config.mixture.emissions == Emissions::Categorical,
    }
}

/// A learner with fresh weights.
///
/// # Errors
/// If the configuration does not fit the data.
pub fn learner(
    config: &RunConfig,
    examples: &Examples<'_>,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    match config.model {
        ModelKind::Vae => autoencoder::learner::<Vae>(config, examples, device),
        ModelKind::Sbn => autoencoder::learner::<Sbn>(config, examples, device),
        ModelKind::CatVae => autoencoder::learner::<CategoricalVae>(config, examples, device),
        ModelKind::Gmm => mixture::learner::<GaussianMixture>(config, examples),
        ModelKind::Bgmm => mixture::learner::<BayesianMixture>(config, examples),
        ModelKind::Cmm => mixture::learner::<DiscreteMixture>(config, examples),
        ModelKind::Ppca | ModelKind::Fa | ModelKind::Mfa => {
            mixture::learner::<FactorMixture>(config, examples)
        }
        ModelKind::Hmm => match config.mixture.emissions {
            Emissions::Gaussian => mixture::learner::<SequenceModel<GaussianMixture>>(config, examples),
            Emissions::Categorical => mixture::learner::<SequenceModel<DiscreteMixture>>(config, examples),
        },
        ModelKind::Mdn => mdn::learner(config, examples, device),
    }
}

/// A learner for observations as a run found them, whose weights come with a state.
///
/// # Errors
/// If the configuration does not fit the observations.
pub fn blank_learner(
    config: &RunConfig,
    record: &RunRecord,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    match config.model {
        ModelKind::Vae => autoencoder::blank_learner::<Vae>(config, record, device),
        ModelKind::Sbn => autoencoder::blank_learner::<Sbn>(config, record, device),
        ModelKind::CatVae => autoencoder::blank_learner::<CategoricalVae>(config, record, device),
        ModelKind::Mdn => mdn::blank_learner(config, record, device),
        _ => Err(mixture::no_replay()),
    }
}

/// A trained model for observations as a run found them.
///
/// # Errors
/// If the weights are those of another configuration.
pub fn trained(
    config: &RunConfig,
    record: &RunRecord,
    weights: &StateDict,
    device: &Device,
) -> Result<Box<dyn Model>, CliError> {
    match config.model {
        ModelKind::Vae => autoencoder::trained::<Vae>(config, record, weights, device),
        ModelKind::Sbn => autoencoder::trained::<Sbn>(config, record, weights, device),
        ModelKind::CatVae => autoencoder::trained::<CategoricalVae>(config, record, weights, device),
        ModelKind::Gmm => mixture::trained::<GaussianMixture>(config, record, weights),
        ModelKind::Bgmm => mixture::trained::<BayesianMixture>(config, record, weights),
        ModelKind::Cmm => mixture::trained::<DiscreteMixture>(config, record, weights),
        ModelKind::Ppca | ModelKind::Fa | ModelKind::Mfa => {
            mixture::trained::<FactorMixture>(config, record, weights)
        }
        ModelKind::Hmm => match config.mixture.emissions {
            Emissions::Gaussian => {
                mixture::trained::<SequenceModel<GaussianMixture>>(config, record, weights)
            }
            Emissions::Categorical => {
                mixture::trained::<SequenceModel<DiscreteMixture>>(config, record, weights)
            }
        },
        ModelKind::Mdn => mdn::trained(config, record, weights, device),
    }
}
