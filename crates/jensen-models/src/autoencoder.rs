//! What every autoencoder is used for: invent, decode, remember.

use burn::tensor::Tensor;
use jensen_infer::{JointModel, VariationalModel};
use jensen_prob::Predict;
use jensen_random::Rng;

/// A model of observations `[rows, features]` with latents `[rows, latents]`, and its amortized posterior.
///
/// Observations are as the model sees them; undo the preprocessing to go back to the data's units.
/// [`VaeConfig::init`](crate::VaeConfig::init) has an example.
pub trait Autoencoder:
    VariationalModel<
    Model: JointModel<Observation = Tensor<2>, Condition = (), Latent = Tensor<2>, Likelihood: Predict>,
>
{
    /// Where the posterior of each observation lies, `[rows, latents]`: its mean, where it has one.
    fn location(&self, observation: Tensor<2>) -> Tensor<2>;

    /// `n` draws from the prior, its deviations multiplied or its logits divided by `temperature`, at 0 the mean or the most
    /// probable values; row `i` is draw `i` of `rng` whatever `n` is.
    fn sample_latents(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2>;

    /// `E[x | z]`, `[rows, features]`; of a table `[rows, columns]`, the mean of real and count columns, the most probable
    /// value of binary and categorical ones.
    fn decode(&self, latent: Tensor<2>) -> Tensor<2> {
        let likelihood = self.model().likelihood(&latent, &());
        likelihood.prediction(likelihood.expected_statistics())
    }

    /// `E[x | z]` at the [`location`](Self::location) of the posterior of `x`: the model's memory of it.
    fn reconstruct(&self, observation: Tensor<2>) -> Tensor<2> {
        self.decode(self.location(observation))
    }
}

/// The smallest temperature that logits are divided by: a logit of 0 stays one at 0.
pub(crate) const COLDEST: f64 = 1e-6;
