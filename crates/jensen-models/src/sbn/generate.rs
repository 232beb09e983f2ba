//! What a trained sigmoid belief net is used for: invent, encode, decode.

use burn::tensor::Tensor;
use jensen_infer::JointModel;
use jensen_prob::{Bernoulli, Expand, Predict};
use jensen_random::Rng;

use super::Sbn;

impl Sbn {
    /// `q(z | x)`, one row an example.
    pub fn encode(&self, observation: Tensor<2>) -> Bernoulli {
        Bernoulli::from_logits(Tensor::cat(self.posterior_logits(observation), 1))
    }

    /// `E[x | z]`, `[rows, features]`.
    pub fn decode(&self, latent: Tensor<2>) -> Tensor<2> {
        let likelihood = self.likelihood(&latent, &());
        likelihood.prediction(likelihood.expected_statistics())
    }

    /// `n` draws from the prior, the logits divided by `temperature`, at 0 the most probable bits of each layer; row `i` is
    /// draw `i` of `rng` whatever `n` is.
    pub fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        self.prior(&()).expand(n).sample_tempered(temperature, rng)
    }
}
