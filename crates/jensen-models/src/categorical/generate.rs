//! What a trained categorical autoencoder is used for: invent, encode, decode.

use burn::tensor::Tensor;
use jensen_infer::JointModel;
use jensen_prob::{
    ConditionalReparameterized, Distribution, Expand, Independent, OneHotCategorical, Predict,
};
use jensen_random::Rng;

use super::CategoricalVae;

impl CategoricalVae {
    /// `q(z | x)`, one row an example.
    pub fn encode(&self, observation: Tensor<2>) -> Independent<OneHotCategorical> {
        self.one_hot(self.encoder.forward(observation))
    }

    /// `E[x | z]`, `[rows, features]`.
    pub fn decode(&self, latent: Tensor<2>) -> Tensor<2> {
        let likelihood = self.likelihood(&latent, &());
        likelihood.prediction(likelihood.expected_statistics())
    }

    /// `n` draws from the prior, its logits divided by `temperature`, at 0 the most probable categories; row `i` is draw
    /// `i` of `rng` whatever `n` is.
    pub fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        // Logits that are equal stay so.
        let logits = self.prior(&()).logits() / temperature.max(1e-6);
        self.one_hot(logits).expand(n).sample(rng)
    }
}
