mod canvas;
mod car;
mod cart_pole;
mod collection;
mod pendulum;
mod planar;
mod point_mass;
#[cfg(unix)]
mod process;
mod simulation;
mod three_link;

use jensen_control::{
    Linearization,
    environment::{Sampling, Task, Tolerance},
};
use jensen_random::Rng;
use serde_json::Value;

/// Numbers of a reference, by file and name.
fn reference(text: &str, name: &str) -> Vec<Vec<f64>> {
    let values: Value = serde_json::from_str(text).expect("a reference is JSON");
    serde_json::from_value(values[name].clone()).expect("a reference is rows of numbers")
}

const MECHANICS: &str = include_str!("../../references/mechanics.json");

fn step(task: &dyn Task, state: &[f64], action: &[f64]) -> Vec<f64> {
    let mut next = vec![0.0; state.len()];
    task.step(state, action, &mut next);
    next
}

/// Rows of `[*state, *action, *next]` by SciPy are met to rounding: the same steps were taken.
fn assert_reference(task: &dyn Task, rows: &[Vec<f64>]) {
    let (n, m) = (task.state_dim(), task.action_dim());
    for row in rows {
        let next = step(task, &row[..n], &row[n..n + m]);
        for (ours, theirs) in next.iter().zip(&row[n + m..]) {
            assert!(
                (ours - theirs).abs() <= 1e-12 * (1.0 + theirs.abs()),
                "{next:?} is not {:?}",
                &row[n + m..]
            );
        }
    }
}

/// Jacobians against central differences at states and actions of collected data.
///
/// `tolerance` is relative to the largest derivative. Differences also see how the steps of an adaptive integrator move, which
/// changes the solution by less than the integrator's tolerance.
fn assert_jacobians(task: &dyn Task, tolerance: f64) {
    const H: f64 = 1e-6;
    let (n, m) = (task.state_dim(), task.action_dim());
    for index in 0..40 {
        let rng = Rng::seed(5).at(index);
        let x = task.sample_state(index, rng.fork("state"));
        let u = task.sample_action(&x, rng.fork("action"));
        let mut at = Linearization::zeros(1, n, m);
        task.linearize(&x, &u, &mut at);
        assert_eq!(at.next, step(task, &x, &u), "the value beside the derivatives");
        let scale = at.by_state.iter().chain(&at.by_action).fold(1.0f64, |most, d| most.max(d.abs()));
        for j in 0..n + m {
            let moved = |by: f64| {
                let (mut x, mut u) = (x.clone(), u.clone());
                if j < n {
                    x[j] += by;
                } else {
                    u[j - n] += by;
                }
                step(task, &x, &u)
            };
            for (i, (plus, minus)) in moved(H).iter().zip(moved(-H)).enumerate() {
                let exact = if j < n { at.by_state[i * n + j] } else { at.by_action[i * m + j - n] };
                let difference = (plus - minus) / (2.0 * H);
                assert!(
                    (exact - difference).abs() <= tolerance * scale,
                    "∂{i}/∂{j} at {x:?}, {u:?}: {exact} by duals, {difference} by differences"
                );
            }
        }
    }
}

/// `f(s x, s u) = s f(x, u)` for a reflection `s` of some numbers.
fn assert_mirrored(task: &dyn Task, states: &[f64], actions: &[f64]) {
    for index in 0..20 {
        let rng = Rng::seed(6).at(index);
        let x = task.sample_state(index, rng.fork("state"));
        let u = task.sample_action(&x, rng.fork("action"));
        let mirror = |values: &[f64], signs: &[f64]| -> Vec<f64> {
            values.iter().zip(signs).map(|(value, sign)| value * sign).collect()
        };
        let mirrored = step(task, &mirror(&x, states), &mirror(&u, actions));
        assert_eq!(mirrored, mirror(&step(task, &x, &u), states));
    }
}

fn frame(task: &dyn Task, state: &[f64]) -> Vec<u8> {
    let mut pixels = vec![0; task.spec().height * task.spec().width];
    task.render(state, Sampling::Centre, &mut pixels);
    pixels
}

/// So small that the errors of differences are not of the integrator.
const FINE: Tolerance = Tolerance { relative: 1e-11, absolute: 1e-11 };

/// Without actions the energy, of which there is about a joule, stays over four seconds, to the tolerance of a fine
/// integrator: an error of 10⁻¹¹ at each of a few thousand steps.
fn assert_energy(task: &dyn Task, energy: fn(&[f64]) -> f64, mut state: Vec<f64>) {
    let (rest, start) = (vec![0.0; task.action_dim()], energy(&state));
    for t in 0..200 {
        state = step(task, &state, &rest);
        let lost = energy(&state) - start;
        assert!(lost.abs() < 1e-8, "{lost} J of {start} J after {t} steps");
    }
}
