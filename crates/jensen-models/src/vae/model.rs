//! The model `p(z) p(x | z)`, its amortized posterior, and the two together.

use burn::module::Module;
use burn::tensor::Tensor;
use jensen_infer::{Evidence, Guide, JointModel};

use crate::likelihood::Likelihood;
use crate::nets::{Decoder, Encoder};
use crate::posterior::{Posterior, PosteriorNet};
use crate::prior::{Prior, PriorNet};

/// A variational autoencoder (Kingma & Welling 2014; Rezende, Mohamed & Wierstra 2014).
///
/// The model is `z ~ p(z)`, `x ~ p(x | f(z))` with the decoder `f`, the amortized guide `q(z | x)` is of the encoder.
/// As they are at first, `p(z) = N(0, I)` and `q(z | x) = N(μ(x), diag σ²(x))`. Both are the whole autoencoder, since a
/// prior may be made of posteriors.
#[derive(Module, Debug)]
pub struct Vae {
    /// `x ↦ μ, σ` and what the rest of the posterior is made of.
    pub encoder: Encoder,
    /// `p(x | z)`.
    pub decoder: Decoder,
    /// What is learned of `p(z)`; nothing of the standard normal distribution.
    pub prior: Option<PriorNet>,
    /// What `q(z | x)` has beside `μ` and `σ`; nothing with independent dimensions.
    pub posterior: Option<PosteriorNet>,
}

impl JointModel for Vae {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Prior;
    type Likelihood = Likelihood;

    fn prior(&self, _condition: &()) -> Prior {
        let device = self.decoder.devices().into_iter().next().expect("a decoder has parameters");
        let posterior =
            |input| PosteriorNet::posterior(self.posterior.as_ref(), self.encoder.encode_input(input));
        PriorNet::prior(self.prior.as_ref(), self.decoder.latent_dim(), &device, posterior)
    }

    fn likelihood(&self, latent: &Tensor<2>, _condition: &()) -> Likelihood {
        self.decoder.forward(latent.clone())
    }

    fn trace(&self, latent: &Tensor<2>, _condition: &()) -> Vec<(String, Tensor<2>)> {
        self.decoder.trace(latent.clone())
    }
}

impl Guide<Self> for Vae {
    type Posterior = Posterior;

    fn posterior(&self, evidence: &Evidence<'_, Self>) -> Posterior {
        self.encode(evidence.observation.clone())
    }

    fn exact_kl(&self, posterior: &Posterior, prior: &Prior) -> Option<Tensor<2>> {
        posterior.exact_kl(prior.normal()?)
    }

    fn posterior_mean(&self, posterior: &Posterior) -> Option<Tensor<2>> {
        Some(posterior.location())
    }

    fn trace(&self, evidence: &Evidence<'_, Self>) -> Vec<(String, Tensor<2>)> {
        self.encoder.trace(evidence.observation.clone())
    }
}
