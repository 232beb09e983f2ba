//! How the gradient of a bound is found.
//!
//! A bound is an expectation under the posterior, whose parameters the gradient is taken for. An
//! estimator turns it into a [`Surrogate`]: a loss whose gradient is an estimate of the bound's.

mod pathwise;

use burn::tensor::Tensor;
use jensen_random::Rng;

pub use pathwise::Pathwise;

use crate::objective::{Objective, Terms};
use crate::{Evidence, Guide, InferError, JointModel};

/// A way to estimate the gradient of an objective for model `M` and guide `G`.
///
/// Which posteriors it works with is said by the bounds of its implementation.
pub trait Estimator<M: JointModel, G: Guide<M>> {
    /// The value of the objective on these examples and a loss with its gradient.
    ///
    /// # Errors
    /// If the objective needs what the guide does not have.
    fn surrogate(
        &self,
        objective: &dyn Objective,
        model: &M,
        guide: &G,
        evidence: &Evidence<'_, M>,
        sampling: &Sampling<'_>,
    ) -> Result<Surrogate, InferError>;

    /// The latents that [`surrogate`](Self::surrogate) draws from this posterior, for a report on a
    /// step that failed; `None` where they are not to be had.
    fn latents(
        &self,
        objective: &dyn Objective,
        posterior: &G::Posterior,
        rows: &[u64],
        sampling: &Sampling<'_>,
    ) -> Option<M::Latent> {
        let _ = (objective, posterior, rows, sampling);
        None
    }
}

/// What an estimate is drawn with.
#[derive(Clone, Copy, Debug)]
pub struct Sampling<'a> {
    /// The stream of the posterior's samples; the estimator names the rows.
    pub rng: Rng<'a>,
    /// The factor in `[0, 1]` that KL warm-up puts on the divergence.
    pub warm_up: f64,
}

/// A loss whose gradient estimates the gradient of a bound, beside what was measured on the way.
#[derive(Debug)]
pub struct Surrogate {
    /// The objective of each example in nats, cut from the graph, `[batch]`.
    pub bound: Tensor<1>,
    /// What it is made of, cut from the graph.
    pub terms: Terms,
    /// The scalar to minimise, a mean over the batch.
    pub loss: Tensor<1>,
    /// A scalar that only baselines or control variates learn from, where there are any.
    pub control: Option<Tensor<1>>,
}
