//! The ways of learning, by name.

use jensen_infer::EstimatorKind;
use serde::Serialize;

/// A way to learn the mixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The exact posterior, and the parameters that are best for it, by turns.
    #[serde(rename = "em")]
    ExpectationMaximisation,
    /// Free logits for each point, by exact gradients.
    PerPoint,
    /// One net for the logits of all points, by exact gradients.
    Amortized,
    /// The same net, by the score function less what the other samples say.
    Rloo,
    /// The same net, by the score function as it is.
    Score,
    /// The same net, through relaxed draws.
    GumbelSoftmax,
}

impl Method {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 6] = [
        Self::ExpectationMaximisation,
        Self::PerPoint,
        Self::Amortized,
        Self::Rloo,
        Self::Score,
        Self::GumbelSoftmax,
    ];

    /// What a user calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExpectationMaximisation => "em",
            Self::PerPoint => "per-point",
            Self::Amortized => "amortized",
            Self::Rloo | Self::Score | Self::GumbelSoftmax => {
                self.estimator().map_or("", EstimatorKind::name)
            }
        }
    }

    /// The gradient that it climbs by, if it does by gradients.
    pub fn estimator(self) -> Option<EstimatorKind> {
        match self {
            Self::ExpectationMaximisation => None,
            Self::PerPoint | Self::Amortized => Some(EstimatorKind::Enumeration),
            Self::Rloo => Some(EstimatorKind::Rloo),
            Self::Score => Some(EstimatorKind::Score),
            Self::GumbelSoftmax => Some(EstimatorKind::GumbelSoftmax),
        }
    }

    /// Whether its gradient is drawn, and has a variance.
    pub fn is_sampled(self) -> bool {
        matches!(self, Self::Rloo | Self::Score | Self::GumbelSoftmax)
    }
}
