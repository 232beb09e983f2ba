//! iLQR from several starts at once.

use jensen_random::Rng;

use super::{Ilqr, Plan, Planner, PlanningError, Problem};
use crate::Limits;

/// iLQR from the given actions and from random ones; the cheapest plan wins.
///
/// All starts advance in step, and the system is linearised along all of them in one batch: a learned system answers several
/// starts for little more than one.
#[derive(Clone, Debug, PartialEq)]
pub struct Restarts {
    /// How each start is improved.
    pub planner: Ilqr,
    /// How many starts are uniform draws within the limits.
    pub uniform: usize,
    /// How many starts are at one limit or the other in every number of every action.
    pub extreme: usize,
}

impl Default for Restarts {
    fn default() -> Self {
        Self { planner: Ilqr::default(), uniform: 3, extreme: 3 }
    }
}

impl Planner for Restarts {
    fn improve(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        rng: Rng<'_>,
    ) -> Result<Plan, PlanningError> {
        let horizon = problem.horizon(start, actions)?;
        let mut starts = actions.to_vec();
        starts.reserve(actions.len() * (self.uniform + self.extreme));
        let draws = rng.fork("restarts").uniforms(self.uniform + self.extreme, actions.len());
        for (start, draws) in draws.chunks_exact(actions.len()).enumerate() {
            let place = |draw: f64| if start < self.uniform { draw } else { draw.round() };
            for (i, draw) in draws.iter().enumerate() {
                starts.push(between(problem.limits, i, place(f64::from(*draw)))?);
            }
        }
        let plans = self.planner.plan_each(problem, start, &starts, horizon)?;
        let cheaper =
            |best: Result<Plan, PlanningError>, next: Result<Plan, PlanningError>| match (&best, &next) {
                (Ok(a), Ok(b)) if b.cost < a.cost => next,
                (Err(_), Ok(_)) => next,
                _ => best,
            };
        plans.into_iter().reduce(cheaper).expect("the given actions are a start")
    }
}

/// A number of the action at `place` of the way from its lower to its upper limit.
pub(crate) fn between(limits: &Limits, index: usize, place: f64) -> Result<f64, PlanningError> {
    let index = index % limits.len();
    let (lower, upper) = (limits.low()[index], limits.high()[index]);
    if !(lower.is_finite() && upper.is_finite()) {
        return Err(PlanningError::Limitless { index });
    }
    Ok(((1.0 - place) * lower + place * upper).clamp(lower, upper))
}
