//! iLQG as a planner among others.

use jensen_random::Rng;

use super::samples::nonnegative;
use super::{Ilqg, LinearNoise, Plan, Planner, PlanningError, Problem, StochasticProblem};

/// [`Ilqg`] for states that are seen, under noise of one standard deviation on each of their numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct NoisyIlqg {
    /// How plans are found.
    pub planner: Ilqg,
    /// The standard deviation `σ` of the noise: `x' = f(x, u) + σ ε`.
    pub sigma: f64,
}

impl Planner for NoisyIlqg {
    fn improve(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        _: Rng<'_>,
    ) -> Result<Plan, PlanningError> {
        nonnegative("standard deviation of the noise", self.sigma)?;
        let (n, m) = (problem.dynamics.state_dim(), problem.dynamics.action_dim());
        let mut covariance = vec![0.0; n * n];
        covariance.iter_mut().step_by(n + 1).for_each(|variance| *variance = self.sigma * self.sigma);
        let stochastic = StochasticProblem {
            problem: *problem,
            noise: &LinearNoise::none(n, m).with_covariance(&covariance)?,
            sensor: None,
            start_covariance: &vec![0.0; n * n],
        };
        Ok(self.planner.plan(&stochastic, start, actions)?.plan)
    }
}
