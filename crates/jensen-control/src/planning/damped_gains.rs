//! The action that a quadratic model asks for, within limits.

use super::box_qp::BoxQp;
use super::product::add_transposed_product;
use super::riccati::ActionValue;
use crate::Limits;

/// Minimises `Q(δx, δu)` over `δu` with `Q_uu + μ (BᵀB + I)` for `Q_uu` and `Q_ux + μ BᵀA` for `Q_ux`: `μ` holds the next state
/// near the old one (Tassa, Erez & Todorov 2012, equation 10), and the action too, for the sake of actions that move no state.
#[derive(Clone, Debug)]
pub(crate) struct DampedGains {
    by_action_action: Vec<f64>,
    by_action_state: Vec<f64>,
    scaled_b: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    rows: Vec<f64>,
    qp: BoxQp,
}

impl DampedGains {
    pub(crate) fn zeros(n: usize, m: usize) -> Self {
        Self {
            by_action_action: vec![0.0; m * m],
            by_action_state: vec![0.0; m * n],
            scaled_b: vec![0.0; n * m],
            lower: vec![0.0; m],
            upper: vec![0.0; m],
            rows: Vec::with_capacity(m * n),
            qp: BoxQp::zeros(m),
        }
    }

    /// Writes `k` and `K` around an action; `false` when the model is not convex.
    #[must_use]
    pub(crate) fn solve(
        &mut self,
        q: &ActionValue,
        (a, b): (&[f64], &[f64]),
        mu: f64,
        (action, limits): (&[f64], &Limits),
        (feedforward, gain): (&mut [f64], &mut [f64]),
    ) -> bool {
        let (n, m) = (q.by_state.len(), q.by_action.len());
        self.by_action_action.copy_from_slice(&q.by_action_action);
        self.by_action_state.copy_from_slice(&q.by_action_state);
        if mu > 0.0 {
            self.scaled_b.iter_mut().zip(b).for_each(|(s, b)| *s = mu * b);
            add_transposed_product(&mut self.by_action_action, &self.scaled_b, b, m, m);
            add_transposed_product(&mut self.by_action_state, &self.scaled_b, a, m, n);
            self.by_action_action.iter_mut().step_by(m + 1).for_each(|d| *d += mu);
        }
        for (room, limit) in [(&mut self.lower, limits.low()), (&mut self.upper, limits.high())] {
            room.iter_mut().zip(limit).zip(action).for_each(|((room, limit), u)| *room = limit - u);
        }
        if !self.qp.solve(&self.by_action_action, &q.by_action, &self.lower, &self.upper) {
            return false;
        }
        feedforward.copy_from_slice(&self.qp.x);
        self.qp.gain(&self.by_action_state, n, &mut self.rows, gain);
        true
    }
}
