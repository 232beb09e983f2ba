//! A sigmoid belief net from the configuration of an autoencoder.

use burn::tensor::Device;
use jensen_infer::InferError;
use jensen_random::Rng;

use super::{BinaryDecoder, BinaryEncoder, Sbn};
use crate::nets::{DecoderConfig, ImageShape, Scope};
use crate::{OutputBias, VaeConfig};

impl VaeConfig {
    /// An autoencoder with bits for latents, for observations of `shape`, its weights drawn from `rng`, on `device`.
    ///
    /// Without hidden layers both nets are linear, as in the classical sigmoid belief net. `mean` is the mean of each
    /// feature over the training data, as the model sees them; it is read only with [`OutputBias::DataMean`].
    ///
    /// # Errors
    /// [`InferError::Option`] if a value is out of range.
    ///
    /// # Panics
    /// If `mean` is read and does not have one number a feature.
    pub fn init_binary(
        &self,
        shape: ImageShape,
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<Sbn, InferError> {
        let Self { latent_dim, net, likelihood, output_bias, .. } = self;
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
