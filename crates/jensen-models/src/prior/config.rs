//! The choice of a family of priors and what it is given by.

use jensen_infer::InferError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PriorNet;
use crate::flow_options;
use crate::nets::{CouplingFlow, FlowLayers, Scope};

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
    /// [`InferError::Option`] if a flow has no layers, a layer no units, or a coupling one dimension alone.
    pub fn check(&self, latent_dim: usize) -> Result<(), InferError> {
        match self {
            Self::Normal {} => Ok(()),
            Self::Flow { layers, hidden } => {
                flow_options::check(["prior.layers", "prior.hidden"], *layers, hidden)?;
                flow_options::check_couplings("prior.family", latent_dim)
            }
        }
    }

    /// What is learned of the prior.
    pub(crate) fn init(&self, latent_dim: usize, scope: &Scope) -> Option<PriorNet> {
        match self {
            Self::Normal {} => None,
            Self::Flow { layers, hidden } => {
                let flow = FlowLayers { layers: *layers, hidden };
                Some(PriorNet::Flow(CouplingFlow::init(latent_dim, 0, flow, scope)))
            }
        }
    }
}

fn default_couplings() -> usize {
    4
}

fn default_hidden() -> Vec<usize> {
    vec![100]
}
