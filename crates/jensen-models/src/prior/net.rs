//! What is learned of a prior.

use burn::{
    module::Module,
    tensor::Device,
};
use jensen_prob::{Normal, Transformed};

use super::Prior;
use crate::nets::CouplingFlow;

/// The parameters of a prior that has some.
#[derive(Module, Debug)]
pub enum PriorNet {
    /// The nets of the couplings.
    Flow(CouplingFlow),
}

impl PriorNet {
    /// The prior, one row, which meets any batch; without a net the standard normal one.
    pub(crate) fn prior(net: Option<&Self>, latent_dim: usize, device: &Device) -> Prior {
        // A constant: off the autodiff device its operations cost less.
        let standard = Normal::standard(1, latent_dim, &device.clone().inner());
        match net {
            None => Prior::Normal(standard),
            Some(Self::Flow(flow)) => Prior::Flow(Transformed::new(standard, flow.map())),
        }
    }
}
