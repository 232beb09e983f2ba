//! iLQR: one step on linear systems, limits, descent, failures, and the cart-pole benchmark.

use std::f64::consts::PI;

use jensen_control::{
    Cost, CostExpansion, Dynamics, Ilqr, Limits, LimitsError, LinearSystem, Linearization, Lqr, Plan,
    PlanningError, Problem, QuadraticCost, StopReason,
};
use jensen_random::Rng;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

use crate::cartpole_benchmark::{CartPole, HORIZON, START, Upright};
use crate::support::{Linear, Pendulum, Quadratic, close, cost_of, normals, positive, reference};

/// A random system, cost and start.
fn random_problem(seed: u64, n: usize, m: usize, horizon: usize) -> (Linear, Quadratic, Vec<f64>) {
    let rng = Rng::seed(seed).fork("linear problem");
    let scaled = |name: &str, count: usize, scale: f64| -> Vec<f64> {
        normals(rng.fork(name), count).into_iter().map(|x| scale * x).collect()
    };
    let linear = Linear {
        a: scaled("a", n * n, 0.9 / (n as f64).sqrt()),
        b: scaled("b", n * m, 1.0),
        c: scaled("c", n, 0.3),
    };
    let size = n + m;
    let quadratic = Quadratic {
        hessians: (0..horizon).flat_map(|t| positive(rng.fork("stage").at(t as u64), size, 0.1)).collect(),
        slopes: scaled("slopes", horizon * size, 1.0),
        last: positive(rng.fork("last"), n, 0.1),
        last_slope: scaled("last slope", n, 1.0),
    };
    (linear, quadratic, scaled("start", n, 2.0))
}

pub fn never_rises(plan: &Plan) {
    let mut cost = plan.report.initial_cost;
    for iteration in &plan.report.iterations {
        assert!(iteration.cost <= cost, "{} after {cost}", iteration.cost);
        cost = iteration.cost;
    }
    assert_eq!(cost, plan.cost);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_linear_problem_is_solved_in_one_iteration(seed in any::<u64>(), n in 1usize..6, m in 1usize..4, horizon in 1usize..12) {
        let (linear, cost, start) = random_problem(seed, n, m, horizon);
        let limits = Limits::unbounded(m);
        let problem = Problem { dynamics: &linear, cost: &cost, limits: &limits };
        let first = normals(Rng::seed(seed).fork("actions"), horizon * m);
        let plan = Ilqr::default().plan(&problem, &start, &first).unwrap();
        prop_assert_eq!(plan.report.iterations.len(), 1);
        prop_assert_eq!(plan.report.stop, StopReason::Converged);
        let system = LinearSystem::new(n, &linear.a.repeat(horizon), &linear.b.repeat(horizon), &linear.c.repeat(horizon));
        let lqr = Lqr::solve(&system.unwrap(), &cost).unwrap();
        let exact = lqr.plan(&start).unwrap();
        close("actions", &plan.actions, &exact.actions, 1e-8);
        close("gains", &plan.gains, &exact.gains, 1e-8);
        close("cost", &[plan.cost], &[exact.cost], 1e-9);
    }

    /// The conditions of Karush, Kuhn and Tucker: the gradient vanishes but where it pushes against a limit.
    #[test]
    fn a_limited_linear_problem_is_solved_to_stationarity(seed in any::<u64>(), n in 1usize..5, m in 1usize..4, horizon in 1usize..10) {
        let (linear, cost, start) = random_problem(seed, n, m, horizon);
        let limits = Limits::new(&vec![-0.4; m], &vec![0.3; m]).unwrap();
        let problem = Problem { dynamics: &linear, cost: &cost, limits: &limits };
        let plan = Ilqr { tolerance: 1e-13, ..Ilqr::default() }.plan(&problem, &start, &vec![0.0; horizon * m]).unwrap();
        never_rises(&plan);
        prop_assert_eq!(plan.report.stop, StopReason::Converged);
        for (i, &u) in plan.actions.iter().enumerate() {
            prop_assert!((-0.4..=0.3).contains(&u));
            let h = 1e-5;
            let moved = |by: f64| {
                let mut actions = plan.actions.clone();
                actions[i] += by;
                cost_of(&linear, &cost, &start, &actions)
            };
            let slope = (moved(h) - moved(-h)) / (2.0 * h);
            let scale = 1.0 + plan.cost.abs();
            let free = u > -0.4 + 1e-9 && u < 0.3 - 1e-9;
            prop_assert!(!free || slope.abs() < 2e-5 * scale, "slope {slope} at {u}");
            prop_assert!(u > -0.4 + 1e-9 || slope > -2e-5 * scale, "slope {slope} at the lower limit");
            prop_assert!(u < 0.3 - 1e-9 || slope < 2e-5 * scale, "slope {slope} at the upper limit");
        }
    }
}

#[test]
fn the_benchmarks_derivatives_are_those_of_its_steps() {
    let rng = Rng::seed(3).fork("points");
    let (states, actions) = (normals(rng.fork("x"), 20), normals(rng.fork("u"), 5));
    let mut at = Linearization::zeros(5, 4, 1);
    CartPole.linearize(&states, &actions, &mut at);
    let h = 1e-6;
    for column in 0..5 {
        let moved = |by: f64| {
            let (mut x, mut u, mut next) = (states.clone(), actions.clone(), vec![0.0; 20]);
            match column {
                4 => u.iter_mut().for_each(|u| *u += by),
                _ => x.iter_mut().skip(column).step_by(4).for_each(|x| *x += by),
            }
            CartPole.step(&x, &u, &mut next);
            next
        };
        let difference: Vec<f64> = moved(h).iter().zip(moved(-h)).map(|(a, b)| (a - b) / (2.0 * h)).collect();
        let exact: Vec<f64> = match column {
            4 => at.by_action.clone(),
            _ => at.by_state.iter().copied().skip(column).step_by(4).collect(),
        };
        close("derivatives", &exact, &difference, 1e-8);
    }
}

/// The cost jumps at the target, since angles count in one direction only, and plans end at the jump: trajax itself at 98.6, ten
/// solves by crocoddyl (DDP and FDDP, five regularisations each) at 103 and above.
#[test]
fn the_cart_pole_of_the_benchmark_swings_up() {
    let planner = Ilqr { max_iterations: 1000, ..Ilqr::default() };
    let limits = Limits::unbounded(1);
    let problem = Problem { dynamics: &CartPole, cost: &Upright, limits: &limits };
    let plan = planner.plan(&problem, &START, &[0.0; HORIZON]).unwrap();
    never_rises(&plan);
    close("cost", &[plan.cost], &[cost_of(&CartPole, &Upright, &START, &plan.actions)], 1e-13);
    let crocoddyl = reference("cartpole", "");
    close("first cost", &[plan.report.initial_cost], &crocoddyl["initial_cost"], 1e-13);
    let trajax = reference("cartpole_trajax", "benchmark")["cost"][0];
    let least = crocoddyl["costs"].iter().copied().fold(trajax, f64::min);
    assert!(plan.cost < least, "{} against {least}", plan.cost);
    close("end", plan.state(HORIZON), &[0.0, PI, 0.0, 0.0], 1e-3);
}

/// With the short way round, crocoddyl, BFGS on the true cost and this planner come from one start to one plan.
#[test]
fn the_cart_pole_with_the_short_way_round_is_planned_as_by_crocoddyl_and_bfgs() {
    let cost = short_way_round();
    let problem = Problem { dynamics: &CartPole, cost: &cost, limits: &Limits::unbounded(1) };
    let r = reference("cartpole", "");
    let plan = Ilqr { tolerance: 1e-13, ..Ilqr::default() }.plan(&problem, &START, &r["near"]).unwrap();
    never_rises(&plan);
    close("first cost", &[plan.report.initial_cost], &r["near_initial_cost"], 1e-10);
    close("cost against crocoddyl", &[plan.cost], &r["smooth_cost"], 1e-11);
    close("cost against BFGS", &[plan.cost], &r["polished_cost"], 1e-11);
    close("actions", &plan.actions, &r["smooth_actions"], 1e-5);
}

/// From zero actions trajax comes to the same plan, in 190 iterations; it stops at a gradient of 1e-4.
#[test]
fn the_cart_pole_with_the_short_way_round_is_planned_as_by_trajax() {
    let cost = short_way_round();
    let problem = Problem { dynamics: &CartPole, cost: &cost, limits: &Limits::unbounded(1) };
    let plan = Ilqr::default().plan(&problem, &START, &[0.0; HORIZON]).unwrap();
    let trajax = reference("cartpole_trajax", "short_way_round");
    assert_eq!(plan.report.stop, StopReason::Converged);
    close("cost", &[plan.cost], &trajax["cost"], 1e-8);
    close("actions", &plan.actions, &trajax["actions"], 1e-3);
    assert!((plan.report.iterations.len() as f64) < trajax["iterations"][0]);
}

fn short_way_round() -> QuadraticCost {
    let upright = QuadraticCost::diagonal(&[0.0, PI, 0.0, 0.0], &[0.1; 4], &[0.01], &[1000.0; 4]);
    upright.expect("positive weights").with_angles(&[1])
}

/// Swing-up by torques of a fifth of what holds the pendulum level: it has to be pumped.
#[test]
fn a_weak_pendulum_swings_up_within_its_limits() {
    let cost = QuadraticCost::diagonal(&[PI, 0.0], &[0.0; 2], &[1e-3], &[100.0; 2]).unwrap();
    let limits = Limits::symmetric(&[2.0]).unwrap();
    let problem = Problem { dynamics: &Pendulum, cost: &cost, limits: &limits };
    let plan = Ilqr::default().plan(&problem, &[0.0, 0.0], &[0.1; 200]).unwrap();
    never_rises(&plan);
    assert!(plan.actions.iter().all(|u| u.abs() <= 2.0));
    assert!(plan.actions.iter().any(|u| u.abs() == 2.0), "the limits are needed");
    close("end", plan.state(200), &[PI, 0.0], 2e-2);
    for t in 0..200 {
        assert!(
            plan.action(t)[0].abs() < 2.0 || plan.gain(t) == [0.0, 0.0],
            "an action at its limit has no feedback"
        );
    }
}

/// `l = −u²/2 + u⁴/4` and a state that counts up: every Hessian at the start is negative.
struct DoubleWell;

impl Cost for DoubleWell {
    fn stage(&self, _: usize, _: &[f64], u: &[f64]) -> f64 {
        u[0].powi(4) / 4.0 - u[0] * u[0] / 2.0
    }

    fn terminal(&self, _: &[f64]) -> f64 {
        0.0
    }

    fn expand_stage(&self, _: usize, _: &[f64], u: &[f64], at: &mut CostExpansion) {
        *at = CostExpansion::zeros(1, 1);
        at.by_action[0] = u[0].powi(3) - u[0];
        at.by_action_action[0] = 3.0 * u[0] * u[0] - 1.0;
    }

    fn expand_terminal(&self, _: &[f64], at: &mut CostExpansion) {
        *at = CostExpansion::zeros(1, 1);
    }
}

#[test]
fn a_cost_that_is_not_convex_is_regularised() {
    let still = Linear { a: vec![1.0], b: vec![0.0], c: vec![0.0] };
    let problem = Problem { dynamics: &still, cost: &DoubleWell, limits: &Limits::unbounded(1) };
    let plan = Ilqr { tolerance: 1e-14, ..Ilqr::default() }.plan(&problem, &[0.0], &[0.1, -0.1]).unwrap();
    never_rises(&plan);
    close("wells", &plan.actions, &[1.0, -1.0], 1e-6);
    assert!(plan.report.iterations[0].descent.unwrap().regularization > 0.0);
    assert_eq!(plan.report.stop, StopReason::Converged);
}

/// Doubles the state and more each step: a small push ends beyond the numbers.
pub struct Explosive;

impl Dynamics for Explosive {
    fn state_dim(&self) -> usize {
        1
    }

    fn action_dim(&self) -> usize {
        1
    }

    fn step(&self, states: &[f64], actions: &[f64], next: &mut [f64]) {
        for ((x, u), next) in states.iter().zip(actions).zip(next) {
            *next = (x * x * x).mul_add(100.0, x + u);
        }
    }

    fn linearize(&self, states: &[f64], actions: &[f64], at: &mut Linearization) {
        self.step(states, actions, &mut at.next);
        at.by_state.iter_mut().zip(states).for_each(|(a, x)| *a = 1.0 + 300.0 * x * x);
        at.by_action.fill(1.0);
    }
}

#[test]
fn steps_that_leave_the_numbers_are_not_taken() {
    let cost = QuadraticCost::diagonal(&[1.0], &[1.0], &[1e-6], &[1.0]).unwrap();
    let limits = Limits::unbounded(1);
    let problem = Problem { dynamics: &Explosive, cost: &cost, limits: &limits };
    let plan = Ilqr::default().plan(&problem, &[0.0], &[0.0; 12]).unwrap();
    never_rises(&plan);
    assert!(plan.cost < 1.5 && plan.states.iter().all(|x| x.is_finite()), "{}", plan.cost);
    assert!(
        plan.report.iterations.iter().any(|i| i.descent.unwrap().step != Some(1.0)),
        "some step was too long"
    );

    let wild = Ilqr::default().plan(&problem, &[0.0], &[1.0; 12]);
    assert!(matches!(wild, Err(PlanningError::Diverged { step: 4..=7 })), "{wild:?}");
    let several = Ilqr::default().plan_each(&problem, &[0.0], &[[0.0; 12], [1.0; 12]].concat(), 12).unwrap();
    assert_eq!(several[0].as_ref().unwrap(), &plan);
    assert_eq!(several[1], wild);
}

/// A system whose derivatives are no numbers.
struct Broken;

impl Dynamics for Broken {
    fn state_dim(&self) -> usize {
        1
    }

    fn action_dim(&self) -> usize {
        1
    }

    fn step(&self, states: &[f64], _: &[f64], next: &mut [f64]) {
        next.copy_from_slice(states);
    }

    fn linearize(&self, states: &[f64], _: &[f64], at: &mut Linearization) {
        at.next.copy_from_slice(states);
        at.by_state.fill(1.0);
        at.by_action.fill(1.0);
        at.by_action[2] = f64::NAN;
    }
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let cost = QuadraticCost::diagonal(&[0.0], &[1.0], &[1.0], &[1.0]).unwrap();
    let limits = Limits::symmetric(&[1.0]).unwrap();
    let problem = Problem { dynamics: &Broken, cost: &cost, limits: &limits };
    let plan = |start: f64, actions: &[f64]| Ilqr::default().plan(&problem, &[start], actions).unwrap_err();
    assert_eq!(plan(0.0, &[]), PlanningError::Horizon);
    assert!(matches!(
        plan(f64::NAN, &[0.0]),
        PlanningError::NotFinite { what: "starting state", index: 0, .. }
    ));
    assert!(matches!(plan(0.0, &[0.0, f64::INFINITY]), PlanningError::NotFinite { index: 1, .. }));
    assert_eq!(plan(1.0, &[0.5; 4]), PlanningError::Derivative { what: "dynamics", step: 2 });
    for (lower, upper) in [(1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::NAN), (f64::INFINITY, f64::INFINITY)] {
        assert!(matches!(Limits::new(&[lower], &[upper]), Err(LimitsError { index: 0, .. })));
    }
}

#[test]
#[should_panic(expected = "2 numbers are no actions")]
fn a_part_of_an_action_is_a_mistake_of_the_caller() {
    let linear = Linear { a: vec![1.0], b: vec![1.0; 3], c: vec![0.0] };
    let cost = QuadraticCost::diagonal(&[0.0], &[1.0], &[1.0; 3], &[1.0]).unwrap();
    let problem = Problem { dynamics: &linear, cost: &cost, limits: &Limits::unbounded(3) };
    let _ = Ilqr::default().plan(&problem, &[0.0], &[0.0; 2]);
}

#[test]
fn the_report_holds_the_gradient_of_the_cost() {
    let cost = QuadraticCost::diagonal(&[PI, 0.0], &[0.1; 2], &[1e-2], &[10.0; 2]).unwrap();
    let problem = Problem { dynamics: &Pendulum, cost: &cost, limits: &Limits::unbounded(1) };
    let start = [0.3, 0.0];
    let actions: Vec<f64> = (0..30).map(|t| (f64::from(t) / 3.0).sin()).collect();
    let plan = Ilqr { max_iterations: 1, ..Ilqr::default() }.plan(&problem, &start, &actions).unwrap();
    assert_eq!(plan.report.stop, StopReason::IterationLimit);
    let slope = |i: usize| {
        let moved = |by: f64| {
            let mut actions = actions.clone();
            actions[i] += by;
            cost_of(&Pendulum, &cost, &start, &actions)
        };
        (moved(1e-5) - moved(-1e-5)) / 2e-5
    };
    let largest = (0..30).map(|i| slope(i).abs()).fold(0.0, f64::max);
    close("gradient", &[plan.report.iterations[0].descent.unwrap().gradient_norm], &[largest], 1e-7);
}
