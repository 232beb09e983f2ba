//! What a trained VAE is used for: invent, encode, decode.
//!
//! Observations are as the model sees them; undo the preprocessing to go back to the data's units.

use burn::tensor::Tensor;
use jensen_infer::JointModel;
use jensen_prob::{Distribution, Expand, Normal, Predict};
use jensen_random::Rng;

use super::Vae;

impl Vae {
    /// `q(z | x)`, one row an example.
    pub fn encode(&self, observation: Tensor<2>) -> Normal {
        let (mean, log_variance) = self.encoder.forward(observation);
        Normal::from_log_variance(mean, log_variance)
    }

    /// `E[x | z]`, `[rows, features]`; of a table `[rows, columns]`, the mean of real and count columns,
    /// the most probable value of binary and categorical ones.
    pub fn decode(&self, latent: Tensor<2>) -> Tensor<2> {
        let likelihood = self.decoder.forward(latent);
        likelihood.prediction(likelihood.expected_statistics())
    }

    /// `E[x | z = E[z | x]]`, in the sense of [`decode`](Self::decode): the model's memory of `x`.
    pub fn reconstruct(&self, observation: Tensor<2>) -> Tensor<2> {
        self.decode(self.encode(observation).mean())
    }

    /// `n` draws from the prior, its deviation scaled by `temperature`; row `i` is draw `i` of
    /// `rng` whatever `n` is.
    pub fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        self.decoder.prior(&()).expand(n).sample(rng) * temperature
    }
}
