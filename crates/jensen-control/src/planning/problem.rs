//! What is to be planned.

use super::error::finite;
use super::{Cost, PlanningError};
use crate::Dynamics;
use crate::Limits;

/// A system, what it costs and what it allows.
#[derive(Clone, Copy)]
pub struct Problem<'a> {
    /// Where actions lead.
    pub dynamics: &'a dyn Dynamics,
    /// What states and actions cost.
    pub cost: &'a dyn Cost,
    /// Which actions are allowed.
    pub limits: &'a Limits,
}

impl Problem<'_> {
    /// How many actions are given, after a look at all that was given.
    pub(crate) fn horizon(&self, start: &[f64], actions: &[f64]) -> Result<usize, PlanningError> {
        let (n, m) = (self.dynamics.state_dim(), self.dynamics.action_dim());
        assert_eq!(start.len(), n, "a state has {n} numbers");
        assert_eq!(self.limits.len(), m, "an action has {m} numbers, each with its limits");
        assert!(actions.len().is_multiple_of(m), "{} numbers are no actions of {m}", actions.len());
        if actions.is_empty() {
            return Err(PlanningError::Horizon);
        }
        finite("starting state", start)?;
        finite("starting actions", actions)?;
        Ok(actions.len() / m)
    }
}
