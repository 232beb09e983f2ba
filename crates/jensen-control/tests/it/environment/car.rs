use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use jensen_control::environment::Car;

use super::{assert_jacobians, assert_mirrored, step};

#[test]
fn jacobians_are_exact() {
    assert_jacobians(&Car::new(), 1e-8);
}

#[test]
fn left_and_right_are_alike() {
    assert_mirrored(&Car::new(), &[1.0, -1.0, -1.0, 1.0, -1.0], &[1.0, -1.0]);
}

#[test]
fn a_steered_car_drives_a_circle() {
    // Of radius 1 / tan φ, which is one. Euler's polygon has its corners on a circle that is wider by (h/2)² / 2.
    let car = Car::new();
    let mut state = vec![1.0, 0.0, FRAC_PI_2, 1.0, FRAC_PI_4];
    let first = step(&car, &state, &[0.0, 0.0]);
    let turn = (first[2] - state[2]) / 2.0;
    let radius = 0.1 / (2.0 * turn.sin());
    assert!((radius - 1.0).abs() < 1e-3);
    // The centre is on the bisector of a corner.
    let centre = [1.0 - radius * turn.cos(), 0.0 - radius * turn.sin()];
    let centre = [centre[0], centre[1] + 2.0 * radius * turn.sin()];
    for _ in 0..100 {
        state = step(&car, &state, &[0.0, 0.0]);
        let distance = (state[0] - centre[0]).hypot(state[1] - centre[1]);
        assert!((distance - radius).abs() < 1e-9, "{distance} of {radius}");
    }
}

#[test]
fn walls_stop_it() {
    let car = Car::new();
    let next = step(&car, &[2.29, -2.29, -FRAC_PI_4, 1.0, 0.0], &[5.0, 0.0]);
    assert_eq!(next, [2.3, -2.3, -FRAC_PI_4, 1.0, 0.0]);
}
