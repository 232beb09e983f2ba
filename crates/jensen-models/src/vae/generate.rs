//! What a trained VAE is used for: invent, encode, decode, walk through the latent space.
//!
//! Observations are as the model sees them; undo the preprocessing to go back to the data's units.

use burn::tensor::Tensor;
use jensen_infer::JointModel;
use jensen_prob::{Distribution, Expand, Mean, Normal};
use jensen_random::Rng;

use super::Vae;

impl Vae {
    /// `q(z | x)`, one row an example.
    pub fn encode(&self, observation: Tensor<2>) -> Normal {
        let (mean, log_variance) = self.encoder.forward(observation);
        Normal::from_log_variance(mean, log_variance)
    }

    /// `E[x | z]`, `[rows, features]`.
    pub fn decode(&self, latent: Tensor<2>) -> Tensor<2> {
        self.decoder.forward(latent).mean()
    }

    /// `E[x | z = E[z | x]]`: the model's memory of `x`.
    pub fn reconstruct(&self, observation: Tensor<2>) -> Tensor<2> {
        self.decode(self.encode(observation).mean())
    }

    /// `n` draws from the prior, its deviation scaled by `temperature`; row `i` is draw `i` of
    /// `rng` whatever `n` is.
    pub fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        self.decoder.prior(&()).expand(n).sample(rng) * temperature
    }

    /// Points on the line from `from` to `to` (`[1, latent]` each), ends included,
    /// `[steps, latent]`.
    ///
    /// # Panics
    /// If there are fewer than two steps.
    pub fn interpolate(from: &Tensor<2>, to: &Tensor<2>, steps: usize) -> Tensor<2> {
        assert!(steps >= 2, "a line has two ends");
        let point = |i: usize| {
            let t = i as f64 / (steps - 1) as f64;
            from.clone() * (1.0 - t) + to.clone() * t
        };
        Tensor::cat((0..steps).map(point).collect(), 0)
    }

    /// `at` (`[1, latent]`) with dimension `dim` set to each of `values`, `[values, latent]`.
    ///
    /// # Panics
    /// If there is no such dimension.
    pub fn traverse(at: &Tensor<2>, dim: usize, values: &[f64]) -> Tensor<2> {
        let [_, latent] = at.dims();
        assert!(dim < latent, "dimension {dim} of a latent space of {latent}");
        let point = |&value: &f64| at.clone().slice_fill([0..1, dim..dim + 1], value);
        Tensor::cat(values.iter().map(point).collect(), 0)
    }
}
