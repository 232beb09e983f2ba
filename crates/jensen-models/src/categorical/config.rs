//! A categorical autoencoder as a user writes it.

use burn::tensor::Device;
use jensen_infer::InferError;
use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CategoricalVae;
use crate::VaeConfig;
use crate::nets::{ImageShape, LogitEncoder, NetSize, Scope};

/// The `[cat_vae]` section: what a categorical autoencoder has beside the nets of an autoencoder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CategoricalConfig {
    /// Categories of each of the `vae.latent_dim` latents.
    pub categories: usize,
}

impl Default for CategoricalConfig {
    fn default() -> Self {
        Self { categories: 10 }
    }
}

impl CategoricalConfig {
    /// # Errors
    /// [`InferError::Option`] if there is no choice.
    pub fn check(&self) -> Result<(), InferError> {
        if self.categories > 1 {
            return Ok(());
        }
        let value = self.categories.to_string();
        Err(InferError::Option { option: "cat_vae.categories", value, expected: "at least 2" })
    }

    /// The numbers of all one-hot vectors together.
    pub fn latents(&self, of: &VaeConfig) -> usize {
        self.categories.saturating_mul(of.latent_dim)
    }

    /// An autoencoder for observations of `shape`, its weights drawn from `rng`, on `device`.
    ///
    /// `mean` is the mean of each feature over the training data, as the model sees them; it is read only with
    /// [`OutputBias::DataMean`](crate::OutputBias::DataMean).
    ///
    /// # Errors
    /// [`InferError::Option`] if a value is out of range.
    ///
    /// # Panics
    /// If `mean` is read and does not have one number a feature.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use jensen_models::nets::{Activation, ImageShape, NetConfig};
    /// use jensen_models::{CategoricalConfig, VaeConfig};
    /// use jensen_prob::Mean;
    /// use jensen_random::Rng;
    ///
    /// let device = Device::flex();
    /// let net = NetConfig::Mlp { hidden: vec![8], activation: Activation::Tanh };
    /// let of = VaeConfig { latent_dim: 2, net, ..VaeConfig::default() };
    /// let shape = ImageShape { height: 2, width: 2, channels: 1 };
    /// let choices = CategoricalConfig { categories: 3 };
    /// let autoencoder = choices.init(&of, shape, &[0.5; 4], &Rng::seed(1), &device)?;
    ///
    /// // Two choices among three, whose probabilities add up to two.
    /// let probabilities = autoencoder.encode(Tensor::ones([1, 4], &device)).mean();
    /// assert_eq!(probabilities.dims(), [1, 6]);
    /// assert!((probabilities.sum().into_scalar::<f32>() - 2.0).abs() < 1e-5);
    /// # Ok::<(), jensen_infer::InferError>(())
    /// ```
    pub fn init(
        &self,
        of: &VaeConfig,
        shape: ImageShape,
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<CategoricalVae, InferError> {
        self.check()?;
        let (scope, latents) = (Scope::new(*rng, device), self.latents(of));
        Ok(CategoricalVae {
            decoder: of.decoder(shape, latents, mean, &scope)?,
            encoder: LogitEncoder::init(&of.net, shape, latents, &scope.child("encoder")),
            prior_logits: scope.constant("prior_logits", [1, latents], 0.0),
            variables: of.latent_dim,
        })
    }

    /// How large it is for observations of `shape`.
    pub fn size(&self, of: &VaeConfig, shape: ImageShape) -> NetSize {
        NetSize::of(&of.net, shape, self.latents(of))
    }
}
