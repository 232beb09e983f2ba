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
    /// A mixture of Gaussians, by expectation–maximisation (Dempster, Laird & Rubin 1977).
    Gmm,
    /// A posterior of such mixtures, by variational Bayes; finite, or a Dirichlet process (Bishop 2006, 10.2; Blei & Jordan
    /// 2006).
    Bgmm,
    /// A mixture of categorical columns, bits among them.
    Cmm,
    /// A mixture density network: what is predicted from the rest, as a mixture of Gaussians by a net (Bishop 1994).
    Mdn,
}

impl ModelKind {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 7] =
        [Self::Vae, Self::Sbn, Self::CatVae, Self::Gmm, Self::Bgmm, Self::Cmm, Self::Mdn];

    /// Those that learn by gradients of a bound.
    pub const AUTOENCODERS: [Self; 3] = [Self::Vae, Self::Sbn, Self::CatVae];

    /// The name in configurations and run names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vae => "vae",
            Self::Sbn => "sbn",
            Self::CatVae => "cat-vae",
            Self::Gmm => "gmm",
            Self::Bgmm => "bgmm",
            Self::Cmm => "cmm",
            Self::Mdn => "mdn",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is an autoencoder, learned by gradients of a bound.
    pub fn is_autoencoder(self) -> bool {
        Self::AUTOENCODERS.contains(&self)
    }

    /// What its posterior has for an estimator of gradients.
    pub fn capabilities(self) -> &'static [Capability] {
        match self {
            Self::Vae => &[Capability::Density, Capability::Reparameterized],
            Self::Sbn | Self::CatVae => &[Capability::Density, Capability::Relaxable, Capability::Enumerable],
            Self::Gmm | Self::Bgmm | Self::Cmm | Self::Mdn => &[],
        }
    }

    /// The sections of the configuration that say what it is and how it learns, beside those that say it of every model.
    pub fn sections(self) -> &'static [&'static str] {
        match self {
            Self::Vae => &["vae", "objective", "estimator", "optimizer"],
            Self::Sbn => &["vae", "sbn", "objective", "estimator", "optimizer"],
            Self::CatVae => &["vae", "cat_vae", "objective", "estimator", "optimizer"],
            Self::Gmm | Self::Bgmm | Self::Cmm => &["mixture"],
            Self::Mdn => &["mdn", "optimizer"],
        }
    }
}
