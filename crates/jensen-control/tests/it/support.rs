//! What the tests share.

use std::collections::BTreeMap;

use jensen_control::{Cost, CostExpansion, Dynamics, Linearization};
use jensen_random::Rng;

/// A part of a file of reference values: names and their numbers.
pub fn reference(file: &str, part: &str) -> BTreeMap<String, Vec<f64>> {
    let path = format!("{}/tests/references/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a reference file");
    let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let entries = if part.is_empty() { &all } else { &all[part] };
    let numbers = |value: &serde_json::Value| match value {
        serde_json::Value::Array(numbers) => numbers.iter().filter_map(serde_json::Value::as_f64).collect(),
        number => number.as_f64().into_iter().collect(),
    };
    entries.as_object().expect("names").iter().map(|(name, value)| (name.clone(), numbers(value))).collect()
}

#[track_caller]
pub fn close(what: &str, ours: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what} at {at}: {a}, expected {b}");
    }
}

/// Standard normal numbers.
pub fn normals(rng: Rng<'_>, count: usize) -> Vec<f64> {
    rng.normals(1, count).into_iter().map(f64::from).collect()
}

/// `M Mᵀ + ridge I`.
pub fn positive(rng: Rng<'_>, n: usize, ridge: f64) -> Vec<f64> {
    let root = normals(rng, n * n);
    let entry = |i: usize, j: usize| (0..n).map(|k| root[i * n + k] * root[j * n + k]).sum::<f64>();
    (0..n * n).map(|at| entry(at / n, at % n) + if at % (n + 1) == 0 { ridge } else { 0.0 }).collect()
}

/// `x' = A x + B u + c`, the same in every step.
pub struct Linear {
    pub a: Vec<f64>,
    pub b: Vec<f64>,
    pub c: Vec<f64>,
}

impl Dynamics for Linear {
    fn state_dim(&self) -> usize {
        self.c.len()
    }

    fn action_dim(&self) -> usize {
        self.b.len() / self.c.len()
    }

    fn step(&self, states: &[f64], actions: &[f64], next: &mut [f64]) {
        let (n, m) = (self.state_dim(), self.action_dim());
        let rows = states.chunks_exact(n).zip(actions.chunks_exact(m)).zip(next.chunks_exact_mut(n));
        for ((x, u), next) in rows {
            for (i, next) in next.iter_mut().enumerate() {
                let by_state: f64 = (0..n).map(|j| self.a[i * n + j] * x[j]).sum();
                let by_action: f64 = (0..m).map(|j| self.b[i * m + j] * u[j]).sum();
                *next = by_state + by_action + self.c[i];
            }
        }
    }

    fn linearize(&self, states: &[f64], actions: &[f64], at: &mut Linearization) {
        self.step(states, actions, &mut at.next);
        at.by_state.chunks_exact_mut(self.a.len()).for_each(|a| a.copy_from_slice(&self.a));
        at.by_action.chunks_exact_mut(self.b.len()).for_each(|b| b.copy_from_slice(&self.b));
    }
}

/// `½ zᵀHₜz + gₜᵀz` over `z = (x, u)`, another one in each step, and `½ xᵀHx + gᵀx` at the end. Nothing is asked of `H`.
pub struct Quadratic {
    pub hessians: Vec<f64>,
    pub slopes: Vec<f64>,
    pub last: Vec<f64>,
    pub last_slope: Vec<f64>,
}

fn quadratic(hessian: &[f64], slope: &[f64], z: &[f64]) -> f64 {
    let size = z.len();
    let row = |i: usize| 0.5 * (0..size).map(|j| hessian[i * size + j] * z[j]).sum::<f64>() + slope[i];
    (0..size).map(|i| z[i] * row(i)).sum()
}

impl Quadratic {
    fn at(&self, t: usize, size: usize) -> (&[f64], &[f64]) {
        (&self.hessians[t * size * size..][..size * size], &self.slopes[t * size..][..size])
    }
}

impl Cost for Quadratic {
    fn stage(&self, t: usize, state: &[f64], action: &[f64]) -> f64 {
        let z = [state, action].concat();
        let (hessian, slope) = self.at(t, z.len());
        quadratic(hessian, slope, &z)
    }

    fn terminal(&self, state: &[f64]) -> f64 {
        quadratic(&self.last, &self.last_slope, state)
    }

    fn expand_stage(&self, t: usize, state: &[f64], action: &[f64], at: &mut CostExpansion) {
        let (n, m) = (state.len(), action.len());
        let z = [state, action].concat();
        let (hessian, slope) = self.at(t, n + m);
        let entry = |i: usize, j: usize| hessian[i * (n + m) + j];
        for i in 0..n + m {
            let slope = slope[i] + (0..n + m).map(|j| entry(i, j) * z[j]).sum::<f64>();
            if i < n {
                at.by_state[i] = slope;
                (0..n).for_each(|j| at.by_state_state[i * n + j] = entry(i, j));
            } else {
                at.by_action[i - n] = slope;
                (0..n).for_each(|j| at.by_action_state[(i - n) * n + j] = entry(i, j));
                (0..m).for_each(|j| at.by_action_action[(i - n) * m + j] = entry(i, n + j));
            }
        }
    }

    fn expand_terminal(&self, state: &[f64], at: &mut CostExpansion) {
        let n = state.len();
        at.by_state_state.copy_from_slice(&self.last);
        for (i, slope) in at.by_state.iter_mut().enumerate() {
            *slope = self.last_slope[i] + (0..n).map(|j| self.last[i * n + j] * state[j]).sum::<f64>();
        }
    }
}

/// The cost of actions by the problem's own definition.
pub fn cost_of(dynamics: &dyn Dynamics, cost: &dyn Cost, start: &[f64], actions: &[f64]) -> f64 {
    let (mut x, mut next) = (start.to_vec(), start.to_vec());
    let mut total = 0.0;
    for (t, u) in actions.chunks_exact(dynamics.action_dim()).enumerate() {
        total += cost.stage(t, &x, u);
        dynamics.step(&x, u, &mut next);
        x.clone_from(&next);
    }
    total + cost.terminal(&x)
}

/// A rod that hangs at angle 0, with friction, pushed by a torque at its joint; semi-implicit Euler steps.
pub struct Pendulum;

const TIME_STEP: f64 = 0.05;
const FRICTION: f64 = 0.1;
const GRAVITY: f64 = 9.81;

impl Dynamics for Pendulum {
    fn state_dim(&self) -> usize {
        2
    }

    fn action_dim(&self) -> usize {
        1
    }

    fn step(&self, states: &[f64], actions: &[f64], next: &mut [f64]) {
        for ((x, u), next) in states.chunks_exact(2).zip(actions).zip(next.chunks_exact_mut(2)) {
            next[1] = x[1] + TIME_STEP * (u - FRICTION * x[1] - GRAVITY * x[0].sin());
            next[0] = x[0] + TIME_STEP * next[1];
        }
    }

    fn linearize(&self, states: &[f64], actions: &[f64], at: &mut Linearization) {
        self.step(states, actions, &mut at.next);
        let jacobians = at.by_state.chunks_exact_mut(4).zip(at.by_action.chunks_exact_mut(2));
        for (x, (a, b)) in states.chunks_exact(2).zip(jacobians) {
            let speed = [-TIME_STEP * GRAVITY * x[0].cos(), 1.0 - TIME_STEP * FRICTION];
            a.copy_from_slice(&[1.0 + TIME_STEP * speed[0], TIME_STEP * speed[1], speed[0], speed[1]]);
            b.copy_from_slice(&[TIME_STEP * TIME_STEP, TIME_STEP]);
        }
    }
}
