//! What a planner gives back.

use super::Report;
use super::product::dot;
use crate::Limits;

/// A trajectory with its feedback, `u = clamp(uₜ + Kₜ (x − xₜ))`.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// `x₀ … x_T`: `[T + 1, n]`.
    pub states: Vec<f64>,
    /// `u₀ … u_{T−1}`: `[T, m]`.
    pub actions: Vec<f64>,
    /// `K₀ … K_{T−1}`: `[T, m, n]`, zero where an action is at its limit, and from planners that know no feedback.
    pub gains: Vec<f64>,
    /// `J`, of these states and actions.
    pub cost: f64,
    /// How it was found.
    pub report: Report,
    pub(crate) state_dim: usize,
}

impl Plan {
    /// How many actions the plan has.
    pub fn horizon(&self) -> usize {
        self.states.len() / self.state_dim - 1
    }

    /// The state before step `t`.
    pub fn state(&self, t: usize) -> &[f64] {
        &self.states[t * self.state_dim..][..self.state_dim]
    }

    /// The action of step `t`.
    pub fn action(&self, t: usize) -> &[f64] {
        let m = self.actions.len() / self.horizon();
        &self.actions[t * m..][..m]
    }

    /// The feedback of step `t`: `[m, n]`.
    pub fn gain(&self, t: usize) -> &[f64] {
        let size = self.gains.len() / self.horizon();
        &self.gains[t * size..][..size]
    }

    /// Writes what the feedback of step `t` does in a state, `clamp(uₜ + Kₜ (x − xₜ))`. Angles of the state count on without a
    /// jump, as those of the plan do.
    ///
    /// # Panics
    /// When the plan has no such step, or state and action are not of its sizes.
    pub fn act(&self, t: usize, state: &[f64], limits: &Limits, action: &mut [f64]) {
        let n = self.state_dim;
        assert_eq!(state.len(), n, "a state of the plan has {n} numbers");
        action.copy_from_slice(self.action(t));
        for (u, row) in action.iter_mut().zip(self.gain(t).chunks_exact(n)) {
            *u += dot(row, state) - dot(row, self.state(t));
        }
        limits.clamp(action);
    }
}
