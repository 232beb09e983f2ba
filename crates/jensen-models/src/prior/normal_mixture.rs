//! A learned mixture of normal distributions.

use burn::{
    module::{Module, Param},
    tensor::Tensor,
};
use jensen_prob::{Categorical, Mixture, Normal};

use crate::nets::Scope;

/// `Σ_k π_k N(z; μ_k, diag σ_k²)` with everything learned.
///
/// The components start with a deviation of 1 and means within ±1, so that the mixture starts near the standard
/// normal distribution and no two components learn the same.
#[derive(Module, Debug)]
pub struct NormalMixture {
    logits: Param<Tensor<2>>,
    means: Param<Tensor<2>>,
    log_stds: Param<Tensor<2>>,
}

impl NormalMixture {
    /// A mixture of `components` under the path of `scope`.
    pub(crate) fn init(components: usize, latent_dim: usize, scope: &Scope) -> Self {
        Self {
            logits: scope.constant("logits", [1, components], 0.0),
            means: scope.uniform("means", [components, latent_dim], 1.0),
            log_stds: scope.constant("log_stds", [components, latent_dim], 0.0),
        }
    }

    /// The mixture, one row.
    pub fn distribution(&self) -> Mixture<Normal> {
        let components = Normal::from_log_std(self.means.val(), self.log_stds.val());
        Mixture::new(Categorical::from_logits(self.logits.val()), components)
    }
}
