//! A sigmoid belief net as a user writes it.

use burn::tensor::Device;
use jensen_infer::InferError;
use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BinaryDecoder, BinaryEncoder, Sbn};
use crate::OutputBias;
use crate::likelihood::LikelihoodConfig;
use crate::nets::{DecoderConfig, ImageShape, NetConfig, Scope};

/// The `[sbn]` section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SbnConfig {
    /// The number of binary latents.
    pub latent_dim: usize,
    /// The encoder's net; the decoder's is its mirror image. Without layers both are linear, as in the classical
    /// sigmoid belief net.
    pub net: NetConfig,
    /// The family of `p(x | z)`.
    pub likelihood: LikelihoodConfig,
    /// Where the decoder's output begins: at the training data's mean, or at zero.
    pub output_bias: OutputBias,
}

impl Default for SbnConfig {
    /// 200 latents and linear nets (Mnih & Gregor 2014, §3).
    fn default() -> Self {
        Self {
            latent_dim: 200,
            net: NetConfig::Mlp { hidden: Vec::new(), activation: crate::nets::Activation::default() },
            likelihood: LikelihoodConfig::default(),
            output_bias: OutputBias::default(),
        }
    }
}

impl SbnConfig {
    /// A net for observations of `shape`, its weights drawn from `rng`, on `device`.
    ///
    /// `mean` is the mean of each feature over the training data, as the model sees them; it is read only with
    /// [`OutputBias::DataMean`].
    ///
    /// # Errors
    /// [`InferError::Option`] if a value is out of range.
    ///
    /// # Panics
    /// If `mean` is read and does not have one number a feature.
    pub fn init(
        &self,
        shape: ImageShape,
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<Sbn, InferError> {
        let Self { latent_dim, net, likelihood, output_bias } = self;
        let decoder = DecoderConfig::new(net.clone(), shape, *latent_dim, *likelihood)?;
        let scope = Scope::new(*rng, device);
        let inner = decoder.init(&scope.child("decoder").child("net"));
        let inner = match output_bias {
            OutputBias::DataMean => inner.with_output_mean(mean),
            OutputBias::Zero => inner,
        };
        Ok(Sbn {
            encoder: BinaryEncoder::init(net, shape, *latent_dim, &scope.child("encoder")),
            decoder: BinaryDecoder::new(inner, &scope.child("decoder")),
        })
    }
}
