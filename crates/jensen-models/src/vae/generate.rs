//! What a trained VAE is used for: invent, encode, decode.
//!
//! Observations are as the model sees them; undo the preprocessing to go back to the data's units.

use burn::tensor::Tensor;
use jensen_infer::JointModel;
use jensen_prob::Predict;
use jensen_random::Rng;

use super::Vae;
use crate::posterior::{Posterior, PosteriorNet};

impl Vae {
    /// `q(z | x)`, one row an example.
    pub fn encode(&self, observation: Tensor<2>) -> Posterior {
        PosteriorNet::posterior(self.posterior.as_ref(), self.encoder.encode(observation))
    }

    /// `E[x | z]`, `[rows, features]`; of a table `[rows, columns]`, the mean of real and count columns,
    /// the most probable value of binary and categorical ones.
    pub fn decode(&self, latent: Tensor<2>) -> Tensor<2> {
        let likelihood = self.decoder.forward(latent);
        likelihood.prediction(likelihood.expected_statistics())
    }

    /// `E[x | z = E[z | x]]`, in the sense of [`decode`](Self::decode), the posterior's mean in that of
    /// [`Posterior::location`]: the model's memory of `x`.
    pub fn reconstruct(&self, observation: Tensor<2>) -> Tensor<2> {
        self.decode(self.encode(observation).location())
    }

    /// `n` draws from the prior, its deviations scaled by `temperature`, of a flow those of its base; row `i` is draw
    /// `i` of `rng` whatever `n` is.
    pub fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        self.prior(&()).sample_tempered(n, temperature, rng)
    }
}
