//! A variational autoencoder behind the verbs.

use burn::tensor::{Device, Tensor};
use jensen_data::{Batch, DType, DataError, Dataset, Preprocessing, Role, Rows, Support};
use jensen_infer::estimator::Dimensions;
use jensen_infer::evaluation::{
    self, Decomposition, ExampleBound, ImportanceSampling, Imputation, ImputationSampling,
};
use jensen_infer::{Evidence, JointModel, Learner, Metrics, StateDict, VariationalLearner, with_parameters};
use jensen_models::likelihood::LikelihoodConfig;
use jensen_models::nets::{ImageShape, NetSize};
use jensen_models::posterior::Posterior;
use jensen_models::table::TableLayout;
use jensen_models::{OutputBias, Vae, VaeConfig};
use jensen_prob::Distribution;
use jensen_random::Rng;

use super::size::{self, Purpose};
use super::{Encoding, Examples, Imputing, Model, Traversal};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::run_directory::RunRecord;

/// Draws that the mean of a learned prior is measured by.
const PRIOR_DRAWS: usize = 1000;

/// A trained VAE on a plain device.
struct TrainedVae {
    vae: Vae,
    latent_dim: usize,
    rows_at_once: usize,
    device: Device,
}

/// What the data look like to a VAE; refused if the likelihood gives them no probability.
pub(super) fn preprocessing(
    config: &RunConfig,
    dataset: &Dataset,
    train: &Rows,
) -> Result<Preprocessing, CliError> {
    let name = dataset.name();
    let no_bits = || {
        CliError::usage(
            format!("a Bernoulli likelihood is for bits, but {name} holds other values"),
            "give `--likelihood gaussian` for real numbers, `--binarize dynamic` for grey images, or `--likelihood \
             logistic` for 8-bit images as they are",
        )
    };
    if config.vae.likelihood.is_table() {
        return Ok(Preprocessing::fit_table(&config.data, dataset, train)?);
    }
    let fitted = match Preprocessing::fit(&config.data, dataset, train) {
        Err(DataError::OutsideUnit { .. }) if config.vae.likelihood == (LikelihoodConfig::Bernoulli {}) => {
            return Err(no_bits());
        }
        fitted => fitted?,
    };
    match config.vae.likelihood {
        LikelihoodConfig::Bernoulli {} if fitted.support() != Support::Binary => Err(no_bits()),
        LikelihoodConfig::Logistic {} if fitted.dtype() != DType::U8 || fitted.support() == Support::Real => {
            Err(CliError::usage(
                format!(
                    "a discretized logistic likelihood is for 8-bit images scaled to [0, 1], which {name} is not"
                ),
                "leave `data.scale` and `data.standardize` at their defaults, or give `--likelihood gaussian`",
            ))
        }
        likelihood if likelihood.is_discrete() => Ok(fitted.for_discrete_likelihood()),
        _ => Ok(fitted),
    }
}

/// A learner with fresh weights, by the reparameterised gradient.
pub(super) fn learner(
    config: &RunConfig,
    examples: &Examples<'_>,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let Examples { dataset, train, preprocessing } = examples;
    let size = net_size(config, &dataset.require(Role::Observation)?.shape, preprocessing)?;
    size::check(size, Purpose::Training)?;
    let rng = Rng::seed(config.seed).fork("weights");
    let device = device.clone().autodiff();
    let vae = match preprocessing.table() {
        Some(schema) => config.vae.init_table(schema, &rng, &device)?,
        None => {
            let shape = image_shape(&dataset.require(Role::Observation)?.shape)?;
            let mean = preprocessing.mean(dataset, train)?;
            config.vae.init(shape, &mean, &rng, &device)?
        }
    };
    learning(config, vae, preprocessing.features(), &device)
}

/// The learner of the configured estimator, objective and optimizer.
fn learning(
    config: &RunConfig,
    vae: Vae,
    features: usize,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let of = dimensions(config, features, device);
    let estimator = config.estimator.continuous::<Vae, Vae>(of)?;
    let learner = VariationalLearner::new(vae, estimator, &config.objective, &config.optimizer)?;
    Ok(Box::new(learner.with_noise_every(config.estimator.noise_every)))
}

/// What an estimator is made for.
pub(super) fn dimensions<'a>(config: &RunConfig, features: usize, device: &'a Device) -> Dimensions<'a> {
    let rng = Rng::seed(config.seed).fork("estimator");
    Dimensions { features, latents: config.vae.latent_dim, rng, device }
}

/// A learner whose weights come with a state.
pub(super) fn blank_learner(
    config: &RunConfig,
    record: &RunRecord,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let device = device.clone().autodiff();
    learning(config, blank(config, record, &device)?, record.preprocessing.features(), &device)
}

/// A VAE whose weights, the bias included, are still to come.
fn blank(config: &RunConfig, record: &RunRecord, device: &Device) -> Result<Vae, CliError> {
    let blank = VaeConfig { output_bias: OutputBias::Zero, ..config.vae.clone() };
    Ok(match record.preprocessing.table() {
        Some(schema) => blank.init_table(schema, &Rng::seed(0), device)?,
        None => blank.init(image_shape(&record.shape)?, &[], &Rng::seed(0), device)?,
    })
}

/// The VAE with these weights.
pub(super) fn trained(
    config: &RunConfig,
    record: &RunRecord,
    weights: &StateDict,
    device: &Device,
) -> Result<Box<dyn Model>, CliError> {
    let size = net_size(config, &record.shape, &record.preprocessing)?;
    size::check(size, Purpose::Inference)?;
    let vae = with_parameters(blank(config, record, device)?, weights)?;
    let (latent_dim, rows_at_once) = (config.vae.latent_dim, size::rows_at_once(size));
    Ok(Box::new(TrainedVae { vae, latent_dim, rows_at_once, device: device.clone() }))
}

/// How large the net of a configuration is: of a table by what the encoder sees of a row.
pub(super) fn net_size(
    config: &RunConfig,
    shape: &[usize],
    preprocessing: &Preprocessing,
) -> Result<NetSize, CliError> {
    let shape = match preprocessing.table() {
        Some(schema) => image_shape(&[TableLayout::new(schema).inputs()])?,
        None => image_shape(shape)?,
    };
    Ok(config.vae.size(shape))
}

pub(super) fn image_shape(shape: &[usize]) -> Result<ImageShape, CliError> {
    ImageShape::from_example(shape).map_err(|error| CliError::usage(error.to_string(), ""))
}

impl TrainedVae {
    fn evidence<'b>(&self, batch: &'b Batch) -> Result<Evidence<'b, Vae>, CliError> {
        Ok(Evidence::read(batch, &self.device)?)
    }

    fn posterior(&self, batch: &Batch) -> Result<Posterior, CliError> {
        Ok(self.vae.encode(batch.tensor(Role::Observation, &self.device)?))
    }
}

impl Model for TrainedVae {
    fn name(&self) -> &'static str {
        "VAE"
    }

    fn can(&self) -> &'static str {
        "evaluate, sample, reconstruct, interpolate, traverse, encode, decode and score, and impute tables"
    }

    fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    fn measure(&self, batch: &Batch, rng: Rng) -> Result<Metrics, CliError> {
        Ok(evaluation::measure(&self.vae, &self.evidence(batch)?, rng))
    }

    fn bounds(&self, batch: &Batch, rng: Rng) -> Result<Vec<ExampleBound>, CliError> {
        Ok(evaluation::bounds(&self.vae, &self.evidence(batch)?, rng))
    }

    fn log_likelihood(&self, batch: &Batch, samples: usize, rng: Rng) -> Result<Vec<f64>, CliError> {
        let sampling = ImportanceSampling { samples, rows_at_once: self.rows_at_once };
        Ok(evaluation::importance_weighted(&self.vae, &self.evidence(batch)?, sampling, rng))
    }

    fn decompose(&self, batch: &Batch, rng: Rng) -> Result<Decomposition, CliError> {
        let (posterior, prior) = (self.posterior(batch)?, self.vae.prior(&()));
        let (Posterior::Normal(posterior), Some(prior)) = (&posterior, prior.normal()) else {
            return Err(CliError::usage(
                "a divergence is taken apart by dimensions, which this posterior or prior does not have apart",
                "train with `--prior normal --posterior normal`",
            ));
        };
        Ok(evaluation::decomposition_of(posterior, prior, batch.rows(), rng))
    }

    fn encode(&self, batch: &Batch) -> Result<Encoding, CliError> {
        let posterior = self.posterior(batch)?;
        let rng = Rng::seed(0).fork("encoding");
        let log_variance = posterior.log_variance(&rng.name_rows(batch.rows()));
        Ok(Encoding { mean: posterior.location(), log_variance })
    }

    fn decode(&self, latents: Tensor<2>) -> Result<Tensor<2>, CliError> {
        Ok(self.vae.decode(latents))
    }

    fn draw(&self, latents: Tensor<2>, rng: Rng) -> Result<Tensor<2>, CliError> {
        Ok(self.vae.decoder.forward(latents).sample(&rng))
    }

    fn impute(&self, batch: &Batch, imputing: Imputing, rng: Rng) -> Result<Imputation, CliError> {
        if !self.vae.decoder.likelihood_config().is_table() {
            return Err(CliError::usage(
                "the model's likelihood has no place for missing values: it is not that of a table",
                "train on a table: `jensen train --data table.csv`, without `--likelihood`",
            ));
        }
        let Imputing { samples, draws } = imputing;
        let sampling = ImputationSampling { samples, draws, rows_at_once: self.rows_at_once };
        Ok(evaluation::impute(&self.vae, &self.evidence(batch)?, sampling, rng))
    }

    /// About the mean of a prior that is learned, by draws.
    fn traversal(&self) -> Traversal {
        let plain = Traversal::of_standard_normal(self.latent_dim);
        if self.vae.prior.is_none() {
            return plain;
        }
        let draws = self.vae.sample_latents(PRIOR_DRAWS, 1.0, &Rng::seed(0).fork("traversal"));
        Traversal { center: draws.mean_dim(0).into_data().iter::<f32>().collect(), ..plain }
    }

    fn sample_prior(&self, rows: usize, temperature: f64, rng: Rng) -> Result<Tensor<2>, CliError> {
        Ok(self.vae.sample_latents(rows, temperature, &rng))
    }
}
