//! What sets the variational autoencoder apart, and what data look like to autoencoders.

use burn::tensor::{Device, Tensor};
use jensen_data::{DType, DataError, Dataset, Preprocessing, Rows, Support};
use jensen_infer::estimator::{Dimensions, Estimator};
use jensen_infer::evaluation::{self, Decomposition, Imputation, ImputationSampling};
use jensen_infer::{EstimatorConfig, Evidence, InferError, JointModel};
use jensen_models::likelihood::LikelihoodConfig;
use jensen_models::nets::{ImageShape, NetSize};
use jensen_models::posterior::Posterior;
use jensen_models::{Autoencoder, Vae};
use jensen_random::Rng;

use super::autoencoder::{Kind, PRIOR_DRAWS, image_shape};
use super::{Encoding, Imputing, Traversal};
use crate::config::RunConfig;
use crate::error::CliError;

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

impl Kind for Vae {
    const NAME: &'static str = "VAE";
    const CAN: &'static str =
        "evaluate, sample, reconstruct, interpolate, traverse, encode, decode and score, and impute tables";

    fn init(
        RunConfig { vae: config, .. }: &RunConfig,
        (shape, preprocessing): (&[usize], &Preprocessing),
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<Self, CliError> {
        Ok(match preprocessing.table() {
            Some(schema) => config.init_table(schema, rng, device)?,
            None => config.init(image_shape(shape)?, mean, rng, device)?,
        })
    }

    fn size(config: &RunConfig, shape: ImageShape) -> NetSize {
        config.vae.size(shape)
    }

    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<Self, Self>>, InferError> {
        config.continuous(of)
    }

    fn encoding(&self, observation: Tensor<2>, rows: &[u64]) -> Encoding {
        let posterior = self.encode(observation);
        let rng = Rng::seed(0).fork("encoding");
        Encoding { mean: posterior.location(), log_variance: posterior.log_variance(&rng.name_rows(rows)) }
    }

    /// About the mean of a prior that is learned, by draws.
    fn traversal(&self) -> Traversal {
        let plain = Traversal::of_standard_normal(self.decoder.latent_dim());
        if self.prior.is_none() {
            return plain;
        }
        let draws = self.sample_latents(PRIOR_DRAWS, 1.0, &Rng::seed(0).fork("traversal"));
        Traversal { center: draws.mean_dim(0).into_data().iter::<f32>().collect(), ..plain }
    }

    fn decompose(&self, evidence: &Evidence<'_, Self>, rng: Rng) -> Result<Decomposition, CliError> {
        let (posterior, prior) = (self.encode(evidence.observation.clone()), self.prior(&()));
        let (Posterior::Normal(posterior), Some(prior)) = (&posterior, prior.normal()) else {
            return Err(CliError::usage(
                "a divergence is taken apart by dimensions, which this posterior or prior does not have apart",
                "train with `--prior normal --posterior normal`",
            ));
        };
        Ok(evaluation::decomposition_of(posterior, prior, evidence.rows, rng))
    }

    fn impute(
        &self,
        evidence: &Evidence<'_, Self>,
        Imputing { samples, draws }: Imputing,
        rows_at_once: usize,
        rng: Rng,
    ) -> Option<Imputation> {
        let sampling = ImputationSampling { samples, draws, rows_at_once };
        let is_table = self.decoder.likelihood_config().is_table();
        is_table.then(|| evaluation::impute(self, evidence, sampling, rng))
    }
}
