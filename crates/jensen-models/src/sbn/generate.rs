//! What a trained sigmoid belief net is used for.

use burn::tensor::Tensor;
use jensen_infer::JointModel;
use jensen_prob::{Bernoulli, Expand, Mean};
use jensen_random::Rng;

use super::Sbn;
use crate::Autoencoder;

impl Sbn {
    /// `q(z | x)`, one row an example.
    pub fn encode(&self, observation: Tensor<2>) -> Bernoulli {
        Bernoulli::from_logits(Tensor::cat(self.posterior_logits(observation), 1))
    }
}

impl Autoencoder for Sbn {
    fn location(&self, observation: Tensor<2>) -> Tensor<2> {
        self.encode(observation).mean()
    }

    fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        self.prior(&()).expand(n).sample_tempered(temperature, rng)
    }
}
