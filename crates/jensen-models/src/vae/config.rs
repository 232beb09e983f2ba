//! A variational autoencoder as a user writes it.

use burn::tensor::Device;
use jensen_infer::InferError;
use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Vae;
use crate::likelihood::LikelihoodConfig;
use crate::nets::{DecoderConfig, EncoderConfig, ImageShape, NetConfig};

/// The `[vae]` section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VaeConfig {
    /// The number of latent dimensions.
    pub latent_dim: usize,
    /// The encoder's network; the decoder's is its mirror image.
    pub net: NetConfig,
    /// The family of `p(x | z)`.
    pub likelihood: LikelihoodConfig,
    /// Where the decoder's output begins.
    pub output_bias: OutputBias,
}

/// Where the decoder's output begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutputBias {
    /// At the training data's mean (for a Bernoulli likelihood its log-odds), as Burda et al. 2016
    /// do: the first epoch is not spent on learning which pixels are always black.
    #[default]
    DataMean,
    /// At zero.
    Zero,
}

impl Default for VaeConfig {
    fn default() -> Self {
        Self {
            latent_dim: 20,
            net: NetConfig::default(),
            likelihood: LikelihoodConfig::default(),
            output_bias: OutputBias::default(),
        }
    }
}

impl VaeConfig {
    /// A VAE for observations of `shape`, its weights drawn from `rng`, on `device`.
    ///
    /// `mean` is the mean of each feature over the training data, as the model sees them; it is
    /// read only with [`OutputBias::DataMean`].
    ///
    /// # Errors
    /// [`InferError::Option`] if a value is out of range.
    pub fn init(&self, shape: ImageShape, mean: &[f64], rng: &Rng, device: &Device) -> Result<Vae, InferError> {
        if self.latent_dim == 0 {
            return Err(InferError::Option {
                option: "vae.latent_dim",
                value: "0".to_owned(),
                expected: "at least 1",
            });
        }
        self.net.validate()?;
        self.likelihood.validate()?;
        let encoder = EncoderConfig { net: self.net.clone(), shape, latent_dim: self.latent_dim };
        let decoder = DecoderConfig {
            net: self.net.clone(),
            shape,
            latent_dim: self.latent_dim,
            likelihood: self.likelihood.clone(),
        };
        let encoder = encoder.init(rng, device);
        let decoder = decoder.init(rng, device);
        let decoder = match self.output_bias {
            OutputBias::DataMean => decoder.with_output_mean(mean),
            OutputBias::Zero => decoder,
        };
        Ok(Vae { encoder, decoder })
    }
}
