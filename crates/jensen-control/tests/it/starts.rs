//! Several starts at once, and plans made anew in each state.

use std::f64::consts::PI;
use std::sync::atomic::{AtomicUsize, Ordering};

use jensen_control::{
    Cost, CostExpansion, Dynamics, Ilqr, Limits, Linearization, Planner, PlanningError, Problem,
    QuadraticCost, RecedingHorizon, Restarts, StopReason, Tail,
};
use jensen_random::Rng;

use crate::support::{Linear, Pendulum, close};

/// Counts the calls that a learned model would answer with one pass of its nets.
#[derive(Default)]
struct Counted {
    linearizations: AtomicUsize,
    steps: AtomicUsize,
}

impl Dynamics for Counted {
    fn state_dim(&self) -> usize {
        2
    }

    fn action_dim(&self) -> usize {
        1
    }

    fn step(&self, states: &[f64], actions: &[f64], next: &mut [f64]) {
        self.steps.fetch_add(1, Ordering::Relaxed);
        Pendulum.step(states, actions, next);
    }

    fn linearize(&self, states: &[f64], actions: &[f64], at: &mut Linearization) {
        self.linearizations.fetch_add(1, Ordering::Relaxed);
        Pendulum.linearize(states, actions, at);
    }
}

#[test]
fn starts_in_one_batch_come_to_the_plans_that_they_come_to_alone() {
    let cost = QuadraticCost::diagonal(&[PI, 0.0], &[0.01; 2], &[1e-2], &[10.0; 2]).unwrap();
    let limits = Limits::symmetric(&[3.0]).unwrap();
    let counted = Counted::default();
    let problem = Problem { dynamics: &counted, cost: &cost, limits: &limits };
    let planner = Ilqr { max_iterations: 60, ..Ilqr::default() };
    let starts: Vec<f64> =
        Rng::seed(5).uniforms(6, 40).into_iter().map(|u| f64::from(u) * 6.0 - 3.0).collect();
    let mut alone = [0, 0];
    let mut most = 0;
    let single: Vec<_> = starts
        .chunks(40)
        .map(|actions| {
            let plan = planner.plan(&problem, &[0.0, 0.0], actions);
            let calls =
                [counted.linearizations.swap(0, Ordering::Relaxed), counted.steps.swap(0, Ordering::Relaxed)];
            most = most.max(calls[0]);
            alone = [alone[0] + calls[0], alone[1] + calls[1]];
            plan
        })
        .collect();
    let together = planner.plan_each(&problem, &[0.0, 0.0], &starts, 40).unwrap();
    assert_eq!(together, single);
    let calls = [&counted.linearizations, &counted.steps].map(|c| c.load(Ordering::Relaxed));
    assert_eq!(calls[0], most, "as many linearisations as the longest search takes");
    assert!(calls[1] < alone[1] / 2, "{} steps together, {} alone", calls[1], alone[1]);
}

/// The way to a goal, with a hill right on it.
struct Hill(QuadraticCost);

impl Hill {
    fn height(x: &[f64]) -> f64 {
        5.0 * (-0.5 * ((x[0] - 3.0).powi(2) + x[1] * x[1])).exp()
    }
}

impl Cost for Hill {
    fn stage(&self, t: usize, x: &[f64], u: &[f64]) -> f64 {
        self.0.stage(t, x, u) + Self::height(x)
    }

    fn terminal(&self, x: &[f64]) -> f64 {
        self.0.terminal(x)
    }

    /// The hill's own Hessian is left out.
    fn expand_stage(&self, t: usize, x: &[f64], u: &[f64], at: &mut CostExpansion) {
        self.0.expand_stage(t, x, u, at);
        let height = Self::height(x);
        at.by_state[0] -= height * (x[0] - 3.0);
        at.by_state[1] -= height * x[1];
    }

    fn expand_terminal(&self, x: &[f64], at: &mut CostExpansion) {
        self.0.expand_terminal(x, at);
    }
}

/// From actions on the line between start and goal a plan stays on it, over the hill: both sides look alike. Random starts do not.
#[test]
fn restarts_find_the_cheaper_of_several_plans() {
    let goal = QuadraticCost::diagonal(&[6.0, 0.0], &[0.01; 2], &[0.1; 2], &[10.0; 2]).unwrap();
    let mover = Linear { a: vec![1.0, 0.0, 0.0, 1.0], b: vec![1.0, 0.0, 0.0, 1.0], c: vec![0.0; 2] };
    let limits = Limits::symmetric(&[1.0; 2]).unwrap();
    let problem = Problem { dynamics: &mover, cost: &Hill(goal), limits: &limits };
    let once = Ilqr::default().plan(&problem, &[0.0, 0.0], &[0.0; 30]).unwrap();
    assert!(once.states.chunks(2).all(|x| x[1] == 0.0));
    let best = Restarts::default().improve(&problem, &[0.0, 0.0], &[0.0; 30], Rng::seed(2)).unwrap();
    assert!(best.cost < 0.7 * once.cost, "{} against {}", best.cost, once.cost);
    assert!(best.states.chunks(2).any(|x| x[1].abs() > 1.0), "around the hill");
    let again = Restarts::default().improve(&problem, &[0.0, 0.0], &[0.0; 30], Rng::seed(2)).unwrap();
    assert_eq!(best, again);

    let unlimited = Problem { limits: &Limits::unbounded(2), ..problem };
    let refused = Restarts::default().improve(&unlimited, &[0.0, 0.0], &[0.0; 30], Rng::seed(2));
    assert_eq!(refused.unwrap_err(), PlanningError::Limitless { index: 0 });
}

#[test]
fn control_by_a_receding_horizon_swings_up_and_starts_warm() {
    let cost = QuadraticCost::diagonal(&[PI, 0.0], &[1.0, 0.1], &[1e-3], &[100.0, 10.0]).unwrap();
    let limits = Limits::symmetric(&[5.0]).unwrap();
    let problem = Problem { dynamics: &Pendulum, cost: &cost, limits: &limits };
    let mut control = RecedingHorizon::new(Ilqr::default(), &[0.5; 60], Tail::Repeat, Rng::seed(1));
    let (mut state, mut next) = ([0.0, 0.0], [0.0; 2]);
    let mut iterations = Vec::new();
    for _ in 0..120 {
        let plan = control.next(&problem, &state).unwrap();
        assert_eq!(plan.horizon(), 60);
        iterations.push(plan.report.iterations.len());
        Pendulum.step(&state, plan.action(0), &mut next);
        state = next;
    }
    close("end", &state, &[PI, 0.0], 1e-2);
    assert!(iterations[0] > 5 && iterations[100..].iter().all(|&i| i <= 3), "{iterations:?}");

    let before = control.clone();
    control.next(&problem, &[f64::NAN, 0.0]).unwrap_err();
    assert_eq!(
        control.next(&problem, &state),
        before.clone().next(&problem, &state),
        "an error changes nothing"
    );

    let mut uniform = RecedingHorizon::new(
        Ilqr { max_iterations: 0, ..Ilqr::default() },
        &[0.0; 3],
        Tail::Uniform,
        Rng::seed(1),
    );
    uniform.next(&problem, &[0.0, 0.0]).unwrap();
    let plan = uniform.next(&problem, &[0.0, 0.0]).unwrap();
    assert!(plan.actions[..2] == [0.0, 0.0] && plan.actions[2] != 0.0 && plan.actions[2].abs() <= 5.0);
}

/// A rod that falls over without an action: with the short way round the cost has an edge on the far side, where plans from no action
/// end; counted from the start it has none.
#[test]
fn a_cost_that_is_taken_from_the_start_has_no_edge() {
    let short =
        QuadraticCost::diagonal(&[PI, 0.0], &[10.0, 0.0], &[0.1], &[100.0, 1.0]).unwrap().with_angles(&[0]);
    let limits = Limits::symmetric(&[8.0]).unwrap();
    for turns in [-2.0, 0.0, 1.0] {
        let start = [PI + 0.4 + turns * std::f64::consts::TAU, 0.0];
        let cost = short.from_start(&start);
        close("cost of the start", &[cost.terminal(&start)], &[short.terminal(&start)], 1e-12);
        let problem = Problem { dynamics: &Pendulum, cost: &cost, limits: &limits };
        let plan = Ilqr::default().plan(&problem, &start, &[0.0; 40]).unwrap();
        assert_eq!(plan.report.stop, StopReason::Converged);
        close("angle at the end", &plan.state(40)[..1], &cost.target()[..1], 1e-3);
        let edged = Problem { cost: &short, ..problem };
        let fallen = Ilqr::default().plan(&edged, &start, &[0.0; 40]).unwrap();
        assert!(plan.cost < 0.5 * fallen.cost, "{} against {}", plan.cost, fallen.cost);
    }
}
