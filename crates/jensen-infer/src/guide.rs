//! The approximate posterior q(z | x, c).

use burn::tensor::Tensor;
use jensen_prob::Distribution;

use crate::{Evidence, JointModel};

/// A variational posterior for `M`: exact, one set of parameters per data point, or amortized.
pub trait Guide<M: JointModel> {
    /// The family of `q(z | x, c)`.
    type Posterior: Distribution<Value = M::Latent>;

    /// `q(z | x, c)`, one row an example.
    fn posterior(&self, evidence: &Evidence<'_, M>) -> Self::Posterior;

    /// `KL(q ‖ p)` of each row in nats, where this pair of families has a closed form; an objective
    /// that needs one refuses a guide that says `None`.
    ///
    /// `[rows, groups]`: a column for each group of latent dimensions that is independent of the
    /// others, which is what free bits are counted by. For independent dimensions that is one line,
    /// `Some(posterior.kl_per_dim(prior))`; a full covariance has a single column.
    fn exact_kl(&self, posterior: &Self::Posterior, prior: &M::Prior) -> Option<Tensor<2>> {
        let _ = (posterior, prior);
        None
    }

    /// The mean of each posterior, `[rows, latent]`, where it has one: what active units and maps of
    /// the latent space are made of.
    fn posterior_mean(&self, posterior: &Self::Posterior) -> Option<Tensor<2>> {
        let _ = posterior;
        None
    }

    /// The values on the way from the evidence to the posterior's parameters, by name and in the order
    /// of computation, each with one row an example: what a report on a failed step shows.
    fn trace(&self, evidence: &Evidence<'_, M>) -> Vec<(String, Tensor<2>)> {
        let _ = evidence;
        Vec::new()
    }
}
