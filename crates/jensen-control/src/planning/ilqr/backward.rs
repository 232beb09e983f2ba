//! Which step the quadratic model of a trajectory asks for.

use super::regularization::Regularization;
use crate::Limits;
use crate::planning::damped_gains::DampedGains;
use crate::planning::product::add_transposed_product;
use crate::planning::riccati::{ActionValue, Value};
use crate::planning::trajectory::Trajectory;
use crate::planning::{CostExpansion, PlanningError, Problem};

/// The feedforward `k`, the gains `K`, and what they promise.
#[derive(Clone, Debug)]
pub(crate) struct Backward {
    n: usize,
    m: usize,
    pub(crate) feedforward: Vec<f64>,
    pub(crate) gains: Vec<f64>,
    pub(crate) gradient_norm: f64,
    /// `Σ Q_uᵀk` and `Σ ½ kᵀQ_uu k`.
    linear: f64,
    quadratic: f64,
    value: Value,
    q: ActionValue,
    cost: CostExpansion,
    costate: [Vec<f64>; 2],
    slope: Vec<f64>,
    damped: DampedGains,
}

/// The quadratic model of the cost at some step is not convex in the action.
struct Indefinite;

impl Backward {
    pub(crate) fn zeros(n: usize, m: usize, horizon: usize) -> Self {
        Self {
            n,
            m,
            feedforward: vec![0.0; horizon * m],
            gains: vec![0.0; horizon * m * n],
            gradient_norm: 0.0,
            linear: 0.0,
            quadratic: 0.0,
            value: Value::zeros(n),
            q: ActionValue::zeros(n, m),
            cost: CostExpansion::zeros(n, m),
            costate: [vec![0.0; n], vec![0.0; n]],
            slope: vec![0.0; m],
            damped: DampedGains::zeros(n, m),
        }
    }

    /// How much the cost falls by the part `α` of the step if the model is exact.
    pub(crate) fn predicted(&self, step: f64) -> f64 {
        -step * (self.linear + step * self.quadratic)
    }

    pub(crate) fn states_before_the_end(&self) -> usize {
        self.feedforward.len() / self.m * self.n
    }

    /// The pass from the end to the start, with as much regularisation as makes every step's model convex. `false` when no
    /// regularisation does.
    pub(crate) fn pass(
        &mut self,
        problem: &Problem<'_>,
        along: &Trajectory,
        by_state: &[f64],
        by_action: &[f64],
        regularization: &mut Regularization,
    ) -> Result<bool, PlanningError> {
        loop {
            match self.attempt(problem, along, by_state, by_action, regularization.mu)? {
                Ok(()) => return Ok(true),
                Err(Indefinite) if regularization.increase() => {}
                Err(Indefinite) => return Ok(false),
            }
        }
    }

    fn attempt(
        &mut self,
        problem: &Problem<'_>,
        along: &Trajectory,
        by_state: &[f64],
        by_action: &[f64],
        mu: f64,
    ) -> Result<Result<(), Indefinite>, PlanningError> {
        let (n, m) = (self.n, self.m);
        let horizon = along.actions.len() / m;
        problem.cost.expand_terminal(&along.states[horizon * n..], &mut self.cost);
        if !self.cost.is_finite() {
            return Err(PlanningError::Derivative { what: "terminal cost", step: horizon });
        }
        self.value.end(&self.cost);
        self.costate[0].copy_from_slice(&self.cost.by_state);
        (self.linear, self.quadratic, self.gradient_norm) = (0.0, 0.0, 0.0);
        for t in (0..horizon).rev() {
            let (a, b) = (&by_state[t * n * n..][..n * n], &by_action[t * n * m..][..n * m]);
            let (x, u) = (&along.states[t * n..][..n], &along.actions[t * m..][..m]);
            problem.cost.expand_stage(t, x, u, &mut self.cost);
            if !self.cost.is_finite() {
                return Err(PlanningError::Derivative { what: "stage cost", step: t });
            }
            self.follow_gradient(a, b, u, problem.limits);
            self.q.expand(a, b, &self.cost, &self.value);
            let ahead = &mut self.feedforward[t * m..][..m];
            let gain = &mut self.gains[t * m * n..][..m * n];
            if !self.damped.solve(&self.q, (a, b), mu, (u, problem.limits), (ahead, gain)) {
                return Ok(Err(Indefinite));
            }
            let (linear, quadratic) = self.value.close(&mut self.q, ahead, gain);
            self.linear += linear;
            self.quadratic += quadratic;
        }
        Ok(Ok(()))
    }

    /// The gradient of the cost by the action, `l_u + Bᵀλ` with `λₜ = l_x + Aᵀλₜ₊₁`, and how far it can push.
    fn follow_gradient(&mut self, a: &[f64], b: &[f64], action: &[f64], limits: &Limits) {
        let [next, now] = &mut self.costate;
        self.slope.copy_from_slice(&self.cost.by_action);
        add_transposed_product(&mut self.slope, b, next, self.m, 1);
        now.copy_from_slice(&self.cost.by_state);
        add_transposed_product(now, a, next, self.n, 1);
        self.costate.swap(0, 1);
        self.gradient_norm = self.gradient_norm.max(limits.push(action, &self.slope));
    }
}
