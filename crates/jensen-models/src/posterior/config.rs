//! The choice of a family of posteriors and what it is given by.

use jensen_infer::InferError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PosteriorNet;
use crate::flow_options;
use crate::nets::{AutoregressiveFlow, CouplingFlow, FlowLayers, NetSize, Scope};

/// The family of `q(z | x)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "family", rename_all = "snake_case", deny_unknown_fields)]
pub enum PosteriorConfig {
    /// Normal with independent dimensions (Kingma & Welling 2014).
    // Braces, because serde lets unknown fields of a unit variant pass.
    Normal {},
    /// Normal with a full covariance: the encoder gives its triangular factor too.
    Full {},
    /// An inverse autoregressive flow of the normal posterior (Kingma et al. 2016): draws are fast, the density of
    /// any other value takes a pass for each dimension.
    Iaf {
        /// Steps, between which the order of the dimensions is turned round.
        #[serde(default = "default_iaf_layers")]
        layers: usize,
        /// Widths of the hidden layers of each step's net.
        #[serde(default = "default_hidden")]
        hidden: Vec<usize>,
    },
    /// Affine couplings of the normal posterior (Dinh et al. 2017): fast in both directions.
    Flow {
        /// Couplings.
        #[serde(default = "default_couplings")]
        layers: usize,
        /// Widths of the hidden layers of each coupling's net.
        #[serde(default = "default_hidden")]
        hidden: Vec<usize>,
    },
}

impl Default for PosteriorConfig {
    fn default() -> Self {
        Self::Normal {}
    }
}

impl PosteriorConfig {
    /// Whether the family can be had in so many dimensions.
    ///
    /// # Errors
    /// [`InferError::Option`] if a flow has no layers, a layer no units, or a coupling one dimension alone.
    pub fn check(&self, latent_dim: usize) -> Result<(), InferError> {
        match self {
            Self::Normal {} | Self::Full {} => Ok(()),
            Self::Iaf { layers, hidden } => {
                flow_options::check(["vae.posterior.layers", "vae.posterior.hidden"], *layers, hidden)
            }
            Self::Flow { layers, hidden } => {
                flow_options::check(["vae.posterior.layers", "vae.posterior.hidden"], *layers, hidden)?;
                flow_options::check_couplings("vae.posterior.family", latent_dim)
            }
        }
    }

    /// How large what [`init`](Self::init) makes is.
    pub(crate) fn size(&self, latent_dim: usize, context: usize) -> NetSize {
        let net = |inputs: usize, hidden: &[usize], outputs: usize| {
            NetSize::dense(&[&[context + inputs], hidden, &[outputs]].concat())
        };
        let (kept, pairs) = (latent_dim / 2, latent_dim as f64 * latent_dim.saturating_sub(1) as f64 / 2.0);
        match self {
            Self::Normal {} => NetSize::default(),
            Self::Full {} => NetSize {
                weights: (context as f64 + 1.0) * pairs,
                activations: latent_dim as f64 * latent_dim as f64,
            },
            Self::Iaf { layers, hidden } => net(latent_dim, hidden, 2 * latent_dim).times(*layers),
            Self::Flow { layers, hidden } => net(kept, hidden, 2 * (latent_dim - kept)).times(*layers),
        }
    }

    /// What the posterior is made of beside the encoder's means and variances, which has `context` numbers of the
    /// encoder to go by.
    pub(crate) fn init(&self, latent_dim: usize, context: usize, scope: &Scope) -> Option<PosteriorNet> {
        match self {
            Self::Normal {} => None,
            // One dimension has no other to depend on.
            Self::Full {} if latent_dim < 2 => None,
            Self::Full {} => {
                let below_diagonal = latent_dim * (latent_dim - 1) / 2;
                Some(PosteriorNet::Full(scope.linear_within(context, below_diagonal, 0.0)))
            }
            Self::Iaf { layers, hidden } => {
                let flow = FlowLayers { layers: *layers, hidden };
                Some(PosteriorNet::Iaf(AutoregressiveFlow::init(latent_dim, context, flow, scope)))
            }
            Self::Flow { layers, hidden } => {
                let flow = FlowLayers { layers: *layers, hidden };
                Some(PosteriorNet::Flow(CouplingFlow::init(latent_dim, context, flow, scope)))
            }
        }
    }
}

fn default_iaf_layers() -> usize {
    2
}

fn default_couplings() -> usize {
    4
}

fn default_hidden() -> Vec<usize> {
    vec![100]
}
