//! The model `p(z) p(x | z)`, its amortized posterior, and the two together.

use burn::module::Module;
use burn::tensor::Tensor;
use jensen_infer::{Evidence, Guide, JointModel, VariationalModel};
use jensen_prob::{Factorized, Normal};

use crate::likelihood::Likelihood;
use crate::nets::{Decoder, Encoder};

/// A variational autoencoder (Kingma & Welling 2014; Rezende, Mohamed & Wierstra 2014).
///
/// The decoder is the model `z ~ N(0, I)`, `x ~ p(x | f(z))`; the encoder is the amortized guide
/// `q(z | x) = N(μ(x), diag σ²(x))`.
#[derive(Module, Debug)]
pub struct Vae {
    /// `q(z | x)`.
    pub encoder: Encoder,
    /// `p(z) p(x | z)`.
    pub decoder: Decoder,
}

impl JointModel for Decoder {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Normal;
    type Likelihood = Likelihood;

    fn prior(&self, _condition: &()) -> Normal {
        let device = self.devices().into_iter().next().expect("a decoder has parameters");
        // A constant: off the autodiff device its operations cost less.
        Normal::standard(1, self.latent_dim(), &device.inner())
    }

    fn likelihood(&self, latent: &Tensor<2>, _condition: &()) -> Likelihood {
        self.forward(latent.clone())
    }

    fn trace(&self, latent: &Tensor<2>, _condition: &()) -> Vec<(String, Tensor<2>)> {
        self.trace(latent.clone())
    }
}

impl Guide<Decoder> for Encoder {
    type Posterior = Normal;

    fn posterior(&self, evidence: &Evidence<'_, Decoder>) -> Normal {
        let (mean, log_variance) = self.forward(evidence.observation.clone());
        Normal::from_log_variance(mean, log_variance)
    }

    fn exact_kl(&self, posterior: &Normal, prior: &Normal) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }

    fn posterior_mean(&self, posterior: &Normal) -> Option<Tensor<2>> {
        Some(posterior.mean())
    }

    fn trace(&self, evidence: &Evidence<'_, Decoder>) -> Vec<(String, Tensor<2>)> {
        self.trace(evidence.observation.clone())
    }
}

impl VariationalModel for Vae {
    type Model = Decoder;
    type Guide = Encoder;

    fn model(&self) -> &Decoder {
        &self.decoder
    }

    fn guide(&self) -> &Encoder {
        &self.encoder
    }
}
