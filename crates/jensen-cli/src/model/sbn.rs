//! What sets the sigmoid belief net apart.

use burn::tensor::{Device, Tensor};
use jensen_data::Preprocessing;
use jensen_infer::estimator::{Dimensions, Estimator};
use jensen_infer::evaluation::{self, Decomposition};
use jensen_infer::{EstimatorConfig, Evidence, InferError, JointModel};
use jensen_models::nets::{ImageShape, NetSize};
use jensen_models::{Autoencoder, Sbn};
use jensen_prob::Mean;
use jensen_random::Rng;

use super::autoencoder::{Kind, PRIOR_DRAWS, image_shape};
use super::{Encoding, Traversal};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::picture::grid::Unit;
use crate::view::to_vec;

impl Kind for Sbn {
    const NAME: &'static str = "sigmoid belief net";

    fn init(
        config: &RunConfig,
        (shape, _): (&[usize], &Preprocessing),
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<Self, CliError> {
        Ok(config.sbn.init(&config.vae, image_shape(shape)?, mean, rng, device)?)
    }

    fn size(config: &RunConfig, shape: ImageShape) -> NetSize {
        config.sbn.size(&config.vae, shape)
    }

    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<Self, Self>>, InferError> {
        config.discrete(of)
    }

    fn encoding(&self, observation: Tensor<2>, _rows: &[u64]) -> Encoding {
        Encoding::of(&self.encode(observation))
    }

    fn refuses(&self, latent: &[f32]) -> Option<&'static str> {
        let is_bit = |bit: &f32| (0.0..=1.0).contains(bit);
        (!latent.iter().all(is_bit)).then_some("bits, or numbers between 0 and 1 in place of them")
    }

    /// The bits of the lowest layer from 0 to 1, all others at the prior's mean: of one layer alone exact, else of
    /// draws.
    fn traversal(&self) -> Traversal {
        let mean = match self.prior(&()).single() {
            Some(prior) => prior.mean(),
            None => self.sample_latents(PRIOR_DRAWS, 1.0, &Rng::seed(0).fork("traversal")).mean_dim(0),
        };
        Traversal {
            center: to_vec(mean),
            variables: self.decoder.latent_dim(),
            values: vec![0.0, 0.25, 0.5, 0.75, 1.0],
            unit: Unit::Bits,
        }
    }

    fn decompose(&self, evidence: &Evidence<'_, Self>, rng: Rng) -> Result<Decomposition, CliError> {
        let prior = self.prior(&());
        let Some(prior) = prior.single() else {
            return Err(CliError::usage(
                "a divergence is taken apart by latents that are independent in the prior, which those of several layers \
                 are not",
                "train with `--set sbn.layers=1`",
            ));
        };
        let posterior = self.encode(evidence.observation.clone());
        Ok(evaluation::decomposition_of(&posterior, prior, evidence.rows, rng))
    }
}
