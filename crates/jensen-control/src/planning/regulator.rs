//! LQR for systems that are not linear.

use jensen_random::Rng;

use super::error::finite;
use super::{Cost, CostExpansion, LinearSystem, Lqr, Plan, Planner, PlanningError, Problem};

/// [`Lqr`] for the system as it is to first order at a state and no action, and the cost as it is to second order there.
///
/// What it knows far from there is the linear model alone: states, actions and cost of its plans are the model's, which has no
/// limits. [`Plan::act`] keeps what is applied within them.
#[derive(Clone, Debug, PartialEq)]
pub struct Regulator {
    /// The state at which the system is linearised.
    pub target: Vec<f64>,
}

/// A cost over `x − x*`.
struct Moved<'a> {
    cost: &'a dyn Cost,
    target: &'a [f64],
}

impl Moved<'_> {
    fn place(&self, deviation: &[f64]) -> Vec<f64> {
        deviation.iter().zip(self.target).map(|(d, x)| d + x).collect()
    }
}

impl Cost for Moved<'_> {
    fn stage(&self, t: usize, state: &[f64], action: &[f64]) -> f64 {
        self.cost.stage(t, &self.place(state), action)
    }

    fn terminal(&self, state: &[f64]) -> f64 {
        self.cost.terminal(&self.place(state))
    }

    fn expand_stage(&self, t: usize, state: &[f64], action: &[f64], at: &mut CostExpansion) {
        self.cost.expand_stage(t, &self.place(state), action, at);
    }

    fn expand_terminal(&self, state: &[f64], at: &mut CostExpansion) {
        self.cost.expand_terminal(&self.place(state), at);
    }
}

impl Planner for Regulator {
    fn improve(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        _: Rng<'_>,
    ) -> Result<Plan, PlanningError> {
        let horizon = problem.horizon(start, actions)?;
        finite("target", &self.target)?;
        let n = start.len();
        let system =
            LinearSystem::along(problem.dynamics, &self.target.repeat(horizon), &vec![0.0; actions.len()])?
                .around(&self.target);
        let moved = Moved { cost: problem.cost, target: &self.target };
        let deviation: Vec<f64> = start.iter().zip(&self.target).map(|(x, target)| x - target).collect();
        let mut plan = Lqr::solve(&system, &moved)?.plan(&deviation)?;
        for state in plan.states.chunks_exact_mut(n) {
            state.iter_mut().zip(&self.target).for_each(|(x, target)| *x += target);
        }
        Ok(plan)
    }
}
