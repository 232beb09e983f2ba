//! All derivatives along a trajectory.

use crate::planning::trajectory::Trajectory;
use crate::planning::{CostExpansion, NoiseExpansion, PlanningError, SensorExpansion, StochasticProblem};
use crate::{Dynamics, Linearization};

/// The expansions of system, noise, sensor and cost at each step.
#[derive(Clone, Debug)]
pub(super) struct Expansion {
    pub(super) system: Linearization,
    pub(super) noises: Vec<NoiseExpansion>,
    pub(super) sensors: Vec<SensorExpansion>,
    pub(super) costs: Vec<CostExpansion>,
}

impl Expansion {
    pub(super) fn zeros(problem: &StochasticProblem<'_>, horizon: usize) -> Self {
        let dynamics: &dyn Dynamics = problem.problem.dynamics;
        let (n, m) = (dynamics.state_dim(), dynamics.action_dim());
        Self {
            system: Linearization::zeros(horizon, n, m),
            noises: vec![NoiseExpansion::zeros(problem.noise.sources(), n, m); horizon],
            sensors: problem.sensor.map_or_else(Vec::new, |s| vec![SensorExpansion::zeros(s, n); horizon]),
            costs: vec![CostExpansion::zeros(n, m); horizon + 1],
        }
    }

    pub(super) fn at(
        &mut self,
        problem: &StochasticProblem<'_>,
        along: &Trajectory,
    ) -> Result<(), PlanningError> {
        let deterministic = &problem.problem;
        let (n, m) = (deterministic.dynamics.state_dim(), deterministic.dynamics.action_dim());
        let horizon = along.actions.len() / m;
        deterministic.dynamics.linearize(&along.states[..horizon * n], &along.actions, &mut self.system);
        for t in 0..horizon {
            let (x, u) = (&along.states[t * n..][..n], &along.actions[t * m..][..m]);
            finite_at("dynamics", t, &self.system.by_state[t * n * n..][..n * n])?;
            finite_at("dynamics", t, &self.system.by_action[t * n * m..][..n * m])?;
            let noise = &mut self.noises[t];
            problem.noise.expand(x, u, noise);
            for part in [&noise.sources, &noise.by_state, &noise.by_action] {
                finite_at("noise", t, part)?;
            }
            if let Some(sensor) = problem.sensor {
                let at = &mut self.sensors[t];
                sensor.expand(x, at);
                for part in [&at.observation, &at.by_state, &at.sources, &at.sources_by_state] {
                    finite_at("sensor", t, part)?;
                }
            }
            deterministic.cost.expand_stage(t, x, u, &mut self.costs[t]);
        }
        deterministic.cost.expand_terminal(&along.states[horizon * n..], &mut self.costs[horizon]);
        match self.costs.iter().position(|cost| !cost.is_finite()) {
            None => Ok(()),
            Some(step) => Err(PlanningError::Derivative { what: "cost", step }),
        }
    }

    pub(super) fn a(&self, t: usize, n: usize) -> &[f64] {
        &self.system.by_state[t * n * n..][..n * n]
    }

    pub(super) fn b(&self, t: usize, n: usize, m: usize) -> &[f64] {
        &self.system.by_action[t * n * m..][..n * m]
    }
}

fn finite_at(what: &'static str, step: usize, numbers: &[f64]) -> Result<(), PlanningError> {
    if numbers.iter().all(|x| x.is_finite()) {
        return Ok(());
    }
    Err(PlanningError::Derivative { what, step })
}
