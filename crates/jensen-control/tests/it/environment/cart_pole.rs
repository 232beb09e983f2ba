use std::f64::consts::PI;

use jensen_control::environment::{CartPole, Task};

use super::{FINE, MECHANICS, assert_energy, assert_jacobians, assert_mirrored, assert_reference, reference};

#[test]
fn steps_are_those_of_scipy() {
    assert_reference(&CartPole::balance(), &reference(MECHANICS, "cart_pole"));
}

#[test]
fn jacobians_are_exact() {
    assert_jacobians(&CartPole::balance(), 1e-4);
    assert_jacobians(&CartPole::swing_up().with_tolerance(FINE), 1e-8);
}

#[test]
fn left_and_right_are_alike() {
    assert_mirrored(&CartPole::swing_up(), &[-1.0; 4], &[-1.0]);
}

#[test]
fn energy_stays_without_force() {
    // Below the limit of the rate at the lowest point.
    assert_energy(
        &CartPole::swing_up().with_tolerance(FINE),
        CartPole::energy,
        vec![0.0, 0.5 * PI, 0.5, 0.0],
    );
}

#[test]
fn the_track_ends_the_goal_region() {
    let cart_pole = CartPole::balance();
    assert!(cart_pole.in_goal(&[2.4, 0.3, 0.0, 0.0]) && cart_pole.in_goal(&[-1.0, 2.0 * PI - 0.3, 0.0, 0.0]));
    assert!(!cart_pole.in_goal(&[2.5, 0.0, 0.0, 0.0]) && !cart_pole.in_goal(&[0.0, 0.32, 0.0, 0.0]));
}
