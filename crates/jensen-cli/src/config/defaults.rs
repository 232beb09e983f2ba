//! What a configuration is if no one says.

use jensen_data::{Binarize, DataConfig};
use jensen_infer::fit::FitConfig;
use jensen_infer::{
    EstimatorConfig, EstimatorKind, ObjectiveConfig, ObjectiveKind, OptimizerConfig, OptimizerKind,
};
use jensen_models::likelihood::LikelihoodConfig;
use jensen_models::nets::{Activation, NetConfig};
use jensen_models::{CategoricalConfig, SbnConfig, VaeConfig};

use crate::config::{ModelKind, RunConfig};

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            model: ModelKind::default(),
            seed: 0,
            tensorboard: false,
            data: DataConfig { binarize: Binarize::Dynamic, ..DataConfig::default() },
            vae: VaeConfig::default(),
            sbn: SbnConfig::default(),
            cat_vae: CategoricalConfig::default(),
            objective: ObjectiveConfig::default(),
            estimator: EstimatorConfig::default(),
            optimizer: OptimizerConfig::default(),
            fit: FitConfig::default(),
        }
    }
}

impl RunConfig {
    /// The defaults of a model under an objective, if one is chosen: an estimator of discrete latents holds samples
    /// against each other.
    pub fn of_model(model: ModelKind, objective: Option<&str>) -> Self {
        let defaults = Self { model, ..Self::default() };
        if !model.is_discrete() {
            return defaults;
        }
        // Of the unbiased gradients of the objective one that learns nothing of its own, if there is one.
        let kind = match objective {
            Some("iwae" | "renyi") => EstimatorKind::Vimco,
            Some("tvo") => EstimatorKind::Nvil,
            _ => EstimatorKind::Rloo,
        };
        let vae = match model {
            // As the belief nets of the literature: 200 bits, linear nets.
            ModelKind::Sbn => VaeConfig {
                latent_dim: 200,
                net: NetConfig::Mlp { hidden: Vec::new(), activation: Activation::default() },
                ..defaults.vae
            },
            ModelKind::Vae | ModelKind::CatVae => defaults.vae,
        };
        Self {
            vae,
            objective: ObjectiveConfig { samples: 4, ..defaults.objective },
            estimator: EstimatorConfig { kind, ..defaults.estimator },
            ..defaults
        }
    }

    /// The defaults for tables of mixed columns.
    ///
    /// Tables are small and of few columns: many importance samples, under which imputation is learned
    /// best (Mattei & Frellsen 2019), cost little, and what keeps a net from learning a few hundred rows
    /// by heart is the decay of its weights.
    pub fn for_tables() -> Self {
        let defaults = Self::default();
        Self {
            data: DataConfig { binarize: Binarize::None, ..defaults.data },
            vae: VaeConfig {
                latent_dim: 8,
                net: NetConfig::Mlp { hidden: vec![64, 64], activation: Activation::Tanh },
                likelihood: LikelihoodConfig::table(),
                ..defaults.vae
            },
            objective: ObjectiveConfig { kind: ObjectiveKind::Iwae, samples: 50, ..defaults.objective },
            optimizer: OptimizerConfig {
                kind: OptimizerKind::Adamw,
                weight_decay: 0.1,
                ..defaults.optimizer
            },
            fit: FitConfig { epochs: 400, learning_rate: 3e-3, ..defaults.fit },
            ..defaults
        }
    }
}
