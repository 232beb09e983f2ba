//! What a configuration is if no one says.

use jensen_data::{Binarize, DataConfig, Standardize};
use jensen_infer::fit::{FitConfig, Schedule};
use jensen_infer::{
    EstimatorConfig, EstimatorKind, ObjectiveConfig, ObjectiveKind, OptimizerConfig, OptimizerKind,
};
use jensen_models::likelihood::LikelihoodConfig;
use jensen_models::mdn::MdnConfig;
use jensen_models::nets::{Activation, NetConfig};
use jensen_models::{CategoricalConfig, SbnConfig, VaeConfig};

use crate::config::{MixtureConfig, ModelKind, RunConfig};

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
            mixture: MixtureConfig::default(),
            mdn: MdnConfig::default(),
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
        match model {
            ModelKind::Vae => defaults,
            // As the belief nets of the literature: 200 bits, linear nets.
            ModelKind::Sbn => {
                let net = NetConfig::Mlp { hidden: Vec::new(), activation: Activation::default() };
                let vae = VaeConfig { latent_dim: 200, net, ..defaults.vae.clone() };
                Self { vae, ..defaults.for_discrete_latents(objective) }
            }
            ModelKind::CatVae => defaults.for_discrete_latents(objective),
            ModelKind::Gmm | ModelKind::Bgmm => defaults.for_iterations(Binarize::None),
            ModelKind::Hmm => {
                let mut iterations = defaults.for_iterations(Binarize::None);
                iterations.mixture.components = 4;
                iterations
            }
            ModelKind::Ppca | ModelKind::Fa => {
                let mut slow = defaults.for_slow_iterations();
                slow.mixture.components = 1;
                slow
            }
            ModelKind::Mfa => defaults.for_slow_iterations(),
            // Each iteration is to see the same bits.
            ModelKind::Cmm => defaults.for_iterations(Binarize::Static),
            // Tables are small: many passes, and inputs and targets in the units that nets begin in.
            ModelKind::Mdn => Self {
                data: DataConfig { binarize: Binarize::None, standardize: Standardize::Yes, ..defaults.data },
                fit: FitConfig { epochs: 300, learning_rate: 5e-3, ..defaults.fit },
                ..defaults
            },
        }
    }

    /// An estimator of discrete latents: of the unbiased gradients of the objective one that learns nothing of its own, if
    /// there is one.
    fn for_discrete_latents(self, objective: Option<&str>) -> Self {
        let kind = match objective {
            Some("iwae" | "renyi") => EstimatorKind::Vimco,
            Some("tvo") => EstimatorKind::Nvil,
            _ => EstimatorKind::Rloo,
        };
        Self {
            objective: ObjectiveConfig { samples: 4, ..self.objective },
            estimator: EstimatorConfig { kind, ..self.estimator },
            ..self
        }
    }

    /// Iterations over all examples as they are, until they raise nothing: there is no rate, and a mixture of few
    /// components needs no validation to end.
    fn for_iterations(self, binarize: Binarize) -> Self {
        Self {
            data: DataConfig { binarize, validation: 0.0, ..self.data },
            fit: FitConfig { epochs: 200, batch_size: 8192, schedule: Schedule::Constant {}, ..self.fit },
            ..self
        }
    }

    /// The same, for models that come to their maximum in many small steps.
    fn for_slow_iterations(self) -> Self {
        let mut slow = self.for_iterations(Binarize::None);
        slow.mixture.tolerance = 1e-8;
        slow.fit.epochs = 1000;
        slow
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
