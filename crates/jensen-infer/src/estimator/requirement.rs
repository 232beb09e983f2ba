//! What an estimator asks of the bound.

use crate::InferError;
use crate::objective::{DivergenceForm, Objective, ObjectiveConfig, ObjectiveKind, PowerMean};

/// Which objectives an estimator has the gradient of: by what they are, not by their names, so that one's own objective is
/// taken too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Any.
    Any,
    /// A [`PowerMean`] of the importance weights, of any order.
    PowerMean,
    /// The same, with the divergence at the samples.
    SampledPowerMean,
    /// A power mean of an order other than 0, in which samples weigh each other.
    Weighted,
    /// Their arithmetic mean.
    Arithmetic,
    /// A mean over samples, of order 0: the ELBO.
    Additive,
    /// The same, with the divergence at the samples.
    SampledAdditive,
}

impl Requirement {
    /// Whether an objective is of this kind.
    pub fn is_met_by(self, objective: &dyn Objective) -> bool {
        let mean = objective.power_mean();
        let is_sampled = objective.divergence_form() == DivergenceForm::Sampled;
        let is_additive = mean.is_some_and(PowerMean::is_additive);
        match self {
            Self::Any => true,
            Self::PowerMean => mean.is_some(),
            Self::SampledPowerMean => mean.is_some() && is_sampled,
            Self::Weighted => mean.is_some() && is_sampled && !is_additive,
            Self::Arithmetic => mean == Some(PowerMean::ARITHMETIC) && is_sampled,
            Self::Additive => is_additive,
            Self::SampledAdditive => is_additive && is_sampled,
        }
    }

    /// The names of those of [`ObjectiveKind`] that are, as in `objective.kind`.
    pub fn objectives(self) -> Vec<&'static str> {
        let is_met = |kind: &ObjectiveKind| {
            let config = ObjectiveConfig { kind: *kind, ..ObjectiveConfig::default() };
            config.init().is_ok_and(|objective| self.is_met_by(objective.as_ref()))
        };
        ObjectiveKind::ALL.into_iter().filter(is_met).map(ObjectiveKind::name).collect()
    }

    /// The mean that an objective of this kind is; `estimator` is what a user calls the one that asks.
    ///
    /// # Errors
    /// [`InferError::Estimator`] if it is of another kind.
    pub(crate) fn power_mean(
        self,
        estimator: &'static str,
        objective: &dyn Objective,
    ) -> Result<PowerMean, InferError> {
        match objective.power_mean() {
            Some(mean) if self.is_met_by(objective) => Ok(mean),
            _ => Err(self.refuse(estimator, objective)),
        }
    }

    /// That an objective is of another kind.
    pub(crate) fn refuse(self, estimator: &'static str, objective: &dyn Objective) -> InferError {
        let valid = self.objectives().join(", ");
        InferError::Estimator { estimator, objective: objective.name(), valid }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_name_the_objectives_that_meet_them() {
        let names = |requirement: Requirement| requirement.objectives().join(" ");
        assert_eq!(names(Requirement::Any), "elbo elbo-mc iwae renyi tvo");
        assert_eq!(names(Requirement::PowerMean), "elbo elbo-mc iwae renyi");
        assert_eq!(names(Requirement::SampledPowerMean), "elbo-mc iwae renyi");
        assert_eq!(names(Requirement::Weighted), "iwae renyi");
        assert_eq!(names(Requirement::Arithmetic), "iwae");
        assert_eq!(names(Requirement::Additive), "elbo elbo-mc");
        assert_eq!(names(Requirement::SampledAdditive), "elbo-mc");
    }
}
