//! Why there is no plan.

use crate::LimitsError;

/// An error of a planner; the message says what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanningError {
    /// No action to choose.
    #[error("the horizon is zero: plan for at least one step")]
    Horizon,

    /// A number that is infinite or not a number.
    #[error("number {index} of the {what} is {value}: it must be finite")]
    NotFinite {
        /// What holds the number.
        what: &'static str,
        /// Where, counted from 0.
        index: usize,
        /// The number.
        value: f64,
    },

    /// Limits that leave no action.
    #[error(transparent)]
    Limits(#[from] LimitsError),

    /// Actions without limits, where one is to be drawn between them.
    #[error("action {index} has an infinite limit: give it finite ones, or ask for no random actions")]
    Limitless {
        /// Which number of the action, counted from 0.
        index: usize,
    },

    /// An option of a planner that is none.
    #[error("the {option} is {value}: it must be {expected}")]
    Option {
        /// Which option.
        option: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },

    /// A matrix that must be symmetric.
    #[error("the {what} is not symmetric in row {row}, column {column}: give (M + Mᵀ)/2")]
    Asymmetric {
        /// The matrix.
        what: &'static str,
        /// The row, counted from 0.
        row: usize,
        /// The column, counted from 0.
        column: usize,
    },

    /// A matrix that makes a cost, variance or problem without a minimum.
    #[error("the {what} has the eigenvalue {eigenvalue}: it must not have a negative one")]
    Indefinite {
        /// The matrix.
        what: &'static str,
        /// Its smallest eigenvalue.
        eigenvalue: f64,
    },

    /// No action is best, since the cost falls without end along some of them.
    #[error(
        "at step {step} the cost has no minimum over the actions: weigh every action, or limit them and let iLQR regularise"
    )]
    Unbounded {
        /// The step, counted from 0.
        step: usize,
    },

    /// Observations that noise does not reach.
    #[error(
        "at step {step} the covariance of the observation is singular: give every number of it noise, or leave it out"
    )]
    Noiseless {
        /// The step, counted from 0.
        step: usize,
    },

    /// The trajectory of the given actions is no start.
    #[error(
        "the given actions lead to a state or cost that is not finite at step {step}: start from smaller ones"
    )]
    Diverged {
        /// The first step that leads there, counted from 0.
        step: usize,
    },

    /// Derivatives that no plan can follow.
    #[error("a derivative of the {what} is not finite at step {step}")]
    Derivative {
        /// What was differentiated.
        what: &'static str,
        /// The step, counted from 0.
        step: usize,
    },
}

/// Refuses numbers that are not finite.
pub(crate) fn finite(what: &'static str, values: &[f64]) -> Result<(), PlanningError> {
    match values.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(index) => Err(PlanningError::NotFinite { what, index, value: values[index] }),
    }
}
