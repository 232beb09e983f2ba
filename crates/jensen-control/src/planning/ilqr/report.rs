//! How a plan was found.

/// What an iterative planner did, and why it stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The cost of the starting trajectory.
    pub initial_cost: f64,
    /// One entry for each iteration.
    pub iterations: Vec<Iteration>,
    /// Why there are no more.
    pub stop: StopReason,
}

/// What one iteration did.
#[derive(Clone, Debug, PartialEq)]
pub struct Iteration {
    /// The cost of the best trajectory after it.
    pub cost: f64,
    /// The descent, of planners that follow derivatives.
    pub descent: Option<Descent>,
}

/// A step along derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    /// The largest number of the gradient of the cost by the actions, before the step. A number of an action that the gradient
    /// pushes against its limit counts only as far as it can move. With noise: of the expected cost to go, in which later actions
    /// answer to this one.
    pub gradient_norm: f64,
    /// How much the cost would fall by the whole step if the model were exact.
    pub predicted_decrease: f64,
    /// `μ`, by which the step was shortened.
    pub regularization: f64,
    /// Which part of the step was taken; none where no part lowered the cost.
    pub step: Option<f64>,
}

/// Why a planner stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// No step promises to lower the cost by more than the tolerance.
    Converged,
    /// All the iterations that were allowed are used.
    IterationLimit,
    /// The model promises more, but no part of a step lowers the cost by more than the tolerance: the cost or the system jumps
    /// or bends sharply there, or a derivative is wrong.
    Stalled,
}
