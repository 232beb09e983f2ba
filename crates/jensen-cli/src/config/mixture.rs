//! The `[mixture]` table of a configuration.

use jensen_models::factor::{FactorOptions, Noise};
use jensen_models::hmm::HmmOptions;
use jensen_models::mixture::{
    BayesianOptions, Covariance, DiscreteOptions, EmOptions, MixtureError, OnlineEm, Smoothing, WeightPrior,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ModelKind;

/// The `[mixture]` table of a configuration: components, and how they are found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MixtureConfig {
    /// How many components; of a Dirichlet process, at most.
    pub components: usize,
    /// What the covariances of Gaussian components are free to be.
    pub covariance: Covariance,
    /// How many beginnings are tried; the best is kept.
    pub initialisations: usize,
    /// How many of Lloyd's iterations follow k-means++ in a beginning of Gaussian components.
    pub lloyd: usize,
    /// On how many rows, at most, the beginnings are found.
    pub subsample: usize,
    /// A beginning has converged where an iteration raises its objective by less, in nats an example.
    pub tolerance: f64,
    /// Of `gmm`, of factor models and of `hmm` with numbers: the share of each column's variance that is added to every
    /// variance; of factor models, below which the noise never is.
    pub regularisation: f64,
    /// Of `gmm`: learns from each batch as it comes, by steps that fall with this power, above 0.5 and at most 1, of the
    /// number of batches. Without it, an iteration is a pass over all examples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online: Option<f64>,
    /// Of `bgmm`: what is believed of the weights before any example is seen.
    pub weights: WeightPrior,
    /// Of `bgmm`: how many examples the belief in the components' mean is worth.
    pub mean_precision: f64,
    /// Of `bgmm`: the variances that are expected of a component, as a share of the columns'.
    pub spread: f64,
    /// Of `ppca`, `fa` and `mfa`: how many factors there are.
    pub latents: usize,
    /// Of `mfa`: what the variances of the noise are free to be.
    pub noise: Noise,
    /// Of `hmm`: what its states emit; `components` is the number of states.
    pub emissions: Emissions,
    /// Of `cmm`, and of `hmm` with categories: what is added to the count of every category in every component.
    pub pseudo_count: f64,
}

/// What the states of a chain emit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Emissions {
    /// Numbers, normally distributed in each state.
    #[default]
    Gaussian,
    /// Categories in each column, written 0, 1, 2, …
    Categorical,
}

impl Default for MixtureConfig {
    fn default() -> Self {
        let (em, bayesian) = (EmOptions::default(), BayesianOptions::default());
        Self {
            components: em.components,
            covariance: em.covariance,
            initialisations: em.initialisations,
            lloyd: em.lloyd,
            subsample: em.subsample,
            tolerance: em.tolerance,
            regularisation: em.regularisation,
            online: None,
            weights: bayesian.weights,
            mean_precision: bayesian.mean_precision,
            spread: bayesian.spread,
            latents: FactorOptions::default().latents,
            noise: FactorOptions::default().noise,
            emissions: Emissions::default(),
            pseudo_count: DiscreteOptions::default().pseudo_count,
        }
    }
}

impl MixtureConfig {
    /// As a mixture by maximum likelihood reads it.
    pub fn em(&self) -> EmOptions {
        EmOptions {
            components: self.components,
            covariance: self.covariance,
            regularisation: self.regularisation,
            initialisations: self.initialisations,
            lloyd: self.lloyd,
            subsample: self.subsample,
            tolerance: self.tolerance,
            ..EmOptions::default()
        }
    }

    /// As a posterior of mixtures reads it.
    pub fn bayesian(&self) -> BayesianOptions {
        BayesianOptions {
            components: self.components,
            covariance: self.covariance,
            weights: self.weights,
            mean_precision: self.mean_precision,
            spread: self.spread,
            initialisations: self.initialisations,
            lloyd: self.lloyd,
            subsample: self.subsample,
            tolerance: self.tolerance,
            ..BayesianOptions::default()
        }
    }

    /// As a mixture of categorical columns reads it.
    pub fn discrete(&self) -> DiscreteOptions {
        DiscreteOptions {
            components: self.components,
            pseudo_count: self.pseudo_count,
            initialisations: self.initialisations,
            subsample: self.subsample,
            tolerance: self.tolerance,
            ..DiscreteOptions::default()
        }
    }

    /// As a factor model reads it.
    pub fn factor(&self, model: ModelKind) -> FactorOptions {
        FactorOptions {
            components: self.components,
            latents: self.latents,
            noise: match model {
                ModelKind::Ppca => Noise::Isotropic,
                ModelKind::Fa => Noise::Diagonal,
                _ => self.noise,
            },
            regularisation: self.regularisation,
            initialisations: self.initialisations,
            lloyd: self.lloyd,
            subsample: self.subsample,
            tolerance: self.tolerance,
            ..FactorOptions::default()
        }
    }

    /// As a hidden Markov model reads it.
    pub fn hmm(&self) -> HmmOptions {
        HmmOptions {
            states: self.components,
            regularisation: match self.emissions {
                Emissions::Gaussian => self.regularisation,
                Emissions::Categorical => self.pseudo_count,
            },
            initialisations: self.initialisations,
            tolerance: self.tolerance,
            ..HmmOptions::default()
        }
    }

    /// That what a model reads of it makes sense.
    ///
    /// # Errors
    /// For the first option that does not.
    pub fn check(&self, model: ModelKind) -> Result<(), MixtureError> {
        self.online.map_or(Ok(()), |exponent| OnlineEm::check_exponent("online", exponent))?;
        if self.online.is_some() && model != ModelKind::Gmm {
            let problem = format!("is for gmm, not for {}: leave it out", model.name());
            return Err(MixtureError::Parameter { name: "online", problem });
        }
        match model {
            ModelKind::Bgmm => self.bayesian().check(),
            ModelKind::Cmm => self.discrete().check(),
            ModelKind::Ppca | ModelKind::Fa if self.components != 1 => {
                let problem = format!("is {}, but {} has one: use mfa", self.components, model.name());
                Err(MixtureError::Parameter { name: "components", problem })
            }
            ModelKind::Ppca | ModelKind::Fa | ModelKind::Mfa => self.factor(model).check(),
            ModelKind::Hmm => {
                Smoothing::new(self.pseudo_count)?;
                Ok(self.hmm().check()?)
            }
            _ => self.em().check(),
        }
    }
}
