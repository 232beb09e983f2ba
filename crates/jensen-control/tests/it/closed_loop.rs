//! Planners in episodes of the true systems.

use std::f64::consts::TAU;
use std::sync::Arc;

use jensen_control::environment::{
    AroundObstacles, CartPole, EnvironmentError, Pendulum, Planar, PointMass, Rollout, Simulation, Task,
    by_name, rollout,
};
use jensen_control::{
    ClosedLoop, Cost, CostExpansion, Episode, Ilqg, Ilqr, LinearSystem, Lqr, Method, NoisyIlqg, PlanRecord,
    Planner, PlanningError, Problem, QuadraticCost, Regulator, Replanning, Report, StopReason, Summary,
};
use jensen_random::Rng;

use crate::support::close;

fn control(method: Method, replanning: Replanning, horizon: usize) -> ClosedLoop {
    ClosedLoop { method, replanning, horizon, noise: 0.0 }
}

fn episodes(control: &ClosedLoop, task: &Arc<dyn Task>, count: u64) -> Vec<Episode> {
    (0..count).map(|episode| control.episode(task, Rng::seed(0).at(episode)).expect("an episode")).collect()
}

#[test]
fn swing_ups_succeed_from_every_start() {
    let tasks: [(Arc<dyn Task>, usize); 2] =
        [(Arc::new(Pendulum::swing_up()), 100), (Arc::new(CartPole::swing_up()), 150)];
    for (task, horizon) in tasks {
        let control = control(Method::ilqr(0), Replanning::WhenUsedUp, horizon);
        for episode in episodes(&control, &task, 20) {
            assert!(
                episode.rollout.succeeded,
                "{} from {:?}",
                task.spec().name,
                &episode.rollout.states[..4]
            );
            assert_eq!(episode.plans.len(), 1);
            assert!(episode.rollout.actions.chunks(1).all(|action| task.spec().control.contain(action)));
        }
    }
}

/// Whether the whole way lies outside of obstacles, and no step was one that the mover did not take.
fn is_clear(rollout: &Rollout) -> bool {
    let point = |t: usize| [rollout.states[2 * t], rollout.states[2 * t + 1]];
    (0..rollout.costs.len()).all(|t| {
        let (from, to) = (point(t), point(t + 1));
        let on_the_way = |share: f64| [0, 1].map(|i| from[i] + share * (to[i] - from[i]));
        let asked = Planar::is_valid([0, 1].map(|i| (from[i] + rollout.actions[2 * t + i]).clamp(1.5, 38.5)));
        asked && (0..=20).all(|k| Planar::is_valid(on_the_way(f64::from(k) / 20.0)))
    })
}

#[test]
fn the_mover_reaches_every_corner_and_enters_no_obstacle() {
    for goal in Planar::GOALS {
        let task: Arc<dyn Task> = Arc::new(Planar::new(goal).expect("a corner"));
        for replanning in [Replanning::WhenUsedUp, Replanning::EveryStep] {
            for episode in episodes(&control(Method::ilqr(0), replanning, 40), &task, 20) {
                assert!(episode.rollout.succeeded, "to {goal:?}");
                assert!(is_clear(&episode.rollout), "to {goal:?}: {:?}", episode.rollout.states);
            }
        }
    }
    // Straight to the goal as fast as it may, the mover comes to an obstacle.
    let mut greedy = |x: &[f64]| {
        let way = [37.0 - x[0], 3.0 - x[1]];
        way.map(|w| w * (3.0 / way[0].abs().max(way[1].abs())).min(1.0)).to_vec()
    };
    let planar = Planar::new([37.0, 3.0]).and_then(|planar| planar.with_start([5.0, 7.0])).expect("a start");
    let straight = rollout(&mut Simulation::new(Box::new(planar)), &mut greedy, Rng::seed(0)).unwrap();
    assert!(!is_clear(&straight) && !straight.succeeded, "{:?}", straight.states);
}

#[test]
fn hills_have_their_own_slopes() {
    let way = QuadraticCost::diagonal(&[37.0, 3.0], &[10.0; 2], &[1.0; 2], &[5.0; 2]).unwrap();
    let cost = AroundObstacles::new(way.clone());
    let (state, action) = ([9.0, 21.8], [0.5, -0.25]);
    let (mut at, mut plain) = (CostExpansion::zeros(2, 2), CostExpansion::zeros(2, 2));
    cost.expand_stage(0, &state, &action, &mut at);
    way.expand_stage(0, &state, &action, &mut plain);
    let slope = |of: &dyn Fn(&[f64]) -> f64, i: usize| {
        let moved = |step: f64| {
            [state[0] + f64::from(u8::from(i == 0)) * step, state[1] + f64::from(u8::from(i == 1)) * step]
        };
        (of(&moved(1e-5)) - of(&moved(-1e-5))) / 2e-5
    };
    let slopes: Vec<f64> = (0..2).map(|i| slope(&|x| cost.stage(0, x, &action), i)).collect();
    close("slope of a step", &at.by_state, &slopes, 1e-8);
    assert_eq!(at.by_action, plain.by_action);
    // Gauss–Newton: 2 ∇r ∇rᵀ with r = √(h exp(−d²/8)).
    let root = |x: &[f64]| (cost.stage(0, x, &action) - way.stage(0, x, &action)).sqrt();
    let by_root: Vec<f64> = (0..2).map(|i| slope(&root, i)).collect();
    let hessian: Vec<f64> =
        (0..4).map(|k| plain.by_state_state[k] + 2.0 * by_root[k / 2] * by_root[k % 2]).collect();
    // The other hills are far away.
    close("Hessian", &at.by_state_state, &hessian, 1e-5);
    cost.expand_terminal(&state, &mut at);
    let slopes: Vec<f64> = (0..2).map(|i| slope(&|x| cost.terminal(x), i)).collect();
    close("slope at the end", &at.by_state, &slopes, 1e-8);
    // From (10.5, 20.5).
    let height = 2e4 * (-(1.5f64.powi(2) + 1.3f64.powi(2)) / 8.0).exp();
    close("height", &[cost.terminal(&state) - way.terminal(&state)], &[height], 1e-6);
}

/// The cost of a plan is the true cost of its episode and that of the start, where a task plans for nothing else.
#[test]
fn what_is_planned_is_the_true_cost() {
    for name in ["pendulum-swingup", "cartpole", "car", "point-mass"] {
        let task: Arc<dyn Task> = by_name(name).expect("a task").into();
        let control = control(Method::ilqr(0), Replanning::WhenUsedUp, task.spec().horizon);
        let episode = control.episode(&task, Rng::seed(3)).expect("an episode");
        let (start, m) = (&episode.rollout.states[..task.state_dim()], task.action_dim());
        let expected = episode.rollout.cost() + task.objective().cost(start, &vec![0.0; m]);
        close(name, &[episode.plans[0].cost], &[expected], 1e-9);
    }
}

#[test]
fn a_regulator_is_lqr_where_the_system_is_linear() {
    let task = PointMass::new();
    let start = [0.5, -0.3, 0.2, 0.1];
    let cost = task.planning_cost(&start);
    let problem = Problem { dynamics: &task, cost: &*cost, limits: &task.spec().control };
    let system = LinearSystem::along(&task, &[0.0; 4].repeat(30), &[0.0; 60]).unwrap();
    let lqr = Lqr::solve(&system, &*cost).unwrap().plan(&start).unwrap();
    for target in [[0.0; 4], [2.0, 1.0, 0.0, 3.0]] {
        let plan = Regulator { target: target.to_vec() }
            .improve(&problem, &start, &[0.0; 60], Rng::seed(0))
            .unwrap();
        close("states", &plan.states, &lqr.states, 1e-9);
        close("actions", &plan.actions, &lqr.actions, 1e-9);
        close("gains", &plan.gains, &lqr.gains, 1e-9);
        close("cost", &[plan.cost], &[lqr.cost], 1e-9);
    }
    let noisy = NoisyIlqg { planner: Ilqg::default(), sigma: 0.3 };
    let plan = noisy.improve(&problem, &start, &[0.0; 60], Rng::seed(0)).unwrap();
    close("actions under noise", &plan.actions, &lqr.actions, 1e-7);
    let both = (Ilqr::default(), noisy.clone()).improve(&problem, &start, &[0.0; 60], Rng::seed(0)).unwrap();
    close("one after the other", &both.actions, &lqr.actions, 1e-7);
    for sigma in [-1.0, f64::NAN, f64::INFINITY] {
        let refused =
            NoisyIlqg { sigma, ..noisy.clone() }.improve(&problem, &start, &[0.0; 60], Rng::seed(0));
        assert!(matches!(refused, Err(PlanningError::Option { .. })), "{sigma}: {refused:?}");
    }
}

/// A pendulum near upright is held at the turn where it is.
#[test]
fn a_regulator_holds_what_is_some_turns_away() {
    let task = Pendulum::balance();
    for turns in [-2.0, 1.0] {
        let mut state = vec![turns * TAU + 0.2, 0.0];
        let cost = task.planning_cost(&state);
        let regulator = Regulator { target: task.objective().goal_near(&state) };
        close("target", &regulator.target, &[turns * TAU, 0.0], 1e-12);
        let problem = Problem { dynamics: &task, cost: &*cost, limits: &task.spec().control };
        let plan = regulator.improve(&problem, &state, &[0.0; 100], Rng::seed(0)).unwrap();
        let mut next = vec![0.0; 2];
        for t in 0..100 {
            let mut action = [0.0];
            plan.act(t, &state, problem.limits, &mut action);
            jensen_control::Dynamics::step(&task, &state, &action, &mut next);
            state.clone_from(&next);
        }
        close("upright", &state[..1], &[turns * TAU], 1e-2);
    }
}

#[test]
fn plans_are_made_when_they_are_due() {
    let task: Arc<dyn Task> = Arc::new(PointMass::new());
    let count = |replanning, horizon| {
        let episode = control(Method::ilqr(0), replanning, horizon).episode(&task, Rng::seed(1)).unwrap();
        (episode.plans.len(), episode.rollout.costs.len())
    };
    assert_eq!(count(Replanning::WhenUsedUp, 50), (1, 50));
    assert_eq!(count(Replanning::WhenUsedUp, 20), (3, 50));
    assert_eq!(count(Replanning::WhenUsedUp, 80), (1, 50));
    assert_eq!(count(Replanning::EveryStep, 20), (50, 50));
}

#[test]
fn what_cannot_be_planned_is_an_error() {
    let task: Arc<dyn Task> = Arc::new(PointMass::new());
    for method in [
        Method::Lqr,
        Method::ilqr(0),
        Method::ilqg(0),
        Method::cem(&task.spec().control),
        Method::mppi(&task.spec().control),
    ] {
        for replanning in [Replanning::WhenUsedUp, Replanning::EveryStep] {
            let none = control(method.clone(), replanning, 0).episode(&task, Rng::seed(0));
            assert_eq!(none, Err(EnvironmentError::Planning(PlanningError::Horizon)));
            for noise in [-0.1, f64::INFINITY] {
                let refused = ClosedLoop { noise, ..control(method.clone(), replanning, 5) }
                    .episode(&task, Rng::seed(0));
                assert_eq!(refused, Err(EnvironmentError::Noise(noise)));
            }
        }
    }
}

#[test]
fn a_summary_is_of_means_over_episodes() {
    let episode = |costs: &[f64], in_goal: &[bool], succeeded, seconds: &[f64]| {
        let iteration = jensen_control::Iteration { cost: 1.0, descent: None };
        let report =
            Report { initial_cost: 1.0, iterations: vec![iteration; 6], stop: StopReason::Converged };
        let plan = |&seconds: &f64| PlanRecord { seconds, cost: 0.0, report: report.clone() };
        Episode {
            rollout: Rollout {
                states: Vec::new(),
                actions: Vec::new(),
                costs: costs.to_vec(),
                in_goal: in_goal.to_vec(),
                succeeded,
            },
            plans: seconds.iter().map(plan).collect(),
        }
    };
    let one = episode(&[1.0, 2.0], &[false, true], true, &[0.004]);
    let two = episode(&[4.0, 5.0], &[false, false], false, &[0.001, 0.003]);
    let both = Summary::of(&[one.clone(), two]);
    close(
        "means",
        &[both.success_rate, both.success_error, both.cost_mean, both.share_in_goal],
        &[0.5, 0.125f64.sqrt(), 6.0, 0.25],
        1e-12,
    );
    // Costs 3 and 9; 8 ms for four steps and three plans.
    let errors = [both.cost_std.unwrap(), both.cost_error().unwrap()];
    close("spread", &errors, &[18f64.sqrt(), 3.0], 1e-12);
    close("planning", &[both.plan_ms_per_step, both.plan_ms, both.iterations], &[2.0, 8.0 / 3.0, 6.0], 1e-12);
    let alone = Summary::of(&[one]);
    assert_eq!((alone.cost_std, alone.cost_error(), alone.success_error), (None, None, 0.0));
}
