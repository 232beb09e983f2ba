//! The choice of a family of priors and what it is given by.

use jensen_infer::InferError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{NormalMixture, PriorNet, PseudoInputs, PseudoStart};
use crate::flow_options;
use crate::nets::{CouplingFlow, FlowLayers, NetSize, Scope};

/// The family of `p(z)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "family", rename_all = "snake_case", deny_unknown_fields)]
pub enum PriorConfig {
    /// Standard normal; nothing is learned.
    // Braces, because serde lets unknown fields of a unit variant pass.
    Normal {},
    /// Affine couplings of a standard normal distribution (Dinh et al. 2017), learned.
    Flow {
        /// Couplings.
        #[serde(default = "default_couplings")]
        layers: usize,
        /// Widths of the hidden layers of each coupling's net.
        #[serde(default = "default_hidden")]
        hidden: Vec<usize>,
    },
    /// A mixture of normal distributions with independent dimensions, learned.
    Mixture {
        /// Of how many.
        #[serde(default = "default_components")]
        components: usize,
    },
    /// An even mixture of the posteriors of learned observations (Tomczak & Welling 2018).
    Vamp {
        /// Of how many.
        #[serde(default = "default_pseudo_inputs")]
        pseudo_inputs: usize,
    },
}

impl Default for PriorConfig {
    fn default() -> Self {
        Self::Normal {}
    }
}

impl PriorConfig {
    /// Whether the family can be had in so many dimensions.
    ///
    /// # Errors
    /// [`InferError::Option`] if a flow has no layers, a layer no units, or a coupling one dimension alone, or a
    /// mixture is of nothing.
    pub fn check(&self, latent_dim: usize) -> Result<(), InferError> {
        match self {
            Self::Normal {} => Ok(()),
            Self::Flow { layers, hidden } => {
                flow_options::check(["vae.prior.layers", "vae.prior.hidden"], *layers, hidden)?;
                flow_options::check_couplings("vae.prior.family", latent_dim)
            }
            Self::Mixture { components } => at_least_one("vae.prior.components", *components),
            Self::Vamp { pseudo_inputs } => at_least_one("vae.prior.pseudo_inputs", *pseudo_inputs),
        }
    }

    /// How large what [`init`](Self::init) makes is, with posteriors of this size, for observations of which the
    /// encoder sees so many numbers.
    pub(crate) fn size(&self, latent_dim: usize, inputs: usize, posterior: NetSize) -> NetSize {
        let (kept, d) = (latent_dim / 2, latent_dim as f64);
        match self {
            Self::Normal {} => NetSize::default(),
            Self::Flow { layers, hidden } => {
                let widths = [&[kept], hidden.as_slice(), &[2 * (latent_dim - kept)]].concat();
                NetSize::dense(&widths).times(*layers)
            }
            Self::Mixture { components } => {
                NetSize { weights: 2.0 * d + 1.0, activations: d }.times(*components)
            }
            Self::Vamp { pseudo_inputs } => {
                NetSize { weights: inputs as f64, activations: d + posterior.activations }
                    .times(*pseudo_inputs)
            }
        }
    }

    /// What is learned of the prior; pseudo-inputs start about `start`.
    pub(crate) fn init(&self, latent_dim: usize, start: &PseudoStart<'_>, scope: &Scope) -> Option<PriorNet> {
        match self {
            Self::Normal {} => None,
            Self::Flow { layers, hidden } => {
                let flow = FlowLayers { layers: *layers, hidden };
                Some(PriorNet::Flow(CouplingFlow::init(latent_dim, 0, flow, scope)))
            }
            Self::Mixture { components } => {
                Some(PriorNet::Mixture(NormalMixture::init(*components, latent_dim, scope)))
            }
            Self::Vamp { pseudo_inputs } => {
                Some(PriorNet::Vamp(PseudoInputs::init(*pseudo_inputs, start, scope)))
            }
        }
    }
}

/// # Errors
/// If there is none.
fn at_least_one(option: &'static str, count: usize) -> Result<(), InferError> {
    if count > 0 {
        return Ok(());
    }
    Err(InferError::Option { option, value: "0".to_owned(), expected: "at least 1" })
}

fn default_components() -> usize {
    20
}

fn default_pseudo_inputs() -> usize {
    100
}

fn default_couplings() -> usize {
    4
}

fn default_hidden() -> Vec<usize> {
    vec![100]
}
