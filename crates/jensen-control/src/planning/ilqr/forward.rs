//! Trajectories of several candidates, step by step in one batch.

use super::candidate::Candidate;
use crate::planning::Problem;

/// Room for a batch of rows.
#[derive(Debug, Default)]
pub(crate) struct RollOut {
    rows: Vec<usize>,
    states: Vec<f64>,
    actions: Vec<f64>,
    next: Vec<f64>,
    deviation: Vec<f64>,
}

impl RollOut {
    /// Writes the trials of some candidates, each with its own part of its step. One that comes to what is not finite is left
    /// there.
    pub(crate) fn run(
        &mut self,
        problem: &Problem<'_>,
        horizon: usize,
        candidates: &mut [Candidate],
        who: impl Iterator<Item = usize>,
    ) {
        let (n, m) = (problem.dynamics.state_dim(), problem.dynamics.action_dim());
        self.deviation.resize(n, 0.0);
        self.rows.clear();
        self.rows.extend(who);
        for &row in &self.rows {
            let Candidate { best, trial, .. } = &mut candidates[row];
            trial.begin(best, n);
        }
        for t in 0..horizon {
            self.states.clear();
            self.actions.clear();
            for &row in &self.rows {
                let Candidate { best, trial, backward, step, .. } = &mut candidates[row];
                let policy = (*step, &backward.feedforward[..], &backward.gains[..]);
                trial.act(t, best, policy, problem.limits, &mut self.deviation);
                self.states.extend_from_slice(&trial.states[t * n..][..n]);
                self.actions.extend_from_slice(&trial.actions[t * m..][..m]);
            }
            self.next.resize(self.states.len(), 0.0);
            problem.dynamics.step(&self.states, &self.actions, &mut self.next);
            for (i, &row) in self.rows.iter().enumerate() {
                let trial = &mut candidates[row].trial;
                let next = &self.next[i * n..][..n];
                trial.states[(t + 1) * n..][..n].copy_from_slice(next);
                trial.add_cost(
                    problem.cost.stage(t, &self.states[i * n..][..n], &self.actions[i * m..][..m]),
                    t,
                );
                if next.iter().any(|x| !x.is_finite()) {
                    trial.diverged = Some(t);
                }
            }
            self.rows.retain(|&row| candidates[row].trial.diverged.is_none());
        }
        for &row in &self.rows {
            let trial = &mut candidates[row].trial;
            let end = problem.cost.terminal(&trial.states[horizon * n..]);
            trial.add_cost(end, horizon);
        }
    }
}
