//! Planners that sample: against iLQR where it is exact, and among what is not finite.

use jensen_control::{Cem, Ilqr, Limits, Mppi, Plan, Planner, PlanningError, Problem, QuadraticCost};
use jensen_random::Rng;

use crate::ilqr::{Explosive, never_rises};
use crate::support::{Linear, close, cost_of};

/// A mass on a line with limited force, and its best plan.
fn mass(check: impl Fn(&Problem<'_>, &Plan)) {
    let system = Linear { a: vec![1.0, 0.3, 0.0, 1.0], b: vec![0.0, 0.3], c: vec![0.0, 0.0] };
    let cost =
        QuadraticCost::diagonal(&[1.0, 0.0], &[0.1, 0.0], &[0.05], &[10.0, 1.0]).expect("a valid problem");
    let limits = Limits::symmetric(&[1.0]).expect("a valid problem");
    let problem = Problem { dynamics: &system, cost: &cost, limits: &limits };
    let best = Ilqr::default().plan(&problem, &[0.0, 0.0], &[0.0; 12]).expect("a valid problem");
    assert!(best.actions.iter().any(|u| u.abs() == 1.0), "the limits are needed");
    check(&problem, &best);
}

fn comes_near(planner: &dyn Planner, part: f64) {
    mass(|problem, best| {
        let plan = |seed| {
            planner.improve(problem, &[0.0, 0.0], &[0.0; 12], Rng::seed(seed)).expect("a valid problem")
        };
        let found = plan(1);
        never_rises(&found);
        assert!(found.actions.iter().all(|u| u.abs() <= 1.0));
        close(
            "cost",
            &[found.cost],
            &[cost_of(problem.dynamics, problem.cost, &[0.0, 0.0], &found.actions)],
            1e-13,
        );
        assert!(found.cost >= best.cost * (1.0 - 1e-9), "nothing is better than the best");
        assert!(found.cost <= best.cost * (1.0 + part), "{} against {}", found.cost, best.cost);
        assert_eq!(found, plan(1));
        assert_ne!(found, plan(2));
    });
}

#[test]
fn the_cross_entropy_method_comes_near_the_best_plan() {
    let planner = Cem { samples: 512, elites: 64, iterations: 60, smoothing: 0.5, ..Cem::default() };
    comes_near(&planner, 0.01);
}

#[test]
fn path_integrals_come_near_the_best_plan() {
    comes_near(&Mppi { deviation: 0.3, temperature: 0.05, iterations: 100, ..Mppi::default() }, 0.05);
}

#[test]
fn what_leaves_the_numbers_is_left_out() {
    let cost = QuadraticCost::diagonal(&[1.0], &[1.0], &[1e-6], &[1.0]).unwrap();
    let limits = Limits::unbounded(1);
    let problem = Problem { dynamics: &Explosive, cost: &cost, limits: &limits };
    for planner in [&Cem::default() as &dyn Planner, &Mppi::default()] {
        // Samples of this deviation are lost, nearly all of them.
        let plan = planner.improve(&problem, &[0.0], &[0.0; 12], Rng::seed(3)).unwrap();
        assert!(
            plan.cost <= 13.0 && plan.states.iter().chain(&plan.actions).all(|x| x.is_finite()),
            "{}",
            plan.cost
        );
        let lost = planner.improve(&problem, &[1e200], &[0.0; 3], Rng::seed(3));
        assert_eq!(lost.unwrap_err(), PlanningError::Diverged { step: 0 });
        assert_eq!(planner.improve(&problem, &[0.0], &[], Rng::seed(3)).unwrap_err(), PlanningError::Horizon);
    }
}

#[test]
fn options_that_are_none_are_refused() {
    let refused = |planner: &dyn Planner, what: &str| {
        mass(|problem, _| match planner.improve(problem, &[0.0, 0.0], &[0.0; 3], Rng::seed(1)) {
            Err(PlanningError::Option { option, .. }) => assert_eq!(option, what),
            other => panic!("{other:?}"),
        });
    };
    refused(&Cem { deviation: f64::NAN, ..Cem::default() }, "deviation of the sampled actions");
    refused(&Cem { samples: 0, ..Cem::default() }, "number of samples");
    refused(&Cem { elites: 300, ..Cem::default() }, "number of elites");
    refused(&Cem { smoothing: 1.0, ..Cem::default() }, "smoothing");
    refused(&Mppi { temperature: 0.0, ..Mppi::default() }, "temperature");
}
