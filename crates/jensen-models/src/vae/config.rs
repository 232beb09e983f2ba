//! A variational autoencoder as a user writes it.

use std::sync::Arc;

use burn::tensor::Device;
use jensen_data::TableSchema;
use jensen_infer::InferError;
use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Vae;
use crate::likelihood::LikelihoodConfig;
use crate::nets::{Decoder, DecoderConfig, EncoderConfig, ImageShape, NetConfig, NetSize, Scope};
use crate::posterior::PosteriorConfig;
use crate::prior::{PriorConfig, PseudoStart};
use crate::table::TableLayout;

/// The `[vae]` section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VaeConfig {
    /// The number of latent dimensions.
    pub latent_dim: usize,
    /// The encoder's net; the decoder's is its mirror image.
    pub net: NetConfig,
    /// The family of `p(x | z)`.
    pub likelihood: LikelihoodConfig,
    /// Where the decoder's output begins: at the training data's mean, or at zero.
    pub output_bias: OutputBias,
    /// The family of `p(z)`.
    pub prior: PriorConfig,
    /// The family of `q(z | x)`.
    pub posterior: PosteriorConfig,
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
            prior: PriorConfig::default(),
            posterior: PosteriorConfig::default(),
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
    ///
    /// # Panics
    /// If `mean` is read and does not have one number a feature.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use jensen_models::nets::{Activation, ImageShape, NetConfig};
    /// use jensen_models::{Autoencoder, VaeConfig};
    /// use jensen_random::Rng;
    ///
    /// let device = Device::flex();
    /// let net = NetConfig::Mlp { hidden: vec![8], activation: Activation::Tanh };
    /// let config = VaeConfig { latent_dim: 3, net, ..VaeConfig::default() };
    /// let shape = ImageShape { height: 2, width: 2, channels: 1 };
    /// let mean = [0.1, 0.9, 0.5, 0.5];
    /// let vae = config.init(shape, &mean, &Rng::seed(1), &device)?;
    ///
    /// let digits = vae.decode(vae.sample_latents(5, 1.0, &Rng::seed(2)));
    /// assert_eq!(digits.dims(), [5, 4]);
    /// assert_eq!(vae.reconstruct(Tensor::ones([2, 4], &device)).dims(), [2, 4]);
    /// # Ok::<(), jensen_infer::InferError>(())
    /// ```
    pub fn init(
        &self,
        shape: ImageShape,
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<Vae, InferError> {
        let encoder = EncoderConfig::new(self.net.clone(), shape, self.latent_dim)?;
        let scope = Scope::new(*rng, device);
        let decoder = self.decoder(shape, self.latent_dim, mean, &scope)?;
        let start = match self.output_bias {
            OutputBias::DataMean => mean,
            OutputBias::Zero => &[],
        };
        self.complete(&encoder, decoder, start, &scope)
    }

    /// A decoder of so many latents into observations of `shape`, at `decoder` in `scope`.
    ///
    /// # Errors
    /// [`InferError::Option`] if a value is out of range.
    ///
    /// # Panics
    /// If `mean` is read and does not have one number a feature.
    pub(crate) fn decoder(
        &self,
        shape: ImageShape,
        latents: usize,
        mean: &[f64],
        scope: &Scope,
    ) -> Result<Decoder, InferError> {
        let decoder = DecoderConfig::new(self.net.clone(), shape, latents, self.likelihood)?;
        let decoder = decoder.init(&scope.child("decoder"));
        Ok(match self.output_bias {
            OutputBias::DataMean => decoder.with_output_mean(mean),
            OutputBias::Zero => decoder,
        })
    }

    /// A VAE for the rows of a table, its weights drawn from `rng`, on `device`. The likelihood is
    /// [`LikelihoodConfig::Table`].
    ///
    /// With [`OutputBias::DataMean`] every column starts with the distribution that the schema gives it.
    ///
    /// # Errors
    /// [`InferError::Option`] if a value is out of range.
    pub fn init_table(&self, schema: &TableSchema, rng: &Rng, device: &Device) -> Result<Vae, InferError> {
        let Self { latent_dim, net, likelihood, output_bias, .. } = self;
        let layout = Arc::new(TableLayout::new(schema));
        let scope = Scope::new(*rng, device);
        let encoder = EncoderConfig::of_table(net.clone(), layout.clone(), *latent_dim)?;
        let decoder = DecoderConfig::of_table(net.clone(), layout.clone(), *latent_dim, *likelihood)?;
        let decoder = decoder.init(&scope.child("decoder"));
        let decoder = match output_bias {
            OutputBias::DataMean => decoder.with_output_mean(&layout.marginal_output()),
            OutputBias::Zero => decoder,
        };
        self.complete(&encoder, decoder, &[], &scope)
    }

    /// The VAE of a decoder and what is still to be made; pseudo-inputs start about `mean`, if there is one.
    fn complete(
        &self,
        encoder: &EncoderConfig,
        decoder: Decoder,
        mean: &[f64],
        scope: &Scope,
    ) -> Result<Vae, InferError> {
        let Self { latent_dim, prior, posterior, .. } = self;
        prior.check(*latent_dim)?;
        posterior.check(*latent_dim)?;
        let start = PseudoStart { inputs: encoder.inputs(), mean, likelihood: self.likelihood };
        Ok(Vae {
            posterior: posterior.init(*latent_dim, encoder.hidden_width(), &scope.child("posterior")),
            prior: prior.init(*latent_dim, &start, &scope.child("prior")),
            encoder: encoder.init(&scope.child("encoder")),
            decoder,
        })
    }

    /// How large it is for observations of `shape`, of a table for that of what the encoder sees of a row.
    pub fn size(&self, shape: ImageShape) -> NetSize {
        let nets = NetSize::of(&self.net, shape, self.latent_dim);
        let posterior = self.posterior.size(self.latent_dim, self.net.hidden_width(shape));
        let prior = self.prior.size(self.latent_dim, shape.features(), posterior);
        nets.and(posterior).and(prior)
    }

    /// Whether the divergence of the posterior from the prior has a closed form, which the `elbo` objective needs.
    pub fn has_exact_kl(&self) -> bool {
        let is_gaussian = matches!(self.posterior, PosteriorConfig::Normal {} | PosteriorConfig::Full {});
        is_gaussian && self.prior == PriorConfig::Normal {}
    }
}
