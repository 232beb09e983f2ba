//! What is learned.

use jensen_infer::estimator::Capability;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// A variational autoencoder (Kingma & Welling 2014).
    #[default]
    Vae,
    /// A sigmoid belief net: an autoencoder whose latents are layers of bits (Neal 1992; Mnih & Gregor 2014).
    Sbn,
    /// An autoencoder whose latents are choices among a few categories each (Jang, Gu & Poole 2017).
    CatVae,
}

impl ModelKind {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::Vae, Self::Sbn, Self::CatVae];

    /// The name in configurations and run names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vae => "vae",
            Self::Sbn => "sbn",
            Self::CatVae => "cat-vae",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether its latents are discrete.
    pub fn is_discrete(self) -> bool {
        match self {
            Self::Vae => false,
            Self::Sbn | Self::CatVae => true,
        }
    }

    /// What its posterior has for an estimator.
    pub fn capabilities(self) -> &'static [Capability] {
        if self.is_discrete() {
            &[Capability::Density, Capability::Relaxable, Capability::Enumerable]
        } else {
            &[Capability::Density, Capability::Reparameterized]
        }
    }
}
