//! What all planners for known systems can do.

use jensen_random::Rng;

use super::{Ilqr, Plan, PlanningError, Problem};

/// A way to find better actions.
pub trait Planner: Sync {
    /// Improves actions, `[T, m]`, from a state on. What is sampled comes from `rng`: the same plan for the same stream.
    ///
    /// # Errors
    /// When there is no action, a number is not finite, an option of the planner is none, or nothing that was tried stays
    /// among the finite numbers.
    ///
    /// # Panics
    /// When state, actions and limits are not of the system's sizes.
    fn improve(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        rng: Rng<'_>,
    ) -> Result<Plan, PlanningError>;
}

impl<P: Planner + ?Sized> Planner for Box<P> {
    fn improve(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        rng: Rng<'_>,
    ) -> Result<Plan, PlanningError> {
        (**self).improve(problem, start, actions, rng)
    }
}

/// One after the other: the second improves what the first has found.
impl<P: Planner, Q: Planner> Planner for (P, Q) {
    fn improve(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        rng: Rng<'_>,
    ) -> Result<Plan, PlanningError> {
        let first = self.0.improve(problem, start, actions, rng)?;
        self.1.improve(problem, start, &first.actions, rng)
    }
}

impl Planner for Ilqr {
    fn improve(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        _: Rng<'_>,
    ) -> Result<Plan, PlanningError> {
        self.plan(problem, start, actions)
    }
}
