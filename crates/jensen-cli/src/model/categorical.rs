//! What sets the categorical autoencoder apart.

use burn::tensor::{Device, Tensor};
use jensen_data::Preprocessing;
use jensen_infer::estimator::{Dimensions, Estimator};
use jensen_infer::evaluation::{self, Decomposition};
use jensen_infer::{EstimatorConfig, Evidence, InferError, JointModel};
use jensen_models::CategoricalVae;
use jensen_models::nets::{ImageShape, NetSize};
use jensen_prob::Mean;
use jensen_random::Rng;

use super::autoencoder::{Kind, image_shape};
use super::{Encoding, Traversal};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::picture::grid::Unit;
use crate::view::to_vec;

/// How far from 1 written probabilities may add up to.
const ROUNDING: f32 = 1e-3;
/// Categories side by side in a picture.
const MOST_SHOWN: usize = 16;

impl Kind for CategoricalVae {
    const NAME: &'static str = "categorical VAE";

    fn init(
        config: &RunConfig,
        (shape, _): (&[usize], &Preprocessing),
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<Self, CliError> {
        Ok(config.cat_vae.init(&config.vae, image_shape(shape)?, mean, rng, device)?)
    }

    fn size(config: &RunConfig, shape: ImageShape) -> NetSize {
        config.cat_vae.size(&config.vae, shape)
    }

    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<Self, Self>>, InferError> {
        config.discrete(of)
    }

    /// The probability of each category and the variance of its indicator.
    fn encoding(&self, observation: Tensor<2>, _rows: &[u64]) -> Encoding {
        Encoding::of(&self.encode(observation))
    }

    fn refuses(&self, latent: &[f32]) -> Option<&'static str> {
        let is_choice = |choice: &[f32]| {
            let sum: f32 = choice.iter().sum();
            choice.iter().all(|share| (0.0..=1.0).contains(share)) && (sum - 1.0).abs() < ROUNDING
        };
        let choices = latent.chunks(latent.len() / self.variables).all(is_choice);
        (!choices).then_some("one-hot vectors side by side, or probabilities in place of them")
    }

    /// Of a choice the sum over its categories.
    fn by_latent(&self, numbers: Vec<f64>) -> Vec<f64> {
        let categories = (numbers.len() / self.variables).max(1);
        numbers.chunks(categories).map(|choice| choice.iter().sum()).collect()
    }

    /// Each category of a choice in turn, the first of many, all other choices at the prior's probabilities.
    fn traversal(&self) -> Traversal {
        let center = to_vec(self.prior(&()).mean());
        let (variables, of) = (self.variables, center.len() / self.variables);
        let values = (0..of.min(MOST_SHOWN)).map(|category| category as f64).collect();
        Traversal { center, variables, values, unit: Unit::Categories { of } }
    }

    fn decompose(&self, evidence: &Evidence<'_, Self>, rng: Rng) -> Result<Decomposition, CliError> {
        Ok(evaluation::decomposition(self, evidence, rng))
    }
}
