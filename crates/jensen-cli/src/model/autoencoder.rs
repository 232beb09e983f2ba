//! An autoencoder behind the verbs, whatever its latents are.

use burn::tensor::{Device, Tensor};
use jensen_data::{Batch, Preprocessing, Role};
use jensen_infer::estimator::{Dimensions, Estimator};
use jensen_infer::evaluation::{self, Decomposition, ExampleBound, ImportanceSampling, Imputation, Sandwich};
use jensen_infer::{
    EstimatorConfig, Evidence, Guide, InferError, JointModel, Learner, Metrics, StateDict,
    VariationalLearner, with_parameters,
};
use jensen_models::nets::{ImageShape, NetSize};
use jensen_models::table::TableLayout;
use jensen_models::{Autoencoder, OutputBias, VaeConfig};
use jensen_prob::{Distribution, Expand};
use jensen_random::Rng;

use super::size::{self, Purpose};
use super::{Encoding, Examples, Imputed, Imputing, Model, Samples, Traversal};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::run_directory::RunRecord;

/// Draws that the mean of a prior is measured by where it has no closed form.
pub(super) const PRIOR_DRAWS: usize = 1000;

/// What sets one autoencoder apart from another.
pub(super) trait Kind:
    Autoencoder<Model: JointModel, Guide: Guide<Self::Model, Posterior: Expand>> + 'static
{
    /// The kind of model, for messages.
    const NAME: &'static str;
    /// What it can do, for messages.
    const CAN: &'static str =
        "evaluate, sample, reconstruct, interpolate, traverse, encode, decode and score";

    /// One for observations of `shape` as they were prepared, its weights drawn from `rng`; `mean` is that of the data,
    /// if the output starts there.
    fn init(
        config: &RunConfig,
        data: (&[usize], &Preprocessing),
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<Self, CliError>;

    /// How large it is for observations of `shape`, of a table for that of what the encoder sees of a row.
    fn size(config: &RunConfig, shape: ImageShape) -> NetSize;

    /// The configured estimator for its latents.
    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<Self::Model, Self::Guide>>, InferError>;

    /// Where the posteriors of these observations lie.
    fn encoding(&self, observation: Tensor<2>, rows: &[u64]) -> Encoding;

    /// What is wrong with a row of latents, if the model has no such value.
    fn refuses(&self, latent: &[f32]) -> Option<&'static str> {
        let _ = latent;
        None
    }

    /// One value a latent from one a number.
    fn by_latent(&self, numbers: Vec<f64>) -> Vec<f64> {
        numbers
    }

    /// The way through the latent space on which one dimension after the other is shown.
    fn traversal(&self) -> Traversal;

    /// What the divergence of the posteriors from the prior is made of.
    fn decompose(&self, evidence: &Evidence<'_, Self::Model>, rng: Rng) -> Result<Decomposition, CliError>;

    /// What missing entries were; `None` of a model that has no place for them.
    fn impute(
        &self,
        evidence: &Evidence<'_, Self::Model>,
        imputing: Imputing,
        rows_at_once: usize,
        rng: Rng,
    ) -> Option<Imputation> {
        let _ = (evidence, imputing, rows_at_once, rng);
        None
    }
}

/// A trained one on a plain device.
struct Trained<A> {
    net: A,
    latent_dim: usize,
    rows_at_once: usize,
    device: Device,
}

/// A learner with fresh weights.
pub(super) fn learner<A: Kind>(
    config: &RunConfig,
    examples: &Examples<'_>,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let Examples { dataset, train, preprocessing } = examples;
    let shape = &dataset.require(Role::Observation)?.shape;
    size::check(net_size::<A>(config, shape, preprocessing)?, Purpose::Training)?;
    let mean = match preprocessing.table() {
        Some(_) => Vec::new(),
        None => preprocessing.mean(dataset, train)?,
    };
    let rng = Rng::seed(config.seed).fork("weights");
    let device = device.clone().autodiff();
    let net = A::init(config, (shape, preprocessing), &mean, &rng, &device)?;
    learning(config, net, preprocessing.features(), &device)
}

/// A learner whose weights come with a state.
pub(super) fn blank_learner<A: Kind>(
    config: &RunConfig,
    record: &RunRecord,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let device = device.clone().autodiff();
    learning(config, blank::<A>(config, record, &device)?, record.preprocessing.features(), &device)
}

/// The learner of the configured estimator, objective and optimizer.
fn learning<A: Kind>(
    config: &RunConfig,
    net: A,
    features: usize,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let rng = Rng::seed(config.seed).fork("estimator");
    let of = Dimensions { features, latents: config.latents(), rng, device };
    let estimator = A::estimator(&config.estimator, of)?;
    let learner = VariationalLearner::new(net, estimator, config.objective.init()?, &config.optimizer)?;
    Ok(Box::new(learner.with_noise_every(config.estimator.noise_every)))
}

/// One whose weights, the bias included, are still to come.
fn blank<A: Kind>(config: &RunConfig, record: &RunRecord, device: &Device) -> Result<A, CliError> {
    let vae = VaeConfig { output_bias: OutputBias::Zero, ..config.vae.clone() };
    let blank = RunConfig { vae, ..config.clone() };
    A::init(&blank, (&record.shape, &record.preprocessing), &[], &Rng::seed(0), device)
}

/// The one with these weights.
pub(super) fn trained<A: Kind>(
    config: &RunConfig,
    record: &RunRecord,
    weights: &StateDict,
    device: &Device,
) -> Result<Box<dyn Model>, CliError> {
    let size = net_size::<A>(config, &record.shape, &record.preprocessing)?;
    size::check(size, Purpose::Inference)?;
    let net = with_parameters(blank::<A>(config, record, device)?, weights)?;
    let (latent_dim, rows_at_once) = (config.latents(), size::rows_at_once(size));
    Ok(Box::new(Trained { net, latent_dim, rows_at_once, device: device.clone() }))
}

/// How large the net of a configuration is: of a table by what the encoder sees of a row.
fn net_size<A: Kind>(
    config: &RunConfig,
    shape: &[usize],
    preprocessing: &Preprocessing,
) -> Result<NetSize, CliError> {
    let shape = match preprocessing.table() {
        Some(schema) => image_shape(&[TableLayout::new(schema).inputs()])?,
        None => image_shape(shape)?,
    };
    Ok(A::size(config, shape))
}

pub(super) fn image_shape(shape: &[usize]) -> Result<ImageShape, CliError> {
    ImageShape::from_example(shape).map_err(|error| CliError::usage(error.to_string(), ""))
}

impl<A: Kind> Trained<A> {
    fn evidence<'b>(&self, batch: &'b Batch) -> Result<Evidence<'b, A::Model>, CliError> {
        Ok(Evidence::read(batch, &self.device)?)
    }
}

impl<A: Kind> Model for Trained<A> {
    fn name(&self) -> &'static str {
        A::NAME
    }

    fn can(&self) -> &'static str {
        A::CAN
    }

    fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    fn by_latent(&self, numbers: Vec<f64>) -> Vec<f64> {
        self.net.by_latent(numbers)
    }

    fn measure(&self, batch: &Batch, rng: Rng) -> Result<Metrics, CliError> {
        Ok(evaluation::measure(&self.net, &self.evidence(batch)?, rng))
    }

    fn score(&self, batch: &Batch, rng: Rng) -> Result<Vec<(&'static str, Vec<f64>)>, CliError> {
        let bounds = evaluation::bounds(&self.net, &self.evidence(batch)?, rng);
        let of = |value: fn(&ExampleBound) -> f64| bounds.iter().map(value).collect();
        Ok(vec![
            ("elbo", of(|bound| bound.elbo())),
            ("reconstruction", of(|bound| bound.reconstruction)),
            ("kl", of(|bound| bound.kl)),
        ])
    }

    fn sandwich(&self, batch: &Batch, samples: usize, rng: Rng) -> Result<Vec<Sandwich>, CliError> {
        let sampling = ImportanceSampling { samples, rows_at_once: self.rows_at_once };
        Ok(evaluation::sandwich(&self.net, &self.evidence(batch)?, sampling, rng))
    }

    fn decompose(&self, batch: &Batch, rng: Rng) -> Result<Decomposition, CliError> {
        self.net.decompose(&self.evidence(batch)?, rng)
    }

    fn encode(&self, batch: &Batch) -> Result<Encoding, CliError> {
        Ok(self.net.encoding(batch.tensor(Role::Observation, &self.device)?, batch.rows()))
    }

    fn check_decodes(&self, _: &'static str) -> Result<(), CliError> {
        Ok(())
    }

    fn refuses(&self, latent: &[f32]) -> Option<&'static str> {
        self.net.refuses(latent)
    }

    fn decode(&self, latents: Tensor<2>) -> Result<Tensor<2>, CliError> {
        Ok(self.net.decode(latents))
    }

    fn draw(&self, latents: Tensor<2>, rng: Rng) -> Result<Tensor<2>, CliError> {
        Ok(self.net.model().likelihood(&latents, &()).sample(&rng))
    }

    fn impute(&self, batch: &Batch, imputing: Imputing, rng: Rng) -> Result<Imputed, CliError> {
        let imputed = self.net.impute(&self.evidence(batch)?, imputing, self.rows_at_once, rng);
        imputed.map(Imputed::from).ok_or_else(|| {
            CliError::usage(
                "the model's likelihood has no place for missing values: it is not that of a table",
                "train on a table: `jensen train --data table.csv`, without `--likelihood`",
            )
        })
    }

    fn traversal(&self) -> Result<Traversal, CliError> {
        Ok(self.net.traversal())
    }

    fn sample(&self, rows: usize, temperature: f64, rng: Rng) -> Result<Samples, CliError> {
        Ok(Samples::Latents(self.net.sample_latents(rows, temperature, &rng)))
    }
}
