//! Planning anew at each step.

use jensen_random::Rng;

use super::restarts::between;
use super::{Plan, Planner, PlanningError, Problem};

/// What takes the place behind the last action when a plan moves on by one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tail {
    /// The last action once more.
    #[default]
    Repeat,
    /// A uniform draw within the limits, as robust controllable embedding has it (Banijamali et al. 2018).
    Uniform,
}

/// Model predictive control: in each state a plan over the horizon, of which the first action is applied, and the rest is where the
/// next plan starts.
///
/// ```
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
/// use jensen_control::{Ilqr, Limits, Problem, QuadraticCost, RecedingHorizon, Tail};
/// use jensen_random::Rng;
///
/// let problem = Problem {
///     dynamics: &Mover,
///     cost: &QuadraticCost::diagonal(&[3.0], &[1.0], &[0.1], &[1.0])?,
///     limits: &Limits::symmetric(&[1.0])?,
/// };
/// let mut control = RecedingHorizon::new(Ilqr::default(), &[0.0; 5], Tail::Repeat, Rng::seed(1));
/// let mut state = [0.0];
/// for _ in 0..10 {
///     state[0] += control.next(&problem, &state)?.action(0)[0];
/// }
/// assert!((state[0] - 3.0).abs() < 0.01);
/// # Ok::<(), jensen_control::PlanningError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecedingHorizon<P> {
    planner: P,
    actions: Vec<f64>,
    tail: Tail,
    rng: Rng<'static>,
    step: u64,
}

impl<P: Planner> RecedingHorizon<P> {
    /// Control by a planner that starts from given actions, `[T, m]`, which set the horizon.
    pub fn new(planner: P, actions: &[f64], tail: Tail, rng: Rng<'static>) -> Self {
        Self { planner, actions: actions.to_vec(), tail, rng, step: 0 }
    }

    /// The plan from a state on, of which action 0 is to be applied.
    ///
    /// # Errors
    /// When there is no plan, or a tail has no limits to be drawn from. The actions to start from stay as they were.
    ///
    /// # Panics
    /// When state, actions and limits are not of the system's sizes.
    pub fn next(&mut self, problem: &Problem<'_>, state: &[f64]) -> Result<Plan, PlanningError> {
        let rng = self.rng.at(self.step);
        let plan = self.planner.improve(problem, state, &self.actions, rng)?;
        let m = problem.dynamics.action_dim();
        let mut last = plan.action(plan.horizon() - 1).to_vec();
        if self.tail == Tail::Uniform {
            for (i, (u, draw)) in last.iter_mut().zip(rng.fork("tail").uniforms(1, m)).enumerate() {
                *u = between(problem.limits, i, f64::from(draw))?;
            }
        }
        self.actions.clear();
        self.actions.extend_from_slice(&plan.actions[m..]);
        self.actions.extend_from_slice(&last);
        self.step += 1;
        Ok(plan)
    }
}
