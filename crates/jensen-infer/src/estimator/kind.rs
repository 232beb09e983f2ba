//! The estimators by name.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Capability, Requirement};
use crate::InferError;

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

    /// Which objectives it has the gradient of.
    pub fn requirement(self) -> Requirement {
        match self {
            Self::Pathwise
            | Self::Score
            | Self::ScoreMovingAverage
            | Self::Nvil
            | Self::GumbelSoftmax
            | Self::StraightThrough
            | Self::StraightThroughGumbel => Requirement::Any,
            Self::StickingTheLanding => Requirement::SampledAdditive,
            Self::Dreg | Self::WakeSleep => Requirement::SampledPowerMean,
            Self::Rloo | Self::Muprop | Self::Rebar | Self::Relax | Self::Enumeration => {
                Requirement::Additive
            }
            Self::Vimco => Requirement::Weighted,
            Self::ReweightedWakeSleep => Requirement::Arithmetic,
        }
    }

    /// The same in the words of `objective.kind`.
    pub fn objectives(self) -> Vec<&'static str> {
        self.requirement().objectives()
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

    pub(super) fn refuse(self, has: &[Capability], objective: Option<&str>) -> InferError {
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
