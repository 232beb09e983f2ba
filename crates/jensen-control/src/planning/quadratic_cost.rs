//! The distance from a target, squared.

use std::f64::consts::{PI, TAU};

use faer::{MatRef, Side};

use super::error::finite;
use super::product::dot;
use super::{Cost, CostExpansion, PlanningError};

/// `l = (x − x*)ᵀQ(x − x*) + uᵀRu` for each step and `l_T = (x − x*)ᵀQ_T(x − x*)` at the end.
///
/// There is no `½` in it, as papers on learned latent dynamics have it, so `l_xx = 2Q`. Numbers of the state that are
/// angles take the short way round: their error is in `[−π, π)`.
///
/// ```
/// use jensen_control::{Cost, QuadraticCost};
///
/// let upright = QuadraticCost::diagonal(&[0.0, 0.0], &[50.0, 0.0], &[1.0], &[50.0, 0.0])?.with_angles(&[0]);
/// let almost_round = [std::f64::consts::TAU - 0.1, 3.0];
/// assert!((upright.terminal(&almost_round) - 0.5).abs() < 1e-12);
/// # Ok::<(), jensen_control::PlanningError>(())
/// ```
#[derive(Clone, Debug)]
pub struct QuadraticCost {
    target: Vec<f64>,
    state_weight: Vec<f64>,
    action_weight: Vec<f64>,
    terminal_weight: Vec<f64>,
    angles: Vec<usize>,
}

impl QuadraticCost {
    /// The cost with full matrices `Q` and `Q_T`, `[n, n]`, and `R`, `[m, m]`.
    ///
    /// # Errors
    /// When a number is not finite, or a matrix is not symmetric or has a negative eigenvalue.
    ///
    /// # Panics
    /// When a weight is no square matrix of the target's size.
    pub fn new(
        target: &[f64],
        state_weight: &[f64],
        action_weight: &[f64],
        terminal_weight: &[f64],
    ) -> Result<Self, PlanningError> {
        finite("target", target)?;
        let m = action_weight.len().isqrt();
        semidefinite("weight of the states", state_weight, target.len())?;
        semidefinite("weight of the actions", action_weight, m)?;
        semidefinite("weight of the last state", terminal_weight, target.len())?;
        Ok(Self {
            target: target.to_vec(),
            state_weight: state_weight.to_vec(),
            action_weight: action_weight.to_vec(),
            terminal_weight: terminal_weight.to_vec(),
            angles: Vec::new(),
        })
    }

    /// The cost with diagonal matrices, given by their diagonals.
    ///
    /// # Errors
    /// When a number is not finite or a weight is negative.
    ///
    /// # Panics
    /// When a weight of states is not of the target's length.
    pub fn diagonal(
        target: &[f64],
        state_weight: &[f64],
        action_weight: &[f64],
        terminal_weight: &[f64],
    ) -> Result<Self, PlanningError> {
        Self::new(target, &diagonal(state_weight), &diagonal(action_weight), &diagonal(terminal_weight))
    }

    /// Says which numbers of the state are angles.
    ///
    /// Opposite to the target such a cost has an edge, along which a search by derivatives stalls: before planning, take it
    /// [from where the plan starts](Self::from_start).
    ///
    /// # Panics
    /// When the state has no such number.
    #[must_use]
    pub fn with_angles(mut self, angles: &[usize]) -> Self {
        assert!(angles.iter().all(|&i| i < self.target.len()), "a state has {} numbers", self.target.len());
        self.angles = angles.to_vec();
        self
    }

    /// The cost without edges: angles are counted through whole turns, and the target is the one of its turns that is nearest to
    /// a state. The two costs are the same as long as angles stay within half a turn of the target.
    ///
    /// ```
    /// use jensen_control::{Cost, QuadraticCost};
    ///
    /// let upright = QuadraticCost::diagonal(&[0.0], &[1.0], &[], &[1.0])?.with_angles(&[0]);
    /// let from_here = upright.from_start(&[6.0]);
    /// assert_eq!(from_here.target(), [std::f64::consts::TAU]);
    /// assert!(from_here.terminal(&[1.0]) > upright.terminal(&[1.0]));
    /// # Ok::<(), jensen_control::PlanningError>(())
    /// ```
    ///
    /// # Panics
    /// When the state is not of the target's size.
    pub fn from_start(&self, start: &[f64]) -> Self {
        assert_eq!(start.len(), self.target.len(), "the cost is of states of {} numbers", self.target.len());
        let mut near = Self { angles: Vec::new(), ..self.clone() };
        for &i in &self.angles {
            near.target[i] += TAU * ((start[i] - self.target[i]) / TAU).round();
        }
        near
    }

    /// The state that costs nothing.
    pub fn target(&self) -> &[f64] {
        &self.target
    }

    fn error(&self, state: &[f64], i: usize) -> f64 {
        let error = state[i] - self.target[i];
        if self.angles.contains(&i) { (error + PI).rem_euclid(TAU) - PI } else { error }
    }

    /// `eᵀWe`.
    fn quadratic(&self, weight: &[f64], state: &[f64]) -> f64 {
        let n = self.target.len();
        assert_eq!(state.len(), n, "the cost is of states of {n} numbers");
        (0..n).map(|i| self.error(state, i) * self.weighted_error(weight, state, i)).sum()
    }

    fn weighted_error(&self, weight: &[f64], state: &[f64], i: usize) -> f64 {
        let n = self.target.len();
        (0..n).map(|j| weight[i * n + j] * self.error(state, j)).sum()
    }

    fn action_rows(&self, action: &[f64]) -> std::slice::ChunksExact<'_, f64> {
        let m = action.len();
        assert_eq!(
            self.action_weight.len(),
            m * m,
            "the weight of the actions must be a matrix of {m} rows and columns"
        );
        self.action_weight.chunks_exact(m)
    }

    fn expand_state(&self, weight: &[f64], state: &[f64], at: &mut CostExpansion) {
        for (i, slope) in at.by_state.iter_mut().enumerate() {
            *slope = 2.0 * self.weighted_error(weight, state, i);
        }
        twice(weight, &mut at.by_state_state);
    }
}

impl Cost for QuadraticCost {
    fn stage(&self, _: usize, state: &[f64], action: &[f64]) -> f64 {
        self.action_rows(action).zip(action).map(|(row, u)| u * dot(row, action)).sum::<f64>()
            + self.quadratic(&self.state_weight, state)
    }

    fn terminal(&self, state: &[f64]) -> f64 {
        self.quadratic(&self.terminal_weight, state)
    }

    fn expand_stage(&self, _: usize, state: &[f64], action: &[f64], at: &mut CostExpansion) {
        self.expand_state(&self.state_weight, state, at);
        for (slope, row) in at.by_action.iter_mut().zip(self.action_rows(action)) {
            *slope = 2.0 * dot(row, action);
        }
        at.by_action_state.fill(0.0);
        twice(&self.action_weight, &mut at.by_action_action);
    }

    fn expand_terminal(&self, state: &[f64], at: &mut CostExpansion) {
        self.expand_state(&self.terminal_weight, state, at);
    }
}

fn twice(weight: &[f64], hessian: &mut [f64]) {
    for (h, w) in hessian.iter_mut().zip(weight) {
        *h = 2.0 * w;
    }
}

fn diagonal(entries: &[f64]) -> Vec<f64> {
    let n = entries.len();
    let mut matrix = vec![0.0; n * n];
    for (i, &entry) in entries.iter().enumerate() {
        matrix[i * n + i] = entry;
    }
    matrix
}

/// Refuses what is no symmetric positive semidefinite matrix. What rounding leaves of a zero eigenvalue is zero.
pub(crate) fn semidefinite(what: &'static str, matrix: &[f64], n: usize) -> Result<(), PlanningError> {
    assert_eq!(matrix.len(), n * n, "the {what} must be a matrix of {n} rows and columns");
    finite(what, matrix)?;
    for row in 0..n {
        if let Some(column) = (0..row).find(|&column| matrix[row * n + column] != matrix[column * n + row]) {
            return Err(PlanningError::Asymmetric { what, row, column });
        }
    }
    let eigenvalues = MatRef::from_row_major_slice(matrix, n, n)
        .self_adjoint_eigenvalues(Side::Lower)
        .expect("finite symmetric matrices have eigenvalues");
    let largest = eigenvalues.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    match eigenvalues.iter().find(|&&x| x < -(n as f64) * f64::EPSILON * largest) {
        None => Ok(()),
        Some(&eigenvalue) => Err(PlanningError::Indefinite { what, eigenvalue }),
    }
}
