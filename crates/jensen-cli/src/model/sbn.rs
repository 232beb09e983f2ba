//! A sigmoid belief net behind the verbs.

use burn::tensor::{Device, Tensor};
use jensen_data::{Batch, Role};
use jensen_infer::evaluation::{self, Decomposition, ExampleBound, ImportanceSampling};
use jensen_infer::{Evidence, JointModel, Learner, Metrics, StateDict, VariationalLearner, with_parameters};
use jensen_models::{BinaryDecoder, BinaryEncoder, OutputBias, Sbn, VaeConfig};
use jensen_prob::{Distribution, Mean, Variance};
use jensen_random::Rng;

use super::size::{self, Purpose};
use super::vae::{dimensions, image_shape, net_size};
use super::{Encoding, Examples, Model, Traversal};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::picture::grid::Unit;
use crate::run_directory::RunRecord;
use crate::view::to_vec;

/// A trained net on a plain device.
struct TrainedSbn {
    sbn: Sbn,
    latent_dim: usize,
    rows_at_once: usize,
    device: Device,
}

/// A learner with fresh weights.
pub(super) fn learner(
    config: &RunConfig,
    examples: &Examples<'_>,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let Examples { dataset, train, preprocessing } = examples;
    let shape = &dataset.require(Role::Observation)?.shape;
    size::check(net_size(config, shape, preprocessing)?, Purpose::Training)?;
    let device = device.clone().autodiff();
    let (rng, mean) = (Rng::seed(config.seed).fork("weights"), preprocessing.mean(dataset, train)?);
    let sbn = config.vae.init_binary(image_shape(shape)?, &mean, &rng, &device)?;
    learning(config, sbn, preprocessing.features(), &device)
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

fn learning(
    config: &RunConfig,
    sbn: Sbn,
    features: usize,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let of = dimensions(config, features, device);
    let estimator = config.estimator.discrete::<BinaryDecoder, BinaryEncoder>(of)?;
    let learner = VariationalLearner::new(sbn, estimator, &config.objective, &config.optimizer)?;
    Ok(Box::new(learner.with_noise_every(config.estimator.noise_every)))
}

/// A net whose weights are still to come.
fn blank(config: &RunConfig, record: &RunRecord, device: &Device) -> Result<Sbn, CliError> {
    let blank = VaeConfig { output_bias: OutputBias::Zero, ..config.vae.clone() };
    Ok(blank.init_binary(image_shape(&record.shape)?, &[], &Rng::seed(0), device)?)
}

/// The net with these weights.
pub(super) fn trained(
    config: &RunConfig,
    record: &RunRecord,
    weights: &StateDict,
    device: &Device,
) -> Result<Box<dyn Model>, CliError> {
    let size = net_size(config, &record.shape, &record.preprocessing)?;
    size::check(size, Purpose::Inference)?;
    let sbn = with_parameters(blank(config, record, device)?, weights)?;
    let (latent_dim, rows_at_once) = (config.vae.latent_dim, size::rows_at_once(size));
    Ok(Box::new(TrainedSbn { sbn, latent_dim, rows_at_once, device: device.clone() }))
}

impl TrainedSbn {
    fn evidence<'b>(&self, batch: &'b Batch) -> Result<Evidence<'b, BinaryDecoder>, CliError> {
        Ok(Evidence::read(batch, &self.device)?)
    }
}

impl Model for TrainedSbn {
    fn name(&self) -> &'static str {
        "sigmoid belief net"
    }

    fn can(&self) -> &'static str {
        "evaluate, sample, reconstruct, interpolate, traverse, encode, decode and score"
    }

    fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    fn measure(&self, batch: &Batch, rng: Rng) -> Result<Metrics, CliError> {
        Ok(evaluation::measure(&self.sbn, &self.evidence(batch)?, rng))
    }

    fn bounds(&self, batch: &Batch, rng: Rng) -> Result<Vec<ExampleBound>, CliError> {
        Ok(evaluation::bounds(&self.sbn, &self.evidence(batch)?, rng))
    }

    fn log_likelihood(&self, batch: &Batch, samples: usize, rng: Rng) -> Result<Vec<f64>, CliError> {
        let sampling = ImportanceSampling { samples, rows_at_once: self.rows_at_once };
        Ok(evaluation::importance_weighted(&self.sbn, &self.evidence(batch)?, sampling, rng))
    }

    fn decompose(&self, batch: &Batch, rng: Rng) -> Result<Decomposition, CliError> {
        Ok(evaluation::decomposition(&self.sbn, &self.evidence(batch)?, rng))
    }

    fn encode(&self, batch: &Batch) -> Result<Encoding, CliError> {
        let posterior = self.sbn.encode(batch.tensor(Role::Observation, &self.device)?);
        Ok(Encoding { mean: posterior.mean(), log_variance: posterior.variance().log() })
    }

    fn decode(&self, latents: Tensor<2>) -> Result<Tensor<2>, CliError> {
        Ok(self.sbn.decode(latents))
    }

    fn draw(&self, latents: Tensor<2>, rng: Rng) -> Result<Tensor<2>, CliError> {
        Ok(self.sbn.decoder.forward(latents).sample(&rng))
    }

    /// From 0 to 1, all others at the prior's mean.
    fn traversal(&self) -> Traversal {
        let mean = self.sbn.decoder.prior(&()).mean();
        Traversal { center: to_vec(mean), values: vec![0.0, 0.25, 0.5, 0.75, 1.0], unit: Unit::Bits }
    }

    fn sample_prior(&self, rows: usize, temperature: f64, rng: Rng) -> Result<Tensor<2>, CliError> {
        Ok(self.sbn.sample_latents(rows, temperature, &rng))
    }
}
