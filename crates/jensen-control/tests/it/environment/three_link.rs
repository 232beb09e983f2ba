use jensen_control::environment::{Task, ThreeLink};

use super::{FINE, MECHANICS, assert_energy, assert_jacobians, assert_mirrored, assert_reference, reference};

#[test]
fn steps_are_those_of_scipy_and_lagrange() {
    assert_reference(&ThreeLink::new(), &reference(MECHANICS, "three_link"));
}

#[test]
fn jacobians_are_exact() {
    assert_jacobians(&ThreeLink::new(), 1e-3);
    assert_jacobians(&ThreeLink::new().with_tolerance(FINE), 1e-8);
}

#[test]
fn left_and_right_are_alike() {
    assert_mirrored(&ThreeLink::new(), &[-1.0; 6], &[-1.0; 3]);
}

#[test]
fn energy_stays_without_torques() {
    assert_energy(
        &ThreeLink::new().with_tolerance(FINE),
        ThreeLink::energy,
        vec![1.0, -0.4, 0.7, 0.0, 0.5, -0.3],
    );
}

#[test]
fn every_link_has_to_be_upright() {
    let arm = ThreeLink::new();
    assert!(arm.in_goal(&[0.5, -0.9, 0.8, 0.0, 0.0, 9.0]));
    assert!(!arm.in_goal(&[0.5, 0.2, -0.5, 0.0, 0.0, 0.0]), "the second link is at 0.7");
}
