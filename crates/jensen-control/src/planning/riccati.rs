//! One step of dynamic programming with quadratic values (Tassa, Erez & Todorov 2012, equations 5, 10 and 11).

use super::CostExpansion;
use super::product::{add_product, add_scaled, add_transposed_product, dot, symmetrize};

/// `V(δx) = c + V_xᵀδx + ½ δxᵀV_xx δx`, the cost from here to the end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub(crate) constant: f64,
    pub(crate) by_state: Vec<f64>,
    pub(crate) by_state_state: Vec<f64>,
}

impl Value {
    pub(crate) fn zeros(n: usize) -> Self {
        Self { constant: 0.0, by_state: vec![0.0; n], by_state_state: vec![0.0; n * n] }
    }

    /// The value of where a plan ends.
    pub(crate) fn end(&mut self, cost: &CostExpansion) {
        self.constant = 0.0;
        self.by_state.copy_from_slice(&cost.by_state);
        self.by_state_state.copy_from_slice(&cost.by_state_state);
    }

    /// The value around the expansion point moved by `offset`: `V(δx + offset)`.
    pub(crate) fn moved(&mut self, offset: &[f64]) {
        let n = offset.len();
        for (i, &o) in offset.iter().enumerate() {
            let bent = dot(&self.by_state_state[i * n..(i + 1) * n], offset);
            self.constant += o * (self.by_state[i] + 0.5 * bent);
        }
        add_product(&mut self.by_state, &self.by_state_state, offset, n, 1);
    }

    /// The value of the step before under `δu = k + K δx`, with what the action adds: `(Q_uᵀk, ½ kᵀQ_uu k)`.
    pub(crate) fn close(&mut self, q: &mut ActionValue, feedforward: &[f64], gain: &[f64]) -> (f64, f64) {
        let (n, m) = (self.by_state.len(), feedforward.len());
        // Q_uu k and Q_uu K: unlike `K = −Q_uu⁻¹Q_ux` put in, this is exact for damped and limited gains too.
        q.pushed.fill(0.0);
        add_product(&mut q.pushed, &q.by_action_action, feedforward, m, 1);
        let linear = dot(feedforward, &q.by_action);
        let quadratic = 0.5 * dot(feedforward, &q.pushed);
        self.constant += linear + quadratic;
        add_scaled(&mut q.pushed, 1.0, &q.by_action);
        self.by_state.copy_from_slice(&q.by_state);
        add_transposed_product(&mut self.by_state, gain, &q.pushed, n, 1);
        add_transposed_product(&mut self.by_state, &q.by_action_state, feedforward, n, 1);

        self.by_state_state.copy_from_slice(&q.by_state_state);
        add_transposed_product(&mut self.by_state_state, &q.by_action_state, gain, n, n);
        q.bent.copy_from_slice(&q.by_action_state);
        add_product(&mut q.bent, &q.by_action_action, gain, m, n);
        add_transposed_product(&mut self.by_state_state, gain, &q.bent, n, n);
        symmetrize(&mut self.by_state_state, n);
        (linear, quadratic)
    }
}

/// `Q(δx, δu)`: the cost from here to the end when the first action is `δu`, to second order.
#[derive(Clone, Debug)]
pub(crate) struct ActionValue {
    pub(crate) by_state: Vec<f64>,
    pub(crate) by_action: Vec<f64>,
    pub(crate) by_state_state: Vec<f64>,
    pub(crate) by_action_state: Vec<f64>,
    pub(crate) by_action_action: Vec<f64>,
    /// `V_xx A`, `V_xx B`, `Q_u + Q_uu k` and `Q_ux + Q_uu K`.
    value_a: Vec<f64>,
    value_b: Vec<f64>,
    pushed: Vec<f64>,
    bent: Vec<f64>,
}

impl ActionValue {
    pub(crate) fn zeros(n: usize, m: usize) -> Self {
        Self {
            by_state: vec![0.0; n],
            by_action: vec![0.0; m],
            by_state_state: vec![0.0; n * n],
            by_action_state: vec![0.0; m * n],
            by_action_action: vec![0.0; m * m],
            value_a: vec![0.0; n * n],
            value_b: vec![0.0; n * m],
            pushed: vec![0.0; m],
            bent: vec![0.0; m * n],
        }
    }

    /// The stage's cost and the value of the next state, `A δx + B δu`.
    pub(crate) fn expand(&mut self, a: &[f64], b: &[f64], cost: &CostExpansion, next: &Value) {
        let (n, m) = (self.by_state.len(), self.by_action.len());
        self.value_a.fill(0.0);
        add_product(&mut self.value_a, &next.by_state_state, a, n, n);
        self.value_b.fill(0.0);
        add_product(&mut self.value_b, &next.by_state_state, b, n, m);

        self.by_state.copy_from_slice(&cost.by_state);
        add_transposed_product(&mut self.by_state, a, &next.by_state, n, 1);
        self.by_action.copy_from_slice(&cost.by_action);
        add_transposed_product(&mut self.by_action, b, &next.by_state, m, 1);
        self.by_state_state.copy_from_slice(&cost.by_state_state);
        add_transposed_product(&mut self.by_state_state, a, &self.value_a, n, n);
        self.by_action_state.copy_from_slice(&cost.by_action_state);
        add_transposed_product(&mut self.by_action_state, b, &self.value_a, m, n);
        self.by_action_action.copy_from_slice(&cost.by_action_action);
        add_transposed_product(&mut self.by_action_action, b, &self.value_b, m, m);
    }
}
