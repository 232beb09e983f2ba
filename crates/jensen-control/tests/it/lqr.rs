//! The linear-quadratic regulator against dense least squares and SciPy's Riccati equation.

use std::f64::consts::PI;

use jensen_control::{Dynamics, LinearSystem, Lqr, PlanningError, QuadraticCost};

use crate::support::{Pendulum, Quadratic, close, reference};

#[test]
fn a_time_varying_affine_problem_is_solved_as_by_dense_least_squares() {
    let r = reference("linear_quadratic", "time_varying");
    let system = LinearSystem::new(3, &r["a"], &r["b"], &r["c"]).unwrap();
    let cost = Quadratic {
        hessians: r["hessians"].clone(),
        slopes: r["slopes"].clone(),
        last: r["last"].clone(),
        last_slope: r["last_slope"].clone(),
    };
    let lqr = Lqr::solve(&system, &cost).unwrap();
    close("cost", &[lqr.cost(&r["start"])], &r["cost"], 1e-12);
    close("value", lqr.value_hessian(0), &r["value_hessian"], 1e-12);
    close("gain", lqr.gain(0), &r["first_gain"], 1e-12);
    let plan = lqr.plan(&r["start"]).unwrap();
    close("actions", &plan.actions, &r["actions"], 1e-11);
    assert_eq!((plan.horizon(), plan.action(5).len(), plan.gain(5).len()), (6, 2, 6));
}

#[test]
fn a_long_horizon_comes_to_the_solution_of_the_algebraic_riccati_equation() {
    let r = reference("linear_quadratic", "stationary");
    let system = LinearSystem::stationary(500, 3, &r["a"], &r["b"]).unwrap();
    let cost = QuadraticCost::diagonal(&[0.0; 3], &r["q"], &r["r"], &r["q"]).unwrap();
    let lqr = Lqr::solve(&system, &cost).unwrap();
    // The cost has no ½, the value has.
    let value: Vec<f64> = lqr.value_hessian(0).iter().map(|s| s / 2.0).collect();
    close("value", &value, &r["value"], 1e-10);
    close("gain", lqr.gain(0), &r["gain"], 1e-10);
}

#[test]
fn what_has_no_solution_is_refused() {
    let no_steps = LinearSystem::stationary(0, 1, &[1.0], &[1.0]);
    assert_eq!(no_steps.unwrap_err(), PlanningError::Horizon);
    let infinite = LinearSystem::stationary(1, 1, &[f64::INFINITY], &[1.0]);
    assert!(matches!(infinite, Err(PlanningError::NotFinite { what: "matrices A", index: 0, .. })));
    let saddle = QuadraticCost::new(&[0.0; 2], &[0.0, 1.0, 1.0, 0.0], &[1.0], &[0.0; 4]);
    assert!(
        matches!(saddle, Err(PlanningError::Indefinite { eigenvalue, .. }) if (eigenvalue + 1.0).abs() < 1e-12)
    );
    let crooked = QuadraticCost::new(&[0.0; 2], &[1.0, 1.0, 0.0, 1.0], &[1.0], &[0.0; 4]);
    assert!(matches!(crooked, Err(PlanningError::Asymmetric { row: 1, column: 0, .. })));

    let system = LinearSystem::stationary(3, 1, &[1.0], &[1.0]).unwrap();
    let free = QuadraticCost::diagonal(&[0.0], &[0.0], &[0.0], &[0.0]).unwrap();
    assert!(matches!(Lqr::solve(&system, &free), Err(PlanningError::Unbounded { step: 2 })));
    let lqr = Lqr::solve(&system, &QuadraticCost::diagonal(&[0.0], &[0.0], &[1.0], &[0.0]).unwrap()).unwrap();
    assert!(matches!(lqr.plan(&[f64::NAN]), Err(PlanningError::NotFinite { .. })));
}

/// The linear system around upright, offsets and all, holds the true pendulum there, whose target is not zero.
#[test]
fn a_system_is_linear_along_its_states_and_held_there() {
    let horizon = 80;
    let upright = [PI, 0.0].repeat(horizon);
    let system = LinearSystem::along(&Pendulum, &upright, &vec![0.0; horizon]).unwrap();
    let cost = QuadraticCost::diagonal(&[PI, 0.0], &[1.0, 0.1], &[0.01], &[1.0, 0.1]).unwrap();
    let lqr = Lqr::solve(&system, &cost).unwrap();
    assert!(lqr.cost(&[PI, 0.0]).abs() < 1e-12, "being there costs nothing");
    let (mut state, mut next, mut action) = ([PI + 0.2, -0.1], [0.0; 2], [0.0]);
    for t in 0..horizon {
        lqr.act(t, &state, &mut action);
        Pendulum.step(&state, &action, &mut next);
        state = next;
    }
    close("end", &state, &[PI, 0.0], 1e-5);
}
