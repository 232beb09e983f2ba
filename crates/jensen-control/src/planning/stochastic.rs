//! Planning under noise: the problem, and a plan with its filter.

use super::error::finite;
use super::quadratic_cost::semidefinite;
use super::{Noise, Plan, PlanningError, Problem, Sensor};

/// A problem whose system is noisy and whose state is seen through a sensor.
#[derive(Clone, Copy)]
pub struct StochasticProblem<'a> {
    /// The system without noise, its cost and its limits.
    pub problem: Problem<'a>,
    /// How the next state is uncertain.
    pub noise: &'a dyn Noise,
    /// What is known of the state; all of it where there is no sensor.
    pub sensor: Option<&'a dyn Sensor>,
    /// The covariance of the starting state: `[n, n]`.
    pub start_covariance: &'a [f64],
}

impl StochasticProblem<'_> {
    pub(crate) fn horizon(&self, start: &[f64], actions: &[f64]) -> Result<usize, PlanningError> {
        let horizon = self.problem.horizon(start, actions)?;
        finite("covariance of the starting state", self.start_covariance)?;
        semidefinite("covariance of the starting state", self.start_covariance, start.len())?;
        Ok(horizon)
    }
}

/// A plan for a noisy system: `uₜ = clamp(ūₜ + Lₜ (x̂ₜ − x̄ₜ))` with the estimate
/// `x̂ₜ₊₁ = f(x̂ₜ, uₜ) + Kₜ (yₜ − h(x̂ₜ))`. Without a sensor `x̂` is the state.
#[derive(Clone, Debug, PartialEq)]
pub struct StochasticPlan {
    /// States and actions without noise, and the gains `Lₜ`. Its cost is that of this trajectory alone.
    pub plan: Plan,
    /// `Kₜ`: `[T, n, p]`.
    pub filter_gains: Vec<f64>,
    /// The covariance of `x − x̂` before each step and at the end: `[T + 1, n, n]`.
    pub error_covariances: Vec<f64>,
    /// The expected cost under noise: exact for linear systems, quadratic costs and actions that stay within their limits, of
    /// second order in the noise otherwise.
    pub expected_cost: f64,
}
