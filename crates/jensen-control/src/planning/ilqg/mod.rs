//! The iterative linear-quadratic-Gaussian regulator.

mod backward;
mod expansion;
mod filter;

use super::ilqr::{Regularization, SHORTEST_STEP, SMALL_REGULARIZATION};
use super::trajectory::Trajectory;
use super::{
    Descent, Iteration, Plan, PlanningError, Problem, Report, StochasticPlan, StochasticProblem, StopReason,
};
use backward::Backward;
use expansion::Expansion;
use filter::Filter;

/// Plans for noise that depends on states and actions, seen through a noisy sensor: iLQG (Todorov & Li 2005) with the gains and
/// the filter of Todorov 2005, each computed for the other in turn.
///
/// Around a trajectory everything is linear and costs are quadratic; there the expected cost of a policy with its filter is known
/// in closed form. A step is taken when it lowers the sum of that and the cost of the trajectory, so the expected cost never
/// rises. For a linear system with a quadratic cost and additive noise the result is that of LQG: the gains of [`Lqr`](super::Lqr)
/// and the filter of Kalman. Limits hold for the trajectory and for what is applied; the expected cost counts a noisy action as
/// if it were not clamped.
#[derive(Clone, Debug, PartialEq)]
pub struct Ilqg {
    /// How many steps may be tried.
    pub max_iterations: usize,
    /// The search has converged when a step lowers the expected cost by no more than this part of it.
    pub tolerance: f64,
}

impl Default for Ilqg {
    fn default() -> Self {
        Self { max_iterations: 500, tolerance: 1e-9 }
    }
}

impl Ilqg {
    /// Improves actions, `[T, m]`, from a mean starting state on, and finds gains and filter. The costs of the plan's report are
    /// expected costs.
    ///
    /// # Errors
    /// As [`Ilqr::plan`](super::Ilqr::plan); when the starting covariance is none; when an observation has no noise.
    ///
    /// # Panics
    /// When state, actions and limits are not of the system's sizes.
    pub fn plan(
        &self,
        problem: &StochasticProblem<'_>,
        start: &[f64],
        actions: &[f64],
    ) -> Result<StochasticPlan, PlanningError> {
        let horizon = problem.horizon(start, actions)?;
        let mut allowed = actions.to_vec();
        problem.problem.limits.clamp(&mut allowed);
        let (n, m) = (start.len(), allowed.len() / horizon);
        let still = Backward::zeros(n, m, horizon);
        let mut trajectory = Trajectory::from(start, &allowed, horizon);
        roll_out(
            &problem.problem,
            &trajectory.clone(),
            (0.0, &still.feedforward, &still.gains),
            &mut trajectory,
        );
        if let Some(step) = trajectory.diverged {
            return Err(PlanningError::Diverged { step });
        }
        let mut search = Search::start(problem, trajectory, still)?;
        let stop = loop {
            if let Some(stop) = search.iterate(self) {
                break stop;
            }
        };
        Ok(search.into_plan(stop))
    }
}

impl StochasticProblem<'_> {
    /// The best filter for a plan that was made in any way, and what the plan then is expected to cost.
    ///
    /// # Errors
    /// When a derivative along the plan is not finite, or an observation has no noise.
    ///
    /// # Panics
    /// When the plan is not of the system's sizes.
    pub fn with_filter(&self, plan: Plan) -> Result<StochasticPlan, PlanningError> {
        let n = plan.state_dim;
        let horizon = self.horizon(&plan.states[..n], &plan.actions)?;
        let mut local =
            Local::zeros(self, horizon, Trajectory::from(&plan.states[..n], &plan.actions, horizon));
        local.trajectory.states.clone_from(&plan.states);
        local.expand(self, &plan.gains)?;
        Ok(StochasticPlan {
            expected_cost: plan.cost + local.filter.cost_of_noise,
            filter_gains: local.filter.gains,
            error_covariances: local.filter.errors,
            plan,
        })
    }
}

/// A trajectory, all derivatives along it, and the filter for a policy.
#[derive(Clone)]
struct Local {
    trajectory: Trajectory,
    expansion: Expansion,
    filter: Filter,
}

impl Local {
    fn zeros(problem: &StochasticProblem<'_>, horizon: usize, trajectory: Trajectory) -> Self {
        let (n, m) = (problem.problem.dynamics.state_dim(), problem.problem.dynamics.action_dim());
        let p = problem.sensor.map_or(0, super::Sensor::observation_dim);
        Self {
            trajectory,
            expansion: Expansion::zeros(problem, horizon),
            filter: Filter::zeros(n, m, p, horizon),
        }
    }

    fn expand(&mut self, problem: &StochasticProblem<'_>, gains: &[f64]) -> Result<(), PlanningError> {
        self.expansion.at(problem, &self.trajectory)?;
        self.filter.pass(&self.expansion, problem.start_covariance, gains)
    }

    fn expected_cost(&self) -> f64 {
        self.trajectory.cost + self.filter.cost_of_noise
    }

    fn magnitude(&self) -> f64 {
        self.trajectory.magnitude + self.filter.cost_of_noise.abs()
    }
}

struct Search<'a> {
    problem: &'a StochasticProblem<'a>,
    best: Local,
    trial: Local,
    /// The gains that `best` was found with.
    gains: Vec<f64>,
    backward: Backward,
    regularization: Regularization,
    initial_cost: f64,
    iterations: Vec<Iteration>,
}

impl<'a> Search<'a> {
    fn start(
        problem: &'a StochasticProblem<'a>,
        trajectory: Trajectory,
        backward: Backward,
    ) -> Result<Self, PlanningError> {
        let horizon = trajectory.actions.len() / problem.problem.dynamics.action_dim();
        let mut best = Local::zeros(problem, horizon, trajectory);
        best.expand(problem, &backward.gains)?;
        if !best.expected_cost().is_finite() {
            return Err(PlanningError::Diverged { step: horizon });
        }
        Ok(Self {
            problem,
            trial: best.clone(),
            gains: backward.gains.clone(),
            backward,
            regularization: Regularization::none(),
            initial_cost: best.expected_cost(),
            best,
            iterations: Vec::new(),
        })
    }

    /// Looks for a step; says why, when it was the last one.
    fn iterate(&mut self, options: &Ilqg) -> Option<StopReason> {
        if self.iterations.len() >= options.max_iterations {
            return Some(StopReason::IterationLimit);
        }
        let (best, limits) = (&self.best, self.problem.problem.limits);
        let (trajectory, filter_gains) = (&best.trajectory, &best.filter.gains);
        while !self.backward.pass(&best.expansion, trajectory, filter_gains, limits, self.regularization.mu) {
            if !self.regularization.increase() {
                return Some(StopReason::Stalled);
            }
        }
        let threshold = options.tolerance * self.best.magnitude();
        let mut step = 1.0;
        while step >= SHORTEST_STEP {
            if self.improves(step) {
                let decrease = self.best.expected_cost() - self.trial.expected_cost();
                self.record(Some(step));
                std::mem::swap(&mut self.best, &mut self.trial);
                self.gains.clone_from(&self.backward.gains);
                let undamped = step == 1.0 && self.regularization.mu <= SMALL_REGULARIZATION;
                self.regularization.decrease();
                return match (decrease <= threshold, undamped) {
                    (false, _) => None,
                    (true, true) => Some(StopReason::Converged),
                    (true, false) => Some(StopReason::Stalled),
                };
            }
            step *= 0.5;
        }
        self.record(None);
        if self.backward.predicted <= threshold && self.regularization.mu <= SMALL_REGULARIZATION {
            return Some(StopReason::Converged);
        }
        (!self.regularization.increase()).then_some(StopReason::Stalled)
    }

    /// Whether a part of the step lowers the expected cost. What is not finite does not.
    fn improves(&mut self, step: f64) -> bool {
        let policy = (step, &self.backward.feedforward[..], &self.backward.gains[..]);
        roll_out(&self.problem.problem, &self.best.trajectory, policy, &mut self.trial.trajectory);
        self.trial.trajectory.diverged.is_none()
            && self.trial.expand(self.problem, &self.backward.gains).is_ok()
            && self.trial.expected_cost() < self.best.expected_cost()
    }

    fn record(&mut self, step: Option<f64>) {
        let local = if step.is_some() { &self.trial } else { &self.best };
        let descent = Descent {
            gradient_norm: self.backward.gradient_norm,
            predicted_decrease: self.backward.predicted,
            regularization: self.regularization.mu,
            step,
        };
        self.iterations.push(Iteration { cost: local.expected_cost(), descent: Some(descent) });
    }

    fn into_plan(self, stop: StopReason) -> StochasticPlan {
        let expected_cost = self.best.expected_cost();
        StochasticPlan {
            expected_cost,
            filter_gains: self.best.filter.gains,
            error_covariances: self.best.filter.errors,
            plan: Plan {
                state_dim: self.problem.problem.dynamics.state_dim(),
                states: self.best.trajectory.states,
                actions: self.best.trajectory.actions,
                gains: self.gains,
                cost: self.best.trajectory.cost,
                report: Report { initial_cost: self.initial_cost, iterations: self.iterations, stop },
            },
        }
    }
}

/// The trajectory of a policy around another one, without noise.
fn roll_out(
    problem: &Problem<'_>,
    along: &Trajectory,
    policy: (f64, &[f64], &[f64]),
    trial: &mut Trajectory,
) {
    let (n, m) = (problem.dynamics.state_dim(), problem.dynamics.action_dim());
    let horizon = along.actions.len() / m;
    trial.begin(along, n);
    let mut deviation = vec![0.0; n];
    for t in 0..horizon {
        trial.act(t, along, policy, problem.limits, &mut deviation);
        let (now, next) = trial.states[t * n..].split_at_mut(n);
        let next = &mut next[..n];
        let action = &trial.actions[t * m..][..m];
        problem.dynamics.step(now, action, next);
        let cost = problem.cost.stage(t, now, action);
        if next.iter().any(|x| !x.is_finite()) {
            trial.diverged = Some(t);
        }
        trial.add_cost(cost, t);
        if trial.diverged.is_some() {
            return;
        }
    }
    trial.add_cost(problem.cost.terminal(&trial.states[horizon * n..]), horizon);
}
