//! What a trained VAE is used for.

use burn::tensor::Tensor;
use jensen_infer::JointModel;
use jensen_random::Rng;

use super::Vae;
use crate::Autoencoder;
use crate::posterior::{Posterior, PosteriorNet};

impl Vae {
    /// `q(z | x)`, one row an example.
    pub fn encode(&self, observation: Tensor<2>) -> Posterior {
        PosteriorNet::posterior(self.posterior.as_ref(), self.encoder.encode(observation))
    }
}

impl Autoencoder for Vae {
    fn location(&self, observation: Tensor<2>) -> Tensor<2> {
        self.encode(observation).location()
    }

    /// Of a flow the deviations are those of its base, of a mixture those of its components.
    fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        self.prior(&()).sample_tempered(n, temperature, rng)
    }
}
