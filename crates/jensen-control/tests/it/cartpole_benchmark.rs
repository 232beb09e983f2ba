//! The cart-pole benchmark of the trajax library (Google, 2021): Euler steps of 0.1 s, forces `5 tanh u`, the angle's
//! distance from upright counted in one direction only.

use std::f64::consts::{PI, TAU};

use jensen_control::{Cost, CostExpansion, Dynamics, Linearization};

pub const HORIZON: usize = 50;
pub const START: [f64; 4] = [0.0, 0.2, 0.0, -0.1];

const CART: f64 = 10.0;
const POLE: f64 = 1.0;
const LENGTH: f64 = 0.5;
const GRAVITY: f64 = 9.81;
const TIME_STEP: f64 = 0.1;

/// State: position, angle (0 hangs), their velocities.
pub struct CartPole;

impl Dynamics for CartPole {
    fn state_dim(&self) -> usize {
        4
    }

    fn action_dim(&self) -> usize {
        1
    }

    fn step(&self, states: &[f64], actions: &[f64], next: &mut [f64]) {
        for ((x, u), next) in states.chunks_exact(4).zip(actions).zip(next.chunks_exact_mut(4)) {
            let force = 5.0 * u.tanh();
            let (s, c) = x[1].sin_cos();
            let inertia = CART + POLE * s * s;
            let push = force + POLE * LENGTH * s * x[3] * x[3];
            let cart = (push + POLE * GRAVITY * s * c) / inertia;
            let pole = -(c * push + (CART + POLE) * GRAVITY * s) / (LENGTH * inertia);
            for (i, speed) in [x[2], x[3], cart, pole].into_iter().enumerate() {
                next[i] = x[i] + TIME_STEP * speed;
            }
        }
    }

    fn linearize(&self, states: &[f64], actions: &[f64], at: &mut Linearization) {
        self.step(states, actions, &mut at.next);
        let rows = states.chunks_exact(4).zip(actions).zip(at.next.chunks_exact(4));
        let jacobians = at.by_state.chunks_exact_mut(16).zip(at.by_action.chunks_exact_mut(4));
        for (((x, u), next), (a, b)) in rows.zip(jacobians) {
            let tanh = u.tanh();
            let (s, c) = x[1].sin_cos();
            let speed = x[3];
            let inertia = CART + POLE * s * s;
            let inertia_by_angle = 2.0 * POLE * s * c;
            let [cart, pole] = [2, 3].map(|i| (next[i] - x[i]) / TIME_STEP);
            let push = 5.0 * tanh + POLE * LENGTH * s * speed * speed;
            let push_by_angle = POLE * LENGTH * c * speed * speed;
            let push_by_speed = 2.0 * POLE * LENGTH * s * speed;
            let cart_by_angle =
                (push_by_angle + POLE * GRAVITY * (c * c - s * s) - cart * inertia_by_angle) / inertia;
            let pole_by_angle = ((s * push - c * push_by_angle - (CART + POLE) * GRAVITY * c) / LENGTH
                - pole * inertia_by_angle)
                / inertia;
            let to_pole = -c / (LENGTH * inertia);
            let rates = [
                [0.0, 0.0, 1.0, 0.0],
                [0.0, 0.0, 0.0, 1.0],
                [0.0, cart_by_angle, 0.0, push_by_speed / inertia],
                [0.0, pole_by_angle, 0.0, to_pole * push_by_speed],
            ];
            for i in 0..4 {
                for j in 0..4 {
                    a[i * 4 + j] = f64::from(u8::from(i == j)) + TIME_STEP * rates[i][j];
                }
            }
            let force_by_action = 5.0 * (1.0 - tanh * tanh);
            b.copy_from_slice(&[0.0, 0.0, inertia.recip(), to_pole].map(|r| TIME_STEP * r * force_by_action));
        }
    }
}

/// `0.1 ‖e‖² + 0.01 ‖u‖²` and `1000 ‖e‖²`, with `e` the distance from upright at the origin, its angle in `[0, 2π)`.
pub struct Upright;

fn error(x: &[f64]) -> [f64; 4] {
    [x[0], (x[1] - PI).rem_euclid(TAU), x[2], x[3]]
}

fn expand(weight: f64, x: &[f64], at: &mut CostExpansion) {
    at.by_state_state.fill(0.0);
    for (i, e) in error(x).into_iter().enumerate() {
        at.by_state[i] = 2.0 * weight * e;
        at.by_state_state[i * 5] = 2.0 * weight;
    }
}

impl Cost for Upright {
    fn stage(&self, _: usize, state: &[f64], action: &[f64]) -> f64 {
        0.1 * error(state).iter().map(|e| e * e).sum::<f64>() + 0.01 * action[0] * action[0]
    }

    fn terminal(&self, state: &[f64]) -> f64 {
        1000.0 * error(state).iter().map(|e| e * e).sum::<f64>()
    }

    fn expand_stage(&self, _: usize, state: &[f64], action: &[f64], at: &mut CostExpansion) {
        expand(0.1, state, at);
        at.by_action[0] = 0.02 * action[0];
        at.by_action_state.fill(0.0);
        at.by_action_action[0] = 0.02;
    }

    fn expand_terminal(&self, state: &[f64], at: &mut CostExpansion) {
        expand(1000.0, state, at);
    }
}
