use jensen_control::environment::{Environment, PointMass, Simulation, Task, Uniform, rollout};
use jensen_random::Rng;

use super::{assert_jacobians, reference, step};

#[test]
fn jacobians_are_exact() {
    assert_jacobians(&PointMass::new(), 1e-8);
}

#[test]
fn the_cost_to_go_is_that_of_scipy() {
    let theirs = reference(include_str!("../../references/point_mass.json"), "riccati");
    for (ours, theirs) in PointMass::RICCATI.iter().flatten().zip(theirs.iter().flatten()) {
        assert!((ours - theirs).abs() < 1e-12 * theirs, "{ours} is not {theirs}");
    }
}

/// `u = −(R + Bᵀ P B)⁻¹ Bᵀ P A x` for each axis.
fn regulator(state: &[f64]) -> Vec<f64> {
    let (h, p) = (0.1, PointMass::RICCATI);
    let b = [0.5 * h * h, h];
    let bp = [0, 1].map(|j| b[0] * p[0][j] + b[1] * p[1][j]);
    let inverse = 1.0 / (0.1 + bp[0] * b[0] + bp[1] * b[1]);
    let act = |place: f64, speed: f64| -inverse * (bp[0] * place + (bp[0] * h + bp[1]) * speed);
    vec![act(state[0], state[2]), act(state[1], state[3])]
}

#[test]
fn the_regulator_costs_what_the_riccati_equation_says() {
    let task = PointMass::new();
    let (mut state, mut cost) = (vec![1.0, -0.8, 0.0, 0.0], 0.0);
    let to_go = |x: &[f64]| {
        let axis = |place: f64, speed: f64| {
            let p = PointMass::RICCATI;
            p[0][0] * place * place + 2.0 * p[0][1] * place * speed + p[1][1] * speed * speed
        };
        axis(x[0], x[2]) + axis(x[1], x[3])
    };
    let expected = to_go(&state) - task.objective().cost(&state, &[0.0, 0.0]);
    for _ in 0..300 {
        let action = regulator(&state);
        assert!(task.spec().actions.contain(&action));
        state = step(&task, &state, &action);
        cost += task.objective().cost(&state, &action);
    }
    assert!((cost - expected).abs() < 1e-12 * expected, "{cost} is not {expected}");
}

#[test]
fn the_regulator_succeeds_and_chance_does_not() {
    let mut simulation = Simulation::new(Box::new(PointMass::new()));
    let regulated = rollout(&mut simulation, &mut regulator, Rng::seed(1)).unwrap();
    let by_chance = rollout(&mut simulation, &mut Uniform, Rng::seed(1)).unwrap();
    assert!(regulated.succeeded && !by_chance.succeeded);
    assert!(regulated.cost() < by_chance.cost());
    assert_eq!(regulated.states[..4], by_chance.states[..4], "both start alike");
    assert_eq!(regulated.states.len(), 4 * (simulation.spec().horizon + 1));
}
