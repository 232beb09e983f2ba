//! What a planner knows of a system: where an action leads, and how that changes with state and action.

/// Deterministic dynamics in discrete time, `x' = f(x, u)`.
///
/// States are `[rows, state_dim]` and actions `[rows, action_dim]`, row after row in one slice, so that a learned model
/// answers a whole trajectory, or many restarts, in one pass of its nets.
///
/// ```
/// use jensen_control::{Dynamics, Linearization};
///
/// /// A mass that is moved for one second: x' = x + u.
/// struct Mover;
///
/// impl Dynamics for Mover {
///     fn state_dim(&self) -> usize {
///         1
///     }
///     fn action_dim(&self) -> usize {
///         1
///     }
///     fn step(&self, states: &[f64], actions: &[f64], next: &mut [f64]) {
///         for ((next, x), u) in next.iter_mut().zip(states).zip(actions) {
///             *next = x + u;
///         }
///     }
///     fn linearize(&self, states: &[f64], actions: &[f64], at: &mut Linearization) {
///         self.step(states, actions, &mut at.next);
///         at.by_state.fill(1.0);
///         at.by_action.fill(1.0);
///     }
/// }
///
/// let mut at = Linearization::zeros(2, 1, 1);
/// Mover.linearize(&[0.0, 1.0], &[0.5, -0.5], &mut at);
/// assert_eq!(at.next, [0.5, 0.5]);
/// ```
pub trait Dynamics: Sync {
    /// How many numbers a state has, `n`.
    fn state_dim(&self) -> usize;

    /// How many numbers an action has, `m`.
    fn action_dim(&self) -> usize;

    /// The states that follow: `[rows, n]` and `[rows, m]` to `next`, `[rows, n]`.
    ///
    /// # Panics
    /// When the slices are not of one number of rows.
    fn step(&self, states: &[f64], actions: &[f64], next: &mut [f64]);

    /// The states that follow and the exact Jacobians `∂f/∂x` and `∂f/∂u` there.
    ///
    /// # Panics
    /// When the slices are not of one number of rows.
    fn linearize(&self, states: &[f64], actions: &[f64], at: &mut Linearization);
}

/// A batch of first-order expansions `f(x + δx, u + δu) ≈ f(x, u) + A δx + B δu`.
#[derive(Clone, Debug, PartialEq)]
pub struct Linearization {
    /// `f(x, u)`: `[rows, n]`.
    pub next: Vec<f64>,
    /// `A = ∂f/∂x`: `[rows, n, n]`, each row after row (derivatives of the first number of the next state first).
    pub by_state: Vec<f64>,
    /// `B = ∂f/∂u`: `[rows, n, m]`.
    pub by_action: Vec<f64>,
}

impl Linearization {
    /// Room for `rows` expansions of a system of `n` state numbers and `m` action numbers.
    pub fn zeros(rows: usize, n: usize, m: usize) -> Self {
        Self {
            next: vec![0.0; rows * n],
            by_state: vec![0.0; rows * n * n],
            by_action: vec![0.0; rows * n * m],
        }
    }
}
