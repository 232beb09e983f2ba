//! Many sequences of actions, judged in one batch.

use jensen_random::Rng;

use super::{Iteration, Plan, PlanningError, Problem, Report, StopReason};
use crate::Limits;

/// Sequences of actions, `[samples, T, m]`, and what they cost.
#[derive(Debug)]
pub(crate) struct Samples {
    pub(crate) actions: Vec<f64>,
    /// Infinite where a trajectory leaves the finite numbers.
    pub(crate) costs: Vec<f64>,
    horizon: usize,
    states: Vec<f64>,
    next: Vec<f64>,
    now: Vec<f64>,
}

impl Samples {
    pub(crate) fn zeros(problem: &Problem<'_>, horizon: usize, count: usize) -> Self {
        let (n, m) = (problem.dynamics.state_dim(), problem.dynamics.action_dim());
        Self {
            actions: vec![0.0; count * horizon * m],
            costs: vec![0.0; count],
            horizon,
            states: vec![0.0; count * n],
            next: vec![0.0; count * n],
            now: vec![0.0; count * m],
        }
    }

    /// Draws the samples from the second on: `clamp(mean + deviation ε)`. The first is the mean itself.
    pub(crate) fn draw(&mut self, mean: &[f64], deviation: &[f64], limits: &Limits, rng: Rng<'_>) {
        let draws = rng.normals(self.costs.len(), mean.len());
        for (sample, (actions, draws)) in
            self.actions.chunks_exact_mut(mean.len()).zip(draws.chunks_exact(mean.len())).enumerate()
        {
            let scale = f64::from(u8::from(sample > 0));
            for (((u, mean), deviation), draw) in actions.iter_mut().zip(mean).zip(deviation).zip(draws) {
                *u = mean + scale * deviation * f64::from(*draw);
            }
        }
        limits.clamp(&mut self.actions);
    }

    pub(crate) fn actions_of(&self, sample: usize) -> &[f64] {
        let size = self.actions.len() / self.costs.len();
        &self.actions[sample * size..][..size]
    }

    /// Rolls all of them out at once.
    pub(crate) fn evaluate(&mut self, problem: &Problem<'_>, start: &[f64]) {
        let (n, m) = (start.len(), problem.dynamics.action_dim());
        self.states.chunks_exact_mut(n).for_each(|state| state.copy_from_slice(start));
        self.costs.fill(0.0);
        for t in 0..self.horizon {
            for (now, actions) in
                self.now.chunks_exact_mut(m).zip(self.actions.chunks_exact(self.horizon * m))
            {
                now.copy_from_slice(&actions[t * m..][..m]);
            }
            let rows = self.states.chunks_exact(n).zip(self.now.chunks_exact(m));
            for (cost, (x, u)) in self.costs.iter_mut().zip(rows) {
                *cost += problem.cost.stage(t, x, u);
            }
            problem.dynamics.step(&self.states, &self.now, &mut self.next);
            for (cost, next) in self.costs.iter_mut().zip(self.next.chunks_exact_mut(n)) {
                if !cost.is_finite() || next.iter().any(|x| !x.is_finite()) {
                    // A row that is lost goes on from where the system is known to work.
                    next.copy_from_slice(start);
                    *cost = f64::INFINITY;
                }
            }
            std::mem::swap(&mut self.states, &mut self.next);
        }
        for (cost, x) in self.costs.iter_mut().zip(self.states.chunks_exact(n)) {
            *cost += problem.cost.terminal(x);
            if !cost.is_finite() {
                *cost = f64::INFINITY;
            }
        }
    }
}

/// The best sequence so far.
#[derive(Debug)]
pub(crate) struct Best {
    pub(crate) actions: Vec<f64>,
    pub(crate) cost: f64,
    initial_cost: f64,
    iterations: Vec<Iteration>,
}

impl Best {
    /// The sequence that a search starts from.
    pub(crate) fn start(
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
    ) -> Result<Self, PlanningError> {
        let horizon = problem.horizon(start, actions)?;
        let mut one = Samples::zeros(problem, horizon, 1);
        one.actions.copy_from_slice(actions);
        problem.limits.clamp(&mut one.actions);
        one.evaluate(problem, start);
        let cost = one.costs[0];
        Ok(Self { actions: one.actions, cost, initial_cost: cost, iterations: Vec::new() })
    }

    pub(crate) fn offer(&mut self, actions: &[f64], cost: f64) {
        if cost < self.cost {
            self.cost = cost;
            self.actions.copy_from_slice(actions);
        }
    }

    pub(crate) fn end_of_iteration(&mut self) {
        self.iterations.push(Iteration { cost: self.cost, descent: None });
    }

    /// The plan, which has no feedback; an error when every sequence left the finite numbers.
    pub(crate) fn into_plan(self, problem: &Problem<'_>, start: &[f64]) -> Result<Plan, PlanningError> {
        let (n, m) = (start.len(), problem.dynamics.action_dim());
        let horizon = self.actions.len() / m;
        let mut states = vec![0.0; (horizon + 1) * n];
        states[..n].copy_from_slice(start);
        for t in 0..horizon {
            let (now, next) = states[t * n..].split_at_mut(n);
            problem.dynamics.step(now, &self.actions[t * m..][..m], &mut next[..n]);
            if next[..n].iter().any(|x| !x.is_finite()) {
                return Err(PlanningError::Diverged { step: t });
            }
        }
        if !self.cost.is_finite() {
            return Err(PlanningError::Diverged { step: horizon });
        }
        Ok(Plan {
            states,
            gains: vec![0.0; horizon * m * n],
            actions: self.actions,
            cost: self.cost,
            report: Report {
                initial_cost: self.initial_cost,
                iterations: self.iterations,
                stop: StopReason::IterationLimit,
            },
            state_dim: n,
        })
    }
}

/// Refuses what is no number from zero on.
pub(crate) fn nonnegative(option: &'static str, value: f64) -> Result<(), PlanningError> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(PlanningError::Option { option, value, expected: "a finite number from 0 on" })
}

/// Refuses what is no number above zero.
pub(crate) fn positive(option: &'static str, value: f64) -> Result<(), PlanningError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(PlanningError::Option { option, value, expected: "a finite number above 0" })
}
