//! What a planner minimises.

/// A cost that is a sum over the steps of a trajectory, `J = Σₜ l(t, xₜ, uₜ) + l_T(x_T)`.
///
/// A planner takes an expansion to second order of each term. The Hessians may be those of Gauss–Newton, or any others that
/// are symmetric: they decide how fast a plan is found, not which plan is stationary. A Hessian that is not positive
/// semidefinite is regularised by iLQR.
pub trait Cost: Sync {
    /// `l(t, x, u)`, the cost of step `t` of the plan, counted from 0.
    fn stage(&self, t: usize, state: &[f64], action: &[f64]) -> f64;

    /// `l_T(x)`, the cost of where the plan ends.
    fn terminal(&self, state: &[f64]) -> f64;

    /// Writes the expansion of `l(t, ·, ·)` at a state and an action: every number of `at`, which holds another one before.
    fn expand_stage(&self, t: usize, state: &[f64], action: &[f64], at: &mut CostExpansion);

    /// Writes the expansion of `l_T` at a state: `by_state` and `by_state_state` of `at`. The others are not read.
    fn expand_terminal(&self, state: &[f64], at: &mut CostExpansion);
}

/// `l(x + δx, u + δu) ≈ l + l_xᵀδx + l_uᵀδu + ½ δxᵀl_xx δx + δuᵀl_ux δx + ½ δuᵀl_uu δu`; matrices are row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct CostExpansion {
    /// `l_x`: `[n]`.
    pub by_state: Vec<f64>,
    /// `l_u`: `[m]`.
    pub by_action: Vec<f64>,
    /// `l_xx`: `[n, n]`.
    pub by_state_state: Vec<f64>,
    /// `l_ux`: `[m, n]`.
    pub by_action_state: Vec<f64>,
    /// `l_uu`: `[m, m]`.
    pub by_action_action: Vec<f64>,
}

impl CostExpansion {
    /// Room for an expansion over `n` state and `m` action numbers.
    pub fn zeros(n: usize, m: usize) -> Self {
        Self {
            by_state: vec![0.0; n],
            by_action: vec![0.0; m],
            by_state_state: vec![0.0; n * n],
            by_action_state: vec![0.0; m * n],
            by_action_action: vec![0.0; m * m],
        }
    }

    pub(crate) fn is_finite(&self) -> bool {
        [&self.by_state, &self.by_action, &self.by_state_state, &self.by_action_state, &self.by_action_action]
            .into_iter()
            .all(|part| part.iter().all(|x| x.is_finite()))
    }
}
