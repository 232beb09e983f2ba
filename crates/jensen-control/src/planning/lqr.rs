//! The linear-quadratic regulator of a finite horizon.

use super::error::finite;
use super::ilqr::{Report, StopReason};
use super::product::{add_product, cholesky, cholesky_solve};
use super::riccati::{ActionValue, Value};
use super::{Cost, CostExpansion, Plan, PlanningError};
use crate::{Dynamics, Linearization};

/// `xₜ₊₁ = Aₜxₜ + Bₜuₜ + cₜ` for `t = 0 … T − 1`.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearSystem {
    pub(crate) n: usize,
    pub(crate) m: usize,
    pub(crate) by_state: Vec<f64>,
    pub(crate) by_action: Vec<f64>,
    pub(crate) offset: Vec<f64>,
}

impl LinearSystem {
    /// The system of given `A`, `[T, n, n]`, `B`, `[T, n, m]`, and `c`, `[T, n]`, each row after row.
    ///
    /// # Errors
    /// When there is no step, or a number is not finite.
    ///
    /// # Panics
    /// When the three are not of one number of steps.
    pub fn new(n: usize, by_state: &[f64], by_action: &[f64], offset: &[f64]) -> Result<Self, PlanningError> {
        let horizon = offset.len() / n;
        if horizon == 0 {
            return Err(PlanningError::Horizon);
        }
        let m = by_action.len() / (horizon * n);
        assert_eq!(offset.len(), horizon * n, "an offset has {n} numbers");
        assert_eq!(
            by_state.len(),
            horizon * n * n,
            "{horizon} steps have as many matrices A, of {n} rows and columns"
        );
        assert_eq!(by_action.len(), horizon * n * m, "{horizon} steps have as many matrices B, of {n} rows");
        assert!(m > 0, "a system without actions has nothing to plan");
        finite("matrices A", by_state)?;
        finite("matrices B", by_action)?;
        finite("offsets", offset)?;
        Ok(Self { n, m, by_state: by_state.to_vec(), by_action: by_action.to_vec(), offset: offset.to_vec() })
    }

    /// `horizon` steps of one `A` and `B` without offset.
    ///
    /// # Errors
    /// When the horizon is zero, or a number is not finite.
    ///
    /// # Panics
    /// When the matrices do not have `n` rows.
    pub fn stationary(horizon: usize, n: usize, a: &[f64], b: &[f64]) -> Result<Self, PlanningError> {
        Self::new(n, &a.repeat(horizon), &b.repeat(horizon), &vec![0.0; n * horizon])
    }

    /// The linear system that a system is to first order along states, `[T, n]`, and actions, `[T, m]`.
    ///
    /// # Errors
    /// When there is no step, or a derivative is not finite.
    ///
    /// # Panics
    /// When the slices are not of one number of steps.
    pub fn along(dynamics: &dyn Dynamics, states: &[f64], actions: &[f64]) -> Result<Self, PlanningError> {
        let (n, m) = (dynamics.state_dim(), dynamics.action_dim());
        let horizon = actions.len() / m;
        let mut at = Linearization::zeros(horizon, n, m);
        dynamics.linearize(states, actions, &mut at);
        // c = f(x̄, ū) − A x̄ − B ū
        let mut offset = at.next;
        for t in 0..horizon {
            let offset = &mut offset[t * n..][..n];
            let [x, u] = [&states[t * n..][..n], &actions[t * m..][..m]]
                .map(|v| v.iter().map(|v| -v).collect::<Vec<_>>());
            add_product(offset, &at.by_state[t * n * n..][..n * n], &x, n, 1);
            add_product(offset, &at.by_action[t * n * m..][..n * m], &u, m, 1);
        }
        Self::new(n, &at.by_state, &at.by_action, &offset)
    }

    /// The system of deviations from a state: `c` becomes `c + A x* − x*`.
    pub(crate) fn around(mut self, state: &[f64]) -> Self {
        let n = self.n;
        for (offset, a) in self.offset.chunks_exact_mut(n).zip(self.by_state.chunks_exact(n * n)) {
            add_product(offset, a, state, n, 1);
            offset.iter_mut().zip(state).for_each(|(c, x)| *c -= x);
        }
        self
    }

    /// How many steps there are, `T`.
    pub fn horizon(&self) -> usize {
        self.offset.len() / self.n
    }

    pub(crate) fn a(&self, t: usize) -> &[f64] {
        &self.by_state[t * self.n * self.n..][..self.n * self.n]
    }

    pub(crate) fn b(&self, t: usize) -> &[f64] {
        &self.by_action[t * self.n * self.m..][..self.n * self.m]
    }

    pub(crate) fn c(&self, t: usize) -> &[f64] {
        &self.offset[t * self.n..][..self.n]
    }

    /// `next = Aₜx + Bₜu + cₜ`.
    pub(crate) fn step(&self, t: usize, state: &[f64], action: &[f64], next: &mut [f64]) {
        next.copy_from_slice(self.c(t));
        add_product(next, self.a(t), state, self.n, 1);
        add_product(next, self.b(t), action, self.m, 1);
    }
}

/// The best policy for a linear system and a quadratic cost, `uₜ = Kₜx + kₜ`, and what it costs from each state,
/// `½ xᵀSₜx + sₜᵀx + cₜ`.
///
/// The Riccati recursion with time-varying matrices, offsets, slopes and cross terms (Bertsekas, *Dynamic Programming and
/// Optimal Control*, section 3.1).
///
/// ```
/// use jensen_control::{LinearSystem, Lqr, QuadraticCost};
///
/// // One step of x' = x + u at the cost u² + x'²: half of the way.
/// let system = LinearSystem::stationary(1, 1, &[1.0], &[1.0])?;
/// let lqr = Lqr::solve(&system, &QuadraticCost::diagonal(&[0.0], &[0.0], &[1.0], &[1.0])?)?;
/// assert_eq!(lqr.gain(0), [-0.5]);
/// assert_eq!(lqr.cost(&[2.0]), 2.0);
/// # Ok::<(), jensen_control::PlanningError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lqr {
    system: LinearSystem,
    gains: Vec<f64>,
    feedforward: Vec<f64>,
    values: Vec<Value>,
}

impl Lqr {
    /// Solves the problem. The cost is read by its expansions at zero, which are a quadratic cost itself.
    ///
    /// # Errors
    /// When the cost has no minimum over the actions of a step, or is not finite.
    pub fn solve(system: &LinearSystem, cost: &dyn Cost) -> Result<Self, PlanningError> {
        let (n, m, horizon) = (system.n, system.m, system.horizon());
        let zero = (vec![0.0; n], vec![0.0; m]);
        let mut expansion = CostExpansion::zeros(n, m);
        cost.expand_terminal(&zero.0, &mut expansion);
        let mut end = Value::zeros(n);
        end.end(&expansion);
        end.constant = cost.terminal(&zero.0);
        let mut values = vec![end; horizon + 1];
        let mut gains = vec![0.0; horizon * m * n];
        let mut feedforward = vec![0.0; horizon * m];
        let mut q = ActionValue::zeros(n, m);
        for t in (0..horizon).rev() {
            cost.expand_stage(t, &zero.0, &zero.1, &mut expansion);
            if !expansion.is_finite() {
                return Err(PlanningError::Derivative { what: "cost", step: t });
            }
            let mut next = values[t + 1].clone();
            next.moved(system.c(t));
            q.expand(system.a(t), system.b(t), &expansion, &next);
            let (gain, ahead) = (&mut gains[t * m * n..][..m * n], &mut feedforward[t * m..][..m]);
            gain.iter_mut().zip(&q.by_action_state).for_each(|(k, q)| *k = -q);
            ahead.iter_mut().zip(&q.by_action).for_each(|(k, q)| *k = -q);
            let mut factor = q.by_action_action.clone();
            if !cholesky(&mut factor, m) {
                return Err(PlanningError::Unbounded { step: t });
            }
            cholesky_solve(&factor, m, gain, n);
            cholesky_solve(&factor, m, ahead, 1);
            next.close(&mut q, ahead, gain);
            next.constant += cost.stage(t, &zero.0, &zero.1);
            values[t] = next;
        }
        Ok(Self { system: system.clone(), gains, feedforward, values })
    }

    /// `Kₜ`: `[m, n]`.
    pub fn gain(&self, t: usize) -> &[f64] {
        let size = self.system.m * self.system.n;
        &self.gains[t * size..][..size]
    }

    /// `kₜ`: `[m]`.
    pub fn feedforward(&self, t: usize) -> &[f64] {
        &self.feedforward[t * self.system.m..][..self.system.m]
    }

    /// `Sₜ`, the Hessian of the cost from step `t` on: `[n, n]`.
    pub fn value_hessian(&self, t: usize) -> &[f64] {
        &self.values[t].by_state_state
    }

    /// The smallest cost from a state at step 0.
    pub fn cost(&self, start: &[f64]) -> f64 {
        let mut value = self.values[0].clone();
        value.moved(start);
        value.constant
    }

    /// Writes `Kₜx + kₜ`.
    pub fn act(&self, t: usize, state: &[f64], action: &mut [f64]) {
        action.copy_from_slice(self.feedforward(t));
        add_product(action, self.gain(t), state, self.system.n, 1);
    }

    /// The trajectory from a state.
    ///
    /// # Errors
    /// When the state is not finite.
    ///
    /// # Panics
    /// When the state is not of the system's size.
    pub fn plan(&self, start: &[f64]) -> Result<Plan, PlanningError> {
        let (n, m, horizon) = (self.system.n, self.system.m, self.system.horizon());
        assert_eq!(start.len(), n, "a state has {n} numbers");
        finite("starting state", start)?;
        let mut states = vec![0.0; (horizon + 1) * n];
        let mut actions = vec![0.0; horizon * m];
        states[..n].copy_from_slice(start);
        for t in 0..horizon {
            let (now, next) = states[t * n..].split_at_mut(n);
            let action = &mut actions[t * m..][..m];
            self.act(t, now, action);
            self.system.step(t, now, action, &mut next[..n]);
        }
        let cost = self.cost(start);
        let report = Report { initial_cost: cost, iterations: Vec::new(), stop: StopReason::Converged };
        Ok(Plan { states, actions, gains: self.gains.clone(), cost, report, state_dim: n })
    }
}
