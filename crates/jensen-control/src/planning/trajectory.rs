//! A trajectory that is being written.

use super::product::add_product;
use crate::Limits;

/// States, actions and what they cost.
#[derive(Clone, Debug)]
pub(crate) struct Trajectory {
    pub(crate) states: Vec<f64>,
    pub(crate) actions: Vec<f64>,
    pub(crate) cost: f64,
    /// `Σ |l|`: what a change of the cost is large or small against.
    pub(crate) magnitude: f64,
    /// The step that led to what is not finite.
    pub(crate) diverged: Option<usize>,
}

impl Trajectory {
    pub(crate) fn from(start: &[f64], actions: &[f64], horizon: usize) -> Self {
        let mut states = vec![0.0; (horizon + 1) * start.len()];
        states[..start.len()].copy_from_slice(start);
        Self { states, actions: actions.to_vec(), cost: 0.0, magnitude: 0.0, diverged: None }
    }

    /// Goes back to the start of another trajectory.
    pub(crate) fn begin(&mut self, along: &Self, state_dim: usize) {
        self.states[..state_dim].copy_from_slice(&along.states[..state_dim]);
        (self.cost, self.magnitude, self.diverged) = (0.0, 0.0, None);
    }

    /// Writes the action of step `t`, `u = clamp(ū + α k + K (x − x̄))` around another trajectory, with `α` and all `k` and
    /// `K` as the policy. What it deviates by is written too, `[n]`.
    pub(crate) fn act(
        &mut self,
        t: usize,
        along: &Self,
        (step, feedforward, gains): (f64, &[f64], &[f64]),
        limits: &Limits,
        deviation: &mut [f64],
    ) {
        let (n, m) = (deviation.len(), limits.len());
        let (x, bar) = (&self.states[t * n..][..n], &along.states[t * n..][..n]);
        deviation.iter_mut().zip(x).zip(bar).for_each(|((d, x), bar)| *d = x - bar);
        let action = &mut self.actions[t * m..][..m];
        for ((u, bar), k) in
            action.iter_mut().zip(&along.actions[t * m..][..m]).zip(&feedforward[t * m..][..m])
        {
            *u = bar + step * k;
        }
        add_product(action, &gains[t * m * n..][..m * n], deviation, n, 1);
        limits.clamp(action);
    }

    pub(crate) fn add_cost(&mut self, cost: f64, t: usize) {
        self.cost += cost;
        self.magnitude += cost.abs();
        if !self.cost.is_finite() {
            self.diverged = Some(t);
        }
    }
}
