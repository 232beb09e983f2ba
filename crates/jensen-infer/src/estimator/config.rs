//! An estimator as a user writes it.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use jensen_prob::{ConditionalReparameterized, DetachParams, Enumerable, Expand, Mean, Reparameterized};
use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Baseline, Capability, DoublyReparameterized, Enumeration, Estimator, EstimatorKind, LearnedBaseline,
    MovingAverage, MuProp, Pathwise, Phase, Relaxation, RelaxationKind, RelaxedControl, ScoreFunction,
    StickingTheLanding, WakeSleep,
};
use crate::{Guide, InferError, JointModel};

/// The `[estimator]` section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EstimatorConfig {
    /// Which gradient of the objective.
    pub kind: EstimatorKind,
    /// The temperature of a relaxation; where it is learned, the first.
    pub temperature: f64,
    /// Every how many steps the variance, signal-to-noise ratio and cost of the gradient are measured and put into the
    /// metrics, at the cost of eight steps; 0 is never.
    pub noise_every: u64,
}

impl Default for EstimatorConfig {
    fn default() -> Self {
        Self { kind: EstimatorKind::default(), temperature: 0.5, noise_every: 0 }
    }
}

/// What an estimator is made for.
#[derive(Clone, Copy, Debug)]
pub struct Dimensions<'a> {
    /// Numbers of an observation.
    pub features: usize,
    /// Numbers of a latent.
    pub latents: usize,
    /// The initial weights of what it learns itself.
    pub rng: Rng<'a>,
    /// The device that the model learns on.
    pub device: &'a Device,
}

impl EstimatorConfig {
    /// Checks the values, and that the estimator has the gradient of the objective.
    ///
    /// # Errors
    /// [`InferError::Option`] or [`InferError::Estimator`].
    pub fn validate(&self, objective: &dyn crate::Objective) -> Result<(), InferError> {
        if !(self.temperature >= 1e-3 && self.temperature <= 1e3) {
            return Err(InferError::Option {
                option: "estimator.temperature",
                value: self.temperature.to_string(),
                expected: "between 0.001 and 1000",
            });
        }
        let requirement = self.kind.requirement();
        if !requirement.is_met_by(objective) {
            return Err(requirement.refuse(self.kind.name(), objective));
        }
        let compares = matches!(
            self.kind,
            EstimatorKind::Rloo | EstimatorKind::Vimco | EstimatorKind::ReweightedWakeSleep
        );
        if compares && objective.samples() < 2 {
            return Err(InferError::too_few_samples(objective));
        }
        Ok(())
    }

    /// The estimator for a model of continuous, reparameterised latents.
    ///
    /// # Errors
    /// If it needs discrete ones.
    pub fn continuous<M, G>(&self, of: Dimensions<'_>) -> Result<Box<dyn Estimator<M, G>>, InferError>
    where
        M: JointModel<Observation = Tensor<2>, Condition: Clone, Latent = Tensor<2>, Prior: Expand>,
        G: Guide<M, Posterior: Reparameterized + DetachParams + Expand>,
    {
        Ok(match self.kind {
            EstimatorKind::Pathwise => Box::new(Pathwise),
            EstimatorKind::StickingTheLanding => Box::new(StickingTheLanding),
            EstimatorKind::Dreg => Box::new(DoublyReparameterized),
            other => {
                let has = [Capability::Density, Capability::Reparameterized];
                self.of_density(of).ok_or_else(|| other.refuse(&has, None))?
            }
        })
    }

    /// The estimator for a model of discrete latents that have a relaxation.
    ///
    /// # Errors
    /// If it needs reparameterised ones.
    pub fn discrete<M, G>(&self, of: Dimensions<'_>) -> Result<Box<dyn Estimator<M, G>>, InferError>
    where
        M: JointModel<Observation = Tensor<2>, Condition: Clone + 'static, Latent = Tensor<2>, Prior: Expand>
            + Module
            + 'static,
        G: Guide<
                M,
                Posterior: ConditionalReparameterized + Enumerable + Mean + DetachParams + Expand + 'static,
            >,
    {
        let temperature = self.temperature;
        let relaxation = |kind| Box::new(Relaxation { kind, temperature });
        Ok(match self.kind {
            EstimatorKind::Muprop => Box::new(MuProp),
            EstimatorKind::GumbelSoftmax => relaxation(RelaxationKind::GumbelSoftmax),
            EstimatorKind::StraightThrough => relaxation(RelaxationKind::StraightThrough),
            EstimatorKind::StraightThroughGumbel => relaxation(RelaxationKind::StraightThroughGumbel),
            EstimatorKind::Rebar => Box::new(RelaxedControl::rebar(temperature, of.device)),
            EstimatorKind::Relax => {
                Box::new(RelaxedControl::relax(temperature, of.latents, &of.rng, of.device))
            }
            EstimatorKind::Enumeration => Box::new(Enumeration),
            other => {
                let has = [Capability::Density, Capability::Relaxable, Capability::Enumerable];
                self.of_density(of).ok_or_else(|| other.refuse(&has, None))?
            }
        })
    }

    /// The estimator, if it needs samples and a density alone.
    fn of_density<M, G>(&self, of: Dimensions<'_>) -> Option<Box<dyn Estimator<M, G>>>
    where
        M: JointModel<Observation = Tensor<2>, Condition: Clone, Prior: Expand>,
        G: Guide<M, Posterior: Expand>,
    {
        let score = |baseline| Some(Box::new(ScoreFunction::new(baseline)) as Box<dyn Estimator<M, G>>);
        match self.kind {
            EstimatorKind::Score => score(Baseline::None),
            EstimatorKind::ScoreMovingAverage => score(Baseline::MovingAverage(MovingAverage::default())),
            EstimatorKind::Rloo | EstimatorKind::Vimco => score(Baseline::LeaveOneOut),
            EstimatorKind::Nvil => {
                score(Baseline::Learned(Box::new(LearnedBaseline::init(of.features, &of.rng, of.device))))
            }
            EstimatorKind::WakeSleep => Some(Box::new(WakeSleep::new(Phase::Sleep))),
            EstimatorKind::ReweightedWakeSleep => Some(Box::new(WakeSleep::new(Phase::Wake))),
            _ => None,
        }
    }
}
