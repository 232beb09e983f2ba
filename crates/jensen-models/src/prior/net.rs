//! What is learned of a prior.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use jensen_prob::{Categorical, Distribution, Mixture, Normal, Transformed};

use super::{NormalMixture, Prior, PseudoInputs};
use crate::nets::CouplingFlow;
use crate::posterior::Posterior;

/// The parameters of a prior that has some.
#[derive(Module, Debug)]
pub enum PriorNet {
    /// The nets of the couplings.
    Flow(CouplingFlow),
    /// Weights, means and deviations.
    Mixture(NormalMixture),
    /// The observations whose posteriors are mixed.
    Vamp(PseudoInputs),
}

impl PriorNet {
    /// The prior, one row, which meets any batch; without a net the standard normal one. `posterior` is that of
    /// what the encoder's first layer sees.
    pub(crate) fn prior(
        net: Option<&Self>,
        latent_dim: usize,
        device: &Device,
        posterior: impl FnOnce(Tensor<2>) -> Posterior,
    ) -> Prior {
        // A constant: off the autodiff device its operations cost less.
        let standard = || Normal::standard(1, latent_dim, &device.clone().inner());
        match net {
            None => Prior::Normal(standard()),
            Some(Self::Flow(flow)) => Prior::Flow(Transformed::new(standard(), flow.map())),
            Some(Self::Mixture(mixture)) => Prior::Mixture(mixture.distribution()),
            Some(Self::Vamp(pseudo_inputs)) => {
                let components = posterior(pseudo_inputs.inputs());
                let even = Tensor::zeros([1, components.rows()], &device.clone().inner());
                Prior::Vamp(Mixture::new(Categorical::from_logits(even), components))
            }
        }
    }
}
