//! The iterative linear-quadratic regulator.

mod backward;
mod candidate;
mod forward;
mod regularization;
mod report;

use rayon::prelude::*;

use super::{Plan, PlanningError, Problem};
use crate::Linearization;
use candidate::Candidate;
use forward::RollOut;

pub(crate) use regularization::Regularization;
pub use report::{Descent, Iteration, Report, StopReason};

/// The shortest part of a step that is tried.
pub(crate) const SHORTEST_STEP: f64 = 1.0 / 1024.0;
/// Above this a small promise may be due to the regularisation (Tassa's own bound).
pub(crate) const SMALL_REGULARIZATION: f64 = 1e-5;

/// The iterative linear-quadratic regulator with action limits (Li & Todorov 2004; Tassa, Erez & Todorov 2012; Tassa, Mansard &
/// Todorov 2014).
///
/// Each iteration linearises the system along the trajectory, expands the cost to second order, finds the step that is best for
/// this model within the limits of the actions, and takes as much of it as lowers the true cost. The cost never rises. A
/// model that is not convex, and a step of which no part lowers the cost or that leaves the finite numbers, are met by
/// regularisation.
///
/// ```
/// use jensen_control::{Ilqr, Limits, Problem, QuadraticCost};
/// # use jensen_control::{Dynamics, Linearization};
/// # struct Mover;
/// # impl Dynamics for Mover {
/// #     fn state_dim(&self) -> usize { 1 }
/// #     fn action_dim(&self) -> usize { 1 }
/// #     fn step(&self, x: &[f64], u: &[f64], next: &mut [f64]) {
/// #         for ((next, x), u) in next.iter_mut().zip(x).zip(u) { *next = x + u; }
/// #     }
/// #     fn linearize(&self, x: &[f64], u: &[f64], at: &mut Linearization) {
/// #         self.step(x, u, &mut at.next);
/// #         at.by_state.fill(1.0);
/// #         at.by_action.fill(1.0);
/// #     }
/// # }
///
/// // `Mover` is x' = x + u, to be brought from 0 to 3 by actions up to 1.
/// let problem = Problem {
///     dynamics: &Mover,
///     cost: &QuadraticCost::diagonal(&[3.0], &[0.0], &[1e-3], &[1.0])?,
///     limits: &Limits::symmetric(&[1.0])?,
/// };
/// let plan = Ilqr::default().plan(&problem, &[0.0], &[0.0; 4])?;
/// assert!((plan.state(4)[0] - 3.0).abs() < 1e-2);
/// # Ok::<(), jensen_control::PlanningError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Ilqr {
    /// How many steps may be tried.
    pub max_iterations: usize,
    /// The search has converged when a step promises to lower the cost by no more than this part of it.
    pub tolerance: f64,
}

impl Default for Ilqr {
    fn default() -> Self {
        Self { max_iterations: 500, tolerance: 1e-9 }
    }
}

impl Ilqr {
    /// Improves actions, `[T, m]`, from a state on. Actions outside of the limits are first moved to them.
    ///
    /// # Errors
    /// When there is no action, a number is not finite, the actions lead to a state or cost that is not finite, or a derivative
    /// along the trajectory is not finite.
    ///
    /// # Panics
    /// When state, actions and limits are not of the system's sizes.
    pub fn plan(&self, problem: &Problem<'_>, start: &[f64], actions: &[f64]) -> Result<Plan, PlanningError> {
        let horizon = problem.horizon(start, actions)?;
        let mut plans = self.plan_each(problem, start, actions, horizon)?;
        plans.pop().expect("one sequence of actions has one plan")
    }

    /// Improves several sequences of `horizon` actions, `[sequences, T, m]`, at once: the system is linearised, and steps are
    /// tried, for all of them in one batch. Each comes to the plan that it comes to alone.
    ///
    /// # Errors
    /// When there is no action or a number is not finite; within, what ended the search from each sequence.
    ///
    /// # Panics
    /// When state, actions and limits are not of the system's sizes.
    pub fn plan_each(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        horizon: usize,
    ) -> Result<Vec<Result<Plan, PlanningError>>, PlanningError> {
        problem.horizon(start, actions)?;
        let m = problem.dynamics.action_dim();
        if horizon == 0 {
            return Err(PlanningError::Horizon);
        }
        assert!(
            actions.len().is_multiple_of(horizon * m),
            "each sequence has {horizon} actions of {m} numbers"
        );
        let mut allowed = actions.to_vec();
        problem.limits.clamp(&mut allowed);
        let mut search = Search::start(problem, start, &allowed, horizon);
        while search.iterate(self) {}
        Ok(search.candidates.into_iter().map(Candidate::into_plan).collect())
    }
}

/// Candidates on their way, in step.
struct Search<'a> {
    problem: &'a Problem<'a>,
    horizon: usize,
    candidates: Vec<Candidate>,
    /// Which candidates are not at their end.
    running: Vec<usize>,
    /// Which of them look for a step, and which for a part of one.
    searching: Vec<usize>,
    trying: Vec<usize>,
    states: Vec<f64>,
    actions: Vec<f64>,
    at: Linearization,
    roll_out: RollOut,
}

impl<'a> Search<'a> {
    fn start(problem: &'a Problem<'a>, start: &[f64], actions: &[f64], horizon: usize) -> Self {
        let (n, m) = (problem.dynamics.state_dim(), problem.dynamics.action_dim());
        let mut candidates: Vec<Candidate> = actions
            .chunks_exact(horizon * m)
            .map(|actions| Candidate::from(start, actions, horizon))
            .collect();
        let count = candidates.len();
        let mut roll_out = RollOut::default();
        // Nothing has been learned: gains are zero, and so is the part of the step.
        roll_out.run(problem, horizon, &mut candidates, 0..count);
        for candidate in &mut candidates {
            std::mem::swap(&mut candidate.best, &mut candidate.trial);
            candidate.initial_cost = candidate.best.cost;
            candidate.outcome = candidate.best.diverged.map(|step| Err(PlanningError::Diverged { step }));
        }
        Self {
            problem,
            horizon,
            candidates,
            running: Vec::with_capacity(count),
            searching: Vec::with_capacity(count),
            trying: Vec::with_capacity(count),
            states: Vec::with_capacity(count * horizon * n),
            actions: Vec::with_capacity(count * horizon * m),
            at: Linearization::zeros(count * horizon, n, m),
            roll_out,
        }
    }

    /// Brings every running candidate to a better trajectory or to its end; `false` when none is running.
    fn iterate(&mut self, options: &Ilqr) -> bool {
        let Self { running, candidates, .. } = self;
        running.clear();
        running.extend((0..candidates.len()).filter(|&i| candidates[i].outcome.is_none()));
        if running.is_empty() {
            return false;
        }
        self.linearize();
        self.searching.clone_from(&self.running);
        while !self.searching.is_empty() {
            self.backward(options);
            self.search_steps(options);
        }
        true
    }

    /// Linearises along all trajectories in one batch.
    fn linearize(&mut self) {
        let Self { candidates, running, states, actions, at, horizon, .. } = self;
        let (n, m) = (self.problem.dynamics.state_dim(), self.problem.dynamics.action_dim());
        states.clear();
        actions.clear();
        for &i in running.iter() {
            states.extend_from_slice(&candidates[i].best.states[..*horizon * n]);
            actions.extend_from_slice(&candidates[i].best.actions);
        }
        let rows = running.len() * *horizon;
        at.next.truncate(rows * n);
        at.by_state.truncate(rows * n * n);
        at.by_action.truncate(rows * n * m);
        self.problem.dynamics.linearize(states, actions, at);
    }

    /// The backward passes of the candidates that look for a step. Those that have converged leave.
    fn backward(&mut self, options: &Ilqr) {
        let Self { problem, candidates, running, searching, at, horizon, .. } = self;
        let (n, m) = (problem.dynamics.state_dim(), problem.dynamics.action_dim());
        let (a, b) = (*horizon * n * n, *horizon * n * m);
        let pass = |(i, candidate): (usize, &mut Candidate)| {
            let Ok(row) = running.binary_search(&i) else { return };
            if searching.binary_search(&i).is_ok() {
                candidate.improve(
                    problem,
                    &at.by_state[row * a..][..a],
                    &at.by_action[row * b..][..b],
                    options,
                );
            }
        };
        if searching.len() == 1 {
            pass((searching[0], &mut candidates[searching[0]]));
        } else {
            candidates.par_iter_mut().enumerate().for_each(pass);
        }
        searching.retain(|&i| candidates[i].outcome.is_none());
    }

    /// The line searches of the candidates that have a step. Those that take a part of it leave.
    fn search_steps(&mut self, options: &Ilqr) {
        let Self { problem, candidates, searching, trying, roll_out, horizon, .. } = self;
        trying.clone_from(searching);
        for &i in trying.iter() {
            candidates[i].step = 1.0;
        }
        while !trying.is_empty() {
            roll_out.run(problem, *horizon, candidates, trying.iter().copied());
            trying.retain(|&i| {
                let candidate = &mut candidates[i];
                if candidate.improves() {
                    candidate.accept(options.tolerance);
                    searching.retain(|&j| j != i);
                    return false;
                }
                candidate.step *= 0.5;
                if candidate.step < SHORTEST_STEP {
                    candidate.reject();
                    return false;
                }
                true
            });
        }
        searching.retain(|&i| candidates[i].outcome.is_none());
    }
}

impl Candidate {
    /// Finds the step from the best trajectory, or that there is none.
    fn improve(&mut self, problem: &Problem<'_>, by_state: &[f64], by_action: &[f64], options: &Ilqr) {
        if let Some(at) = by_state.iter().chain(by_action).position(|x| !x.is_finite()) {
            let (n, m) = (problem.dynamics.state_dim(), problem.dynamics.action_dim());
            let step = if at < by_state.len() { at / (n * n) } else { (at - by_state.len()) / (n * m) };
            self.outcome = Some(Err(PlanningError::Derivative { what: "dynamics", step }));
            return;
        }
        let before = self.regularization.mu;
        match self.backward.pass(problem, &self.best, by_state, by_action, &mut self.regularization) {
            Err(error) => self.outcome = Some(Err(error)),
            Ok(false) => self.outcome = Some(Ok(StopReason::Stalled)),
            Ok(true) => {
                // Regularisation that convexity asks for is part of the model; that of failed steps is not.
                let needed =
                    self.regularization.mu > before || self.regularization.mu <= SMALL_REGULARIZATION;
                if self.backward.gradient_norm == 0.0 || (needed && self.is_flat(options.tolerance)) {
                    self.outcome = Some(Ok(StopReason::Converged));
                } else if self.iterations.len() >= options.max_iterations {
                    self.outcome = Some(Ok(StopReason::IterationLimit));
                }
            }
        }
    }
}
