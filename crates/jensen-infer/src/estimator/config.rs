//! An estimator as a user writes it.

use std::fmt;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use jensen_prob::{ConditionalReparameterized, DetachParams, Enumerable, Expand, Mean, Reparameterized};
use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Baseline, DoublyReparameterized, Enumeration, Estimator, LearnedBaseline, MovingAverage, MuProp,
    Pathwise, Phase, Relaxation, RelaxationKind, RelaxedControl, ScoreFunction, StickingTheLanding,
    WakeSleep,
};
use crate::{Guide, InferError, JointModel};

/// Which gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EstimatorKind {
    /// Through a reparameterised draw.
    #[default]
    Pathwise,
    /// The same, with the density's parameters held fixed.
    StickingTheLanding,
    /// The doubly reparameterised gradient of importance-weighted bounds.
    Dreg,
    /// The score function (policy gradient, REINFORCE) as it is.
    Score,
    /// The score function less the mean signal so far.
    ScoreMovingAverage,
    /// The score function less what the other samples say.
    Rloo,
    /// The score function less a learned function of the observation.
    Nvil,
    /// The score function of the importance-weighted bound, less what the other samples say.
    Vimco,
    /// The score function less a first-order expansion.
    Muprop,
    /// Through a relaxed draw, which the model sees.
    GumbelSoftmax,
    /// Through the mean; the model sees the draw.
    StraightThrough,
    /// Through a relaxed draw; the model sees the draw.
    StraightThroughGumbel,
    /// The score function less the relaxed model.
    Rebar,
    /// The same with a free net in the control variate.
    Relax,
    /// The posterior learns on dreams of the model.
    WakeSleep,
    /// The posterior learns by importance weights.
    ReweightedWakeSleep,
    /// The sum over all values.
    Enumeration,
}

/// What a family of posteriors must have for an estimator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// Samples and a density, which every posterior has.
    Density,
    /// Draws that are differentiable in the parameters.
    Reparameterized,
    /// Discrete draws that are a function of reparameterised ones, before a model that takes values between theirs.
    Relaxable,
    /// So few values that they can be summed over.
    Enumerable,
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Density => "a density",
            Self::Reparameterized => "reparameterised latents",
            Self::Relaxable => "discrete latents with a continuous relaxation",
            Self::Enumerable => "latents of few values",
        })
    }
}

impl EstimatorKind {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 17] = [
        Self::Pathwise,
        Self::StickingTheLanding,
        Self::Dreg,
        Self::Score,
        Self::ScoreMovingAverage,
        Self::Rloo,
        Self::Nvil,
        Self::Vimco,
        Self::Muprop,
        Self::GumbelSoftmax,
        Self::StraightThrough,
        Self::StraightThroughGumbel,
        Self::Rebar,
        Self::Relax,
        Self::WakeSleep,
        Self::ReweightedWakeSleep,
        Self::Enumeration,
    ];

    /// What a user calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pathwise => "pathwise",
            Self::StickingTheLanding => "sticking-the-landing",
            Self::Dreg => "dreg",
            Self::Score => "score",
            Self::ScoreMovingAverage => "score-moving-average",
            Self::Rloo => "rloo",
            Self::Nvil => "nvil",
            Self::Vimco => "vimco",
            Self::Muprop => "muprop",
            Self::GumbelSoftmax => "gumbel-softmax",
            Self::StraightThrough => "straight-through",
            Self::StraightThroughGumbel => "straight-through-gumbel",
            Self::Rebar => "rebar",
            Self::Relax => "relax",
            Self::WakeSleep => "wake-sleep",
            Self::ReweightedWakeSleep => "reweighted-wake-sleep",
            Self::Enumeration => "enumeration",
        }
    }

    /// What it needs of the posterior.
    pub fn needs(self) -> Capability {
        match self {
            Self::Pathwise | Self::StickingTheLanding | Self::Dreg => Capability::Reparameterized,
            // MuProp and the straight-through estimator look at one value between, the mean.
            Self::Muprop
            | Self::GumbelSoftmax
            | Self::StraightThrough
            | Self::StraightThroughGumbel
            | Self::Rebar
            | Self::Relax => Capability::Relaxable,
            Self::Enumeration => Capability::Enumerable,
            Self::Score
            | Self::ScoreMovingAverage
            | Self::Rloo
            | Self::Nvil
            | Self::Vimco
            | Self::WakeSleep
            | Self::ReweightedWakeSleep => Capability::Density,
        }
    }

    /// The objectives whose gradient it has, in the words of `objective.kind`.
    pub fn objectives(self) -> &'static [&'static str] {
        match self {
            Self::Pathwise
            | Self::Score
            | Self::ScoreMovingAverage
            | Self::Nvil
            | Self::GumbelSoftmax
            | Self::StraightThrough
            | Self::StraightThroughGumbel => &["elbo", "elbo-mc", "iwae", "renyi", "tvo"],
            Self::StickingTheLanding => &["elbo-mc"],
            Self::Dreg | Self::WakeSleep => &["elbo-mc", "iwae", "renyi"],
            Self::Rloo | Self::Muprop | Self::Rebar | Self::Relax | Self::Enumeration => &["elbo", "elbo-mc"],
            Self::Vimco => &["iwae", "renyi"],
            Self::ReweightedWakeSleep => &["iwae"],
        }
    }

    /// Whether its mean is the gradient of the objective as it is at K samples.
    pub fn is_unbiased(self) -> bool {
        !matches!(
            self,
            Self::GumbelSoftmax
                | Self::StraightThrough
                | Self::StraightThroughGumbel
                | Self::WakeSleep
                | Self::ReweightedWakeSleep
        )
    }

    /// Whether a posterior that has these is enough.
    ///
    /// # Errors
    /// [`InferError::Capability`], which names the estimators that it is enough for, of `objective` if one is given.
    pub fn check(self, has: &[Capability], objective: Option<&str>) -> Result<(), InferError> {
        if has.contains(&self.needs()) { Ok(()) } else { Err(self.refuse(has, objective)) }
    }

    fn refuse(self, has: &[Capability], objective: Option<&str>) -> InferError {
        let climbs = |kind: &Self| objective.is_none_or(|name| kind.objectives().contains(&name));
        let valid = Self::ALL.into_iter().filter(|kind| has.contains(&kind.needs()) && climbs(kind));
        let valid = valid.map(Self::name).collect::<Vec<_>>().join(", ");
        InferError::Capability { estimator: self.name(), needs: self.needs(), valid }
    }
}

impl fmt::Display for EstimatorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

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
        let valid = self.kind.objectives();
        if !valid.contains(&objective.name()) {
            return Err(InferError::Estimator {
                estimator: self.kind.name(),
                objective: objective.name(),
                valid: valid.join(", "),
            });
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
