//! The policy for a filter (Todorov 2005, equation 4.2; Todorov & Li 2005, equations 10 to 13, around a trajectory).

use super::expansion::Expansion;
use crate::Limits;
use crate::planning::damped_gains::DampedGains;
use crate::planning::product::{add_product, add_scaled, add_transposed_product, symmetrize};
use crate::planning::riccati::{ActionValue, Value};
use crate::planning::trajectory::Trajectory;
use crate::planning::{NoiseExpansion, SensorExpansion};

/// The feedforward `l` and the gains `L` that are best for given filter gains.
#[derive(Clone, Debug)]
pub(super) struct Backward {
    n: usize,
    m: usize,
    pub(super) feedforward: Vec<f64>,
    pub(super) gains: Vec<f64>,
    /// By how much the cost falls if the model is exact and gains stay.
    pub(super) predicted: f64,
    pub(super) gradient_norm: f64,
    value: Value,
    q: ActionValue,
    damped: DampedGains,
    /// The value of the estimate's error, `½ eᵀS e`, and of both, which noise meets.
    error_value: Vec<f64>,
    noise_value: Vec<f64>,
    next_error_value: Vec<f64>,
    open: Vec<f64>,
    bent: Vec<f64>,
    moved: Vec<f64>,
    scratch: Vec<f64>,
}

impl Backward {
    pub(super) fn zeros(n: usize, m: usize, horizon: usize) -> Self {
        Self {
            n,
            m,
            feedforward: vec![0.0; horizon * m],
            gains: vec![0.0; horizon * m * n],
            predicted: 0.0,
            gradient_norm: 0.0,
            value: Value::zeros(n),
            q: ActionValue::zeros(n, m),
            damped: DampedGains::zeros(n, m),
            error_value: vec![0.0; n * n],
            noise_value: vec![0.0; n * n],
            next_error_value: vec![0.0; n * n],
            open: vec![0.0; n * n],
            bent: Vec::with_capacity(n * n),
            moved: Vec::with_capacity(n * n),
            scratch: Vec::with_capacity(n * n),
        }
    }

    /// The pass from the end to the start; `false` when the model is not convex at some step.
    #[must_use]
    pub(super) fn pass(
        &mut self,
        at: &Expansion,
        along: &Trajectory,
        filter_gains: &[f64],
        limits: &Limits,
        mu: f64,
    ) -> bool {
        let (n, m) = (self.n, self.m);
        let horizon = at.costs.len() - 1;
        let p = filter_gains.len() / (horizon * n);
        self.value.end(&at.costs[horizon]);
        self.error_value.fill(0.0);
        (self.predicted, self.gradient_norm) = (0.0, 0.0);
        for t in (0..horizon).rev() {
            let (a, b) = (at.a(t, n), at.b(t, n, m));
            let filter_gain = &filter_gains[t * n * p..][..n * p];
            self.noise_value.copy_from_slice(&self.value.by_state_state);
            add_scaled(&mut self.noise_value, 1.0, &self.error_value);
            self.q.expand(a, b, &at.costs[t], &self.value);
            self.add_process_noise(&at.noises[t]);
            if let Some(sensor) = at.sensors.get(t) {
                self.add_sensor_noise(sensor, filter_gain);
            }
            let ahead = &mut self.feedforward[t * m..][..m];
            let gain = &mut self.gains[t * m * n..][..m * n];
            let action = &along.actions[t * m..][..m];
            self.gradient_norm = self.gradient_norm.max(limits.push(action, &self.q.by_action));
            if !self.damped.solve(&self.q, (a, b), mu, (action, limits), (ahead, gain)) {
                return false;
            }
            let (linear, quadratic) = self.value.close(&mut self.q, ahead, gain);
            self.predicted -= linear + quadratic;
            if let Some(sensor) = at.sensors.get(t) {
                self.close_error(t, a, sensor, filter_gain);
            }
        }
        true
    }

    /// Adds `½ Σᵢ Fᵢᵀ S Fᵢ` with `Fᵢ = cᵢ + Cˣᵢ δx + Cᵘᵢ δu`, and `S` the value of states and errors.
    fn add_process_noise(&mut self, noise: &NoiseExpansion) {
        let (n, m) = (self.n, self.m);
        let (q, s, bent) = (&mut self.q, &self.noise_value, &mut self.bent);
        for (i, source) in noise.sources.chunks_exact(n).enumerate() {
            let by_state = &noise.by_state[i * n * n..][..n * n];
            let by_action = &noise.by_action[i * n * m..][..n * m];
            refill(bent, s, source, n, 1);
            add_transposed_product(&mut q.by_state, by_state, bent, n, 1);
            add_transposed_product(&mut q.by_action, by_action, bent, m, 1);
            refill(bent, s, by_state, n, n);
            add_transposed_product(&mut q.by_state_state, by_state, bent, n, n);
            add_transposed_product(&mut q.by_action_state, by_action, bent, m, n);
            refill(bent, s, by_action, n, m);
            add_transposed_product(&mut q.by_action_action, by_action, bent, m, m);
        }
    }

    /// Adds `½ Σⱼ (K Gⱼ)ᵀ S (K Gⱼ)` with `Gⱼ = dⱼ + Dⱼ δx`, and `S` the value of errors.
    fn add_sensor_noise(&mut self, sensor: &SensorExpansion, filter_gain: &[f64]) {
        let n = self.n;
        let p = filter_gain.len() / n;
        for (j, source) in sensor.sources.chunks_exact(p).enumerate() {
            let by_state = &sensor.sources_by_state[j * p * n..][..p * n];
            let (moved, bent) = (&mut self.moved, &mut self.bent);
            refill(&mut self.scratch, filter_gain, source, p, 1);
            refill(bent, &self.error_value, &self.scratch, n, 1);
            refill(moved, filter_gain, by_state, p, n);
            add_transposed_product(&mut self.q.by_state, moved, bent, n, 1);
            refill(bent, &self.error_value, moved, n, n);
            add_transposed_product(&mut self.q.by_state_state, moved, bent, n, n);
        }
    }

    /// The value of errors a step before: `Lᵀ Q_uu L + (A − KH)ᵀ S (A − KH)`. An error costs what the action that it leads to
    /// costs more than the best one, and what is left of it.
    fn close_error(&mut self, t: usize, a: &[f64], sensor: &SensorExpansion, filter_gain: &[f64]) {
        let (n, m) = (self.n, self.m);
        let p = filter_gain.len() / n;
        self.open.fill(0.0);
        add_product(&mut self.open, filter_gain, &sensor.by_state, p, n);
        self.open.iter_mut().zip(a).for_each(|(open, a)| *open = a - *open);
        refill(&mut self.bent, &self.error_value, &self.open, n, n);
        self.next_error_value.fill(0.0);
        add_transposed_product(&mut self.next_error_value, &self.open, &self.bent, n, n);
        let gain = &self.gains[t * m * n..][..m * n];
        refill(&mut self.scratch, &self.q.by_action_action, gain, m, n);
        add_transposed_product(&mut self.next_error_value, gain, &self.scratch, n, n);
        symmetrize(&mut self.next_error_value, n);
        std::mem::swap(&mut self.error_value, &mut self.next_error_value);
    }
}

/// `out = A B`.
fn refill(out: &mut Vec<f64>, a: &[f64], b: &[f64], inner: usize, columns: usize) {
    out.clear();
    out.resize(a.len() / inner * columns, 0.0);
    add_product(out, a, b, inner, columns);
}
