//! What a trained categorical autoencoder is used for.

use burn::tensor::Tensor;
use jensen_infer::JointModel;
use jensen_prob::{ConditionalReparameterized, Distribution, Expand, Independent, Mean, OneHotCategorical};
use jensen_random::Rng;

use super::CategoricalVae;
use crate::Autoencoder;
use crate::autoencoder::COLDEST;

impl CategoricalVae {
    /// `q(z | x)`, one row an example.
    pub fn encode(&self, observation: Tensor<2>) -> Independent<OneHotCategorical> {
        self.one_hot(self.encoder.forward(observation))
    }
}

impl Autoencoder for CategoricalVae {
    fn location(&self, observation: Tensor<2>) -> Tensor<2> {
        self.encode(observation).mean()
    }

    fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        let prior = self.prior(&());
        prior.with_logits(prior.logits() / temperature.max(COLDEST)).expand(n).sample(rng)
    }
}
