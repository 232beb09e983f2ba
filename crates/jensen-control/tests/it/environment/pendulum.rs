use std::f64::consts::PI;

use jensen_control::environment::{Pendulum, Task};

use super::{
    FINE, MECHANICS, assert_energy, assert_jacobians, assert_mirrored, assert_reference, frame, reference,
};

#[test]
fn steps_are_those_of_scipy() {
    assert_reference(&Pendulum::balance(), &reference(MECHANICS, "pendulum"));
}

#[test]
fn jacobians_are_exact() {
    assert_jacobians(&Pendulum::balance(), 1e-4);
    assert_jacobians(&Pendulum::balance().with_tolerance(FINE), 1e-8);
}

#[test]
fn left_and_right_are_alike() {
    assert_mirrored(&Pendulum::balance(), &[-1.0, -1.0], &[-1.0]);
}

#[test]
fn energy_stays_without_torque() {
    // Below the limit of its rate at the lowest point.
    assert_energy(&Pendulum::balance().with_tolerance(FINE), Pendulum::energy, vec![0.6 * PI, 0.0]);
}

#[test]
fn turns_are_seen_as_they_are() {
    let pendulum = Pendulum::swing_up();
    assert_eq!(frame(&pendulum, &[0.3, 0.0]), frame(&pendulum, &[0.3, 5.0]));
    assert!(pendulum.in_goal(&[2.0 * PI + 0.5, 0.0]) && !pendulum.in_goal(&[2.0 * PI + 0.6, 0.0]));
    // Upright is above the middle.
    let upright = frame(&pendulum, &[0.0, 0.0]);
    let white = |rows: &[u8]| rows.iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
    assert!(white(&upright[..24 * 48]) > 5 * white(&upright[24 * 48..]));
}
