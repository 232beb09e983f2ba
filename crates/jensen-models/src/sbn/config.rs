//! A sigmoid belief net as a user writes it.

use burn::tensor::Device;
use jensen_infer::InferError;
use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BitNet, Sbn};
use crate::VaeConfig;
use crate::nets::{ImageShape, LogitEncoder, NetSize, Scope};

/// The `[sbn]` section: what a sigmoid belief net has beside the nets of an autoencoder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SbnConfig {
    /// Layers of `vae.latent_dim` bits each, drawn from the top down; the nets between them have the hidden layers of
    /// `vae.net`.
    pub layers: usize,
}

impl Default for SbnConfig {
    fn default() -> Self {
        Self { layers: 1 }
    }
}

impl SbnConfig {
    /// # Errors
    /// [`InferError::Option`] if there is no layer.
    pub fn check(&self) -> Result<(), InferError> {
        if self.layers > 0 {
            return Ok(());
        }
        Err(InferError::Option { option: "sbn.layers", value: "0".to_owned(), expected: "at least 1" })
    }

    /// Whether the divergence of the posterior from the prior has a closed form, which the `elbo` objective needs.
    pub fn has_exact_kl(&self) -> bool {
        self.layers == 1
    }

    /// How many bits there are in all.
    pub fn latents(&self, of: &VaeConfig) -> usize {
        self.layers.saturating_mul(of.latent_dim)
    }

    /// A net for observations of `shape`, its weights drawn from `rng`, on `device`.
    ///
    /// Without hidden layers all nets are linear, as in the classical sigmoid belief net. `mean` is the mean of each
    /// feature over the training data, as the model sees them; it is read only with
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
    /// use jensen_models::{Autoencoder, SbnConfig, VaeConfig};
    /// use jensen_random::Rng;
    ///
    /// let device = Device::flex();
    /// let net = NetConfig::Mlp { hidden: vec![8], activation: Activation::Tanh };
    /// let of = VaeConfig { latent_dim: 3, net, ..VaeConfig::default() };
    /// let shape = ImageShape { height: 2, width: 2, channels: 1 };
    /// let sbn = SbnConfig { layers: 2 }.init(&of, shape, &[0.5; 4], &Rng::seed(1), &device)?;
    ///
    /// // Two layers of three bits, and four pixels given the lower one.
    /// let bits = sbn.sample_latents(5, 1.0, &Rng::seed(2));
    /// assert_eq!(bits.dims(), [5, 6]);
    /// assert_eq!(sbn.decode(bits).dims(), [5, 4]);
    /// assert_eq!(sbn.encode(Tensor::ones([1, 4], &device)).logits().dims(), [1, 6]);
    /// # Ok::<(), jensen_infer::InferError>(())
    /// ```
    pub fn init(
        &self,
        of: &VaeConfig,
        shape: ImageShape,
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<Sbn, InferError> {
        self.check()?;
        let VaeConfig { latent_dim, net, .. } = of;
        let scope = Scope::new(*rng, device);
        let between = |name| {
            let scope = scope.child(name);
            (0..self.layers - 1).map(|i| BitNet::init(net, *latent_dim, &scope.child(i))).collect()
        };
        Ok(Sbn {
            decoder: of.decoder(shape, *latent_dim, mean, &scope)?,
            encoder: LogitEncoder::init(net, shape, *latent_dim, &scope.child("encoder")),
            upward: between("upward"),
            downward: between("downward"),
            prior_logits: scope.constant("prior_logits", [1, *latent_dim], 0.0),
        })
    }

    /// How large it is for observations of `shape`.
    pub fn size(&self, of: &VaeConfig, shape: ImageShape) -> NetSize {
        let widths = [&[of.latent_dim], of.net.hidden(), &[of.latent_dim]].concat();
        NetSize::of(&of.net, shape, of.latent_dim)
            .and(NetSize::dense(&widths).times(2 * (self.layers.max(1) - 1)))
    }
}
