//! The filter for a policy, and what the policy is expected to cost (Todorov 2005, equation 5.2, around a trajectory).

use super::expansion::Expansion;
use crate::planning::product::{
    add_product, add_sandwich, add_scaled, add_transpose, cholesky, cholesky_solve, dot, symmetrize,
};
use crate::planning::{NoiseExpansion, PlanningError, SensorExpansion};

/// The second moments of the estimate's deviation `x̂ − x̄` and of its error `e = x − x̂`, on their way through the plan.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    n: usize,
    m: usize,
    p: usize,
    /// `Kₜ` of each step.
    pub(super) gains: Vec<f64>,
    /// `E e eᵀ` before each step and at the end.
    pub(super) errors: Vec<f64>,
    /// What noise adds to the cost of the trajectory.
    pub(super) cost_of_noise: f64,
    /// `E x̂ x̂ᵀ` and `E x̂ eᵀ` around the trajectory.
    estimate: Vec<f64>,
    cross: Vec<f64>,
    next_estimate: Vec<f64>,
    next_cross: Vec<f64>,
    /// `E x xᵀ`, `A + B L`, `A − K H`, `K H`, the covariance that the noise adds, that of the sensor's noise.
    state: Vec<f64>,
    closed: Vec<f64>,
    open: Vec<f64>,
    corrected: Vec<f64>,
    process: Vec<f64>,
    sensed: Vec<f64>,
    /// `H P Hᵀ + Ω` and its factor; `Kᵀ`.
    innovation: Vec<f64>,
    gain_transposed: Vec<f64>,
    mixed: Vec<f64>,
    scratch: Vec<f64>,
}

impl Filter {
    /// Room for a plan; `p` is zero where there is no sensor.
    pub(super) fn zeros(n: usize, m: usize, p: usize, horizon: usize) -> Self {
        let square = || vec![0.0; n * n];
        Self {
            n,
            m,
            p,
            gains: vec![0.0; horizon * n * p],
            errors: vec![0.0; (horizon + 1) * n * n],
            cost_of_noise: 0.0,
            estimate: square(),
            cross: square(),
            next_estimate: square(),
            next_cross: square(),
            state: square(),
            closed: square(),
            open: square(),
            corrected: square(),
            process: square(),
            sensed: vec![0.0; p * p],
            innovation: vec![0.0; p * p],
            gain_transposed: vec![0.0; p * n],
            mixed: Vec::with_capacity(n * n),
            scratch: Vec::with_capacity(n * n.max(p)),
        }
    }

    /// The best filter for the gains `L` of a policy around a trajectory.
    pub(super) fn pass(
        &mut self,
        at: &Expansion,
        start_covariance: &[f64],
        policy: &[f64],
    ) -> Result<(), PlanningError> {
        let (n, m) = (self.n, self.m);
        let horizon = at.costs.len() - 1;
        self.cost_of_noise = 0.0;
        self.cross.fill(0.0);
        self.errors[..n * n].fill(0.0);
        self.estimate.fill(0.0);
        // Whoever sees the state knows where it starts.
        let unknown = if self.p == 0 { &mut self.estimate } else { &mut self.errors[..n * n] };
        unknown.copy_from_slice(start_covariance);
        for t in 0..horizon {
            let (a, b) = (at.a(t, n), at.b(t, n, m));
            let gain = &policy[t * m * n..][..m * n];
            self.total_moment(t);
            self.add_cost(t, at, gain);
            self.closed.copy_from_slice(a);
            add_product(&mut self.closed, b, gain, m, n);
            self.add_process_noise(&at.noises[t], t, gain);
            self.open.copy_from_slice(a);
            self.corrected.fill(0.0);
            if let Some(sensor) = at.sensors.get(t) {
                self.correct(t, a, sensor)?;
            }
            self.advance(t);
        }
        self.total_moment(horizon);
        self.cost_of_noise += 0.5 * dot(&at.costs[horizon].by_state_state, &self.state);
        Ok(())
    }

    /// `E x xᵀ = E x̂x̂ᵀ + E x̂eᵀ + E ex̂ᵀ + E eeᵀ`.
    fn total_moment(&mut self, t: usize) {
        let n = self.n;
        self.state.copy_from_slice(&self.estimate);
        add_scaled(&mut self.state, 1.0, &self.errors[t * n * n..][..n * n]);
        add_scaled(&mut self.state, 1.0, &self.cross);
        add_transpose(&mut self.state, &self.cross, n);
    }

    /// `½ tr l_xx E xxᵀ + ½ tr l_uu E uuᵀ + tr l_ux E xuᵀ` with `u = L x̂`.
    fn add_cost(&mut self, t: usize, at: &Expansion, gain: &[f64]) {
        let (n, m) = (self.n, self.m);
        let cost = &at.costs[t];
        self.cost_of_noise += 0.5 * dot(&cost.by_state_state, &self.state);
        self.mixed.clear();
        self.mixed.resize(m * m, 0.0);
        add_sandwich(&mut self.mixed, 1.0, (gain, &self.estimate, gain), (n, n), &mut self.scratch);
        self.cost_of_noise += 0.5 * dot(&cost.by_action_action, &self.mixed);
        // E u xᵀ = L (E x̂x̂ᵀ + E x̂eᵀ)
        self.mixed.clear();
        self.mixed.resize(m * n, 0.0);
        add_product(&mut self.mixed, gain, &self.estimate, n, n);
        add_product(&mut self.mixed, gain, &self.cross, n, n);
        self.cost_of_noise += dot(&cost.by_action_state, &self.mixed);
    }

    /// `Σᵢ E FᵢFᵢᵀ` with `Fᵢ = cᵢ + (Cˣᵢ + CᵘᵢL) x̂ + Cˣᵢ e`.
    fn add_process_noise(&mut self, noise: &NoiseExpansion, t: usize, gain: &[f64]) {
        let (n, m) = (self.n, self.m);
        let error = &self.errors[t * n * n..][..n * n];
        self.process.fill(0.0);
        for (i, source) in noise.sources.chunks_exact(n).enumerate() {
            add_product(&mut self.process, source, source, 1, n);
            let by_state = &noise.by_state[i * n * n..][..n * n];
            self.mixed.clear();
            self.mixed.extend_from_slice(by_state);
            add_product(&mut self.mixed, &noise.by_action[i * n * m..][..n * m], gain, m, n);
            let mixed = &self.mixed[..];
            for parts in [(mixed, &self.estimate[..], mixed), (by_state, error, by_state)] {
                add_sandwich(&mut self.process, 1.0, parts, (n, n), &mut self.scratch);
            }
            self.next_cross.fill(0.0);
            add_sandwich(
                &mut self.next_cross,
                1.0,
                (mixed, &self.cross, by_state),
                (n, n),
                &mut self.scratch,
            );
            add_scaled(&mut self.process, 1.0, &self.next_cross);
            add_transpose(&mut self.process, &self.next_cross, n);
        }
    }

    /// `K = A P Hᵀ (H P Hᵀ + Ω)⁻¹`, which makes the error of the next estimate least.
    fn correct(&mut self, t: usize, a: &[f64], sensor: &SensorExpansion) -> Result<(), PlanningError> {
        let (n, p) = (self.n, self.p);
        let error = &self.errors[t * n * n..][..n * n];
        self.sensed.fill(0.0);
        for (j, source) in sensor.sources.chunks_exact(p).enumerate() {
            add_product(&mut self.sensed, source, source, 1, p);
            let by_state = &sensor.sources_by_state[j * p * n..][..p * n];
            add_sandwich(&mut self.sensed, 1.0, (by_state, &self.state, by_state), (n, n), &mut self.scratch);
        }
        let h = &sensor.by_state;
        self.innovation.copy_from_slice(&self.sensed);
        add_sandwich(&mut self.innovation, 1.0, (h, error, h), (n, n), &mut self.scratch);
        if !cholesky(&mut self.innovation, p) {
            return Err(PlanningError::Noiseless { step: t });
        }
        self.gain_transposed.fill(0.0);
        add_sandwich(&mut self.gain_transposed, 1.0, (h, error, a), (n, n), &mut self.scratch);
        cholesky_solve(&self.innovation, p, &mut self.gain_transposed, n);
        let gain = &mut self.gains[t * n * p..][..n * p];
        for (i, row) in gain.chunks_exact_mut(p).enumerate() {
            row.iter_mut().enumerate().for_each(|(j, k)| *k = self.gain_transposed[j * n + i]);
        }
        add_product(&mut self.corrected, gain, h, p, n);
        add_scaled(&mut self.open, -1.0, &self.corrected);
        Ok(())
    }

    /// `x̂' = (A + BL) x̂ + KH e + K η` and `e' = (A − KH) e + F ε − K η`.
    fn advance(&mut self, t: usize) {
        let (n, p) = (self.n, self.p);
        let size = (n, n);
        let (before, after) = self.errors.split_at_mut((t + 1) * n * n);
        let (error, next_error) = (&before[t * n * n..], &mut after[..n * n]);
        let gain = &self.gains[t * n * p..][..n * p];
        let (closed, open, corrected, scratch) =
            (&self.closed, &self.open, &self.corrected, &mut self.scratch);
        self.next_estimate.fill(0.0);
        add_sandwich(&mut self.next_estimate, 1.0, (closed, &self.estimate, closed), size, scratch);
        if p == 0 {
            // What noise does is seen at once.
            add_scaled(&mut self.next_estimate, 1.0, &self.process);
            next_error.fill(0.0);
        } else {
            self.next_cross.fill(0.0);
            add_sandwich(&mut self.next_cross, 1.0, (closed, &self.cross, corrected), size, scratch);
            add_scaled(&mut self.next_estimate, 1.0, &self.next_cross);
            add_transpose(&mut self.next_estimate, &self.next_cross, n);
            add_sandwich(&mut self.next_estimate, 1.0, (corrected, error, corrected), size, scratch);
            add_sandwich(&mut self.next_estimate, 1.0, (gain, &self.sensed, gain), (p, p), scratch);
            self.next_cross.fill(0.0);
            add_sandwich(&mut self.next_cross, 1.0, (closed, &self.cross, open), size, scratch);
            add_sandwich(&mut self.next_cross, 1.0, (corrected, error, open), size, scratch);
            add_sandwich(&mut self.next_cross, -1.0, (gain, &self.sensed, gain), (p, p), scratch);
            next_error.copy_from_slice(&self.process);
            add_sandwich(next_error, 1.0, (open, error, open), size, scratch);
            add_sandwich(next_error, 1.0, (gain, &self.sensed, gain), (p, p), scratch);
            symmetrize(next_error, n);
            std::mem::swap(&mut self.cross, &mut self.next_cross);
        }
        symmetrize(&mut self.next_estimate, n);
        std::mem::swap(&mut self.estimate, &mut self.next_estimate);
    }
}
