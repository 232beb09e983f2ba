//! The model p(x, z | c): a prior over latents and a likelihood of observations.

use burn::tensor::Tensor;
use jensen_prob::Distribution;

/// A latent-variable model `p(x, z | c) = p(z | c) p(x | z, c)`.
///
/// `Condition = ()` where there is none. The model knows nothing of how its posterior is found
/// ([`Guide`](crate::Guide)) nor of how it is learned ([`Learner`](crate::Learner)).
pub trait JointModel {
    /// What is seen, `x`.
    type Observation;
    /// What the model is told, `c`.
    type Condition;
    /// What is inferred, `z`.
    type Latent;
    /// The family of `p(z | c)`.
    type Prior: Distribution<Value = Self::Latent>;
    /// The family of `p(x | z, c)`.
    type Likelihood: Distribution<Value = Self::Observation>;

    /// `p(z | c)`; without condition a single row, which meets any batch.
    fn prior(&self, condition: &Self::Condition) -> Self::Prior;

    /// `p(x | z, c)`, one row for each row of `latent`.
    ///
    /// `K` samples of a batch come as `K·batch` latent rows, sample-major, beside the `batch` rows of
    /// the condition: row `r` of the latent belongs to row `r % batch` of the condition.
    fn likelihood(&self, latent: &Self::Latent, condition: &Self::Condition) -> Self::Likelihood;

    /// The values on the way from the latents, these included, to the likelihood's parameters, by name
    /// and in the order of computation, in rows like those of `latent`: what a report on a failed step
    /// shows.
    fn trace(&self, latent: &Self::Latent, condition: &Self::Condition) -> Vec<(String, Tensor<2>)> {
        let _ = (latent, condition);
        Vec::new()
    }
}
