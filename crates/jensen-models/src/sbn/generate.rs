//! What a trained sigmoid belief net is used for: invent, encode, decode.

use burn::tensor::Tensor;
use jensen_infer::JointModel;
use jensen_prob::{Bernoulli, Distribution, Expand, Predict};
use jensen_random::Rng;

use super::Sbn;

impl Sbn {
    /// `q(z | x)`, one row an example.
    pub fn encode(&self, observation: Tensor<2>) -> Bernoulli {
        self.encoder.forward(observation)
    }

    /// `E[x | z]`, `[rows, features]`.
    pub fn decode(&self, latent: Tensor<2>) -> Tensor<2> {
        let likelihood = self.decoder.forward(latent);
        likelihood.prediction(likelihood.expected_statistics())
    }

    /// `n` draws from the prior, its logits divided by `temperature`, at 0 the most probable bits; row `i` is draw `i` of `rng` whatever `n` is.
    pub fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        // A logit of 0 stays one.
        let logits = self.decoder.prior(&()).logits() / temperature.max(1e-6);
        Bernoulli::from_logits(logits).expand(n).sample(rng)
    }
}
