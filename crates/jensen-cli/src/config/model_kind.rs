//! What is learned.

use jensen_infer::Quantity;
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
    /// Probabilistic principal components (Tipping & Bishop 1999).
    Ppca,
    /// Factor analysis (Rubin & Thayer 1982).
    Fa,
    /// A mixture of factor analysers (Ghahramani & Hinton 1997).
    Mfa,
    /// A hidden Markov model of sequences (Baum, Petrie, Soules & Weiss 1970).
    Hmm,
    /// A mixture density network: what is predicted from the rest, as a mixture of Gaussians by a net (Bishop 1994).
    Mdn,
}

impl ModelKind {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 11] = [
        Self::Vae,
        Self::Sbn,
        Self::CatVae,
        Self::Gmm,
        Self::Bgmm,
        Self::Cmm,
        Self::Ppca,
        Self::Fa,
        Self::Mfa,
        Self::Hmm,
        Self::Mdn,
    ];

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
            Self::Ppca => "ppca",
            Self::Fa => "fa",
            Self::Mfa => "mfa",
            Self::Hmm => "hmm",
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

    /// Whether examples may count more or less often than once.
    pub fn reads_weights(self) -> bool {
        !self.is_autoencoder() && self != Self::Mdn
    }

    /// What takes less memory.
    pub fn takes_less_memory(self) -> &'static str {
        match self {
            Self::Vae | Self::Sbn | Self::CatVae => {
                "a smaller `--batch-size`, fewer `--samples` or a smaller net takes less"
            }
            Self::Mdn => "a smaller `--batch-size` or a smaller net takes less",
            Self::Gmm | Self::Bgmm => {
                "a smaller `--batch-size`, fewer `--components`, fewer `--inits` or `--covariance diag` takes less"
            }
            Self::Ppca | Self::Fa => "a smaller `--batch-size` or `--latent-dim` takes less",
            Self::Mfa => {
                "a smaller `--batch-size` or `--latent-dim`, fewer `--components` or `--inits` takes less"
            }
            Self::Cmm | Self::Hmm => {
                "a smaller `--batch-size`, fewer `--components` or fewer `--inits` takes less"
            }
        }
    }

    /// What it gives the density or probability of.
    pub fn quantity(self) -> Quantity {
        if self == Self::Mdn { Quantity::Conditional } else { Quantity::Marginal }
    }

    /// What its posterior has for an estimator of gradients.
    pub fn capabilities(self) -> &'static [Capability] {
        match self {
            Self::Vae => &[Capability::Density, Capability::Reparameterized],
            Self::Sbn | Self::CatVae => &[Capability::Density, Capability::Relaxable, Capability::Enumerable],
            _ => &[],
        }
    }

    /// The sections of the configuration that say what it is and how it learns, beside those that say it of every model.
    pub fn sections(self) -> &'static [&'static str] {
        match self {
            Self::Vae => &["vae", "objective", "estimator", "optimizer"],
            Self::Sbn => &["vae", "sbn", "objective", "estimator", "optimizer"],
            Self::CatVae => &["vae", "cat_vae", "objective", "estimator", "optimizer"],
            Self::Mdn => &["mdn", "optimizer"],
            _ => &["mixture"],
        }
    }

    /// Whether an option, by its path, is read by it; of a section, whether some of it is.
    pub fn reads(self, option: &str) -> bool {
        let (section, key) = option.split_once('.').unwrap_or((option, ""));
        let is_foreign = Self::ALL.into_iter().flat_map(Self::sections).any(|own| *own == section);
        if is_foreign && !self.sections().contains(&section) {
            return false;
        }
        if self.is_autoencoder() || self == Self::Mdn || key.is_empty() {
            return true;
        }
        let key = key.split('.').next().unwrap_or_default();
        match section {
            "fit" => {
                ["epochs", "batch_size", "validate_every", "early_stopping", "checkpoint"].contains(&key)
            }
            // All but bits are seen as they are.
            "data" => key != "scale" || self == Self::Cmm,
            "mixture" => match key {
                "covariance" => matches!(self, Self::Gmm | Self::Bgmm | Self::Hmm),
                "initialisations" => !matches!(self, Self::Ppca | Self::Fa),
                "lloyd" => matches!(self, Self::Gmm | Self::Bgmm | Self::Mfa),
                "subsample" => !matches!(self, Self::Ppca | Self::Fa | Self::Hmm),
                "regularisation" => !matches!(self, Self::Bgmm | Self::Cmm),
                "weights" | "mean_precision" | "spread" => self == Self::Bgmm,
                "latents" => matches!(self, Self::Ppca | Self::Fa | Self::Mfa),
                "noise" => self == Self::Mfa,
                "emissions" => self == Self::Hmm,
                "pseudo_count" => matches!(self, Self::Cmm | Self::Hmm),
                _ => true,
            },
            _ => true,
        }
    }
}
