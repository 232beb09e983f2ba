//! What can go wrong between an environment and who acts in it.

use thiserror::Error;

use super::process::ProcessError;
use crate::PlanningError;

/// An action or state that an environment cannot take, or an environment that cannot go on.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum EnvironmentError {
    /// An action of another size.
    #[error("`{environment}` takes actions of {expected} numbers, not of {actual}")]
    ActionSize {
        /// Which environment.
        environment: String,
        /// What it takes.
        expected: usize,
        /// What it was given.
        actual: usize,
    },
    /// An action with a number that is not finite.
    #[error("number {index} of the action is {value}: give finite numbers to `{environment}`")]
    ActionNotFinite {
        /// Which environment.
        environment: String,
        /// Which number, from 0.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// An action that has no limits to be drawn between.
    #[error(
        "number {index} of an action of `{environment}` is from {low} to {high}, and nothing is uniform there: give it finite limits"
    )]
    Unlimited {
        /// Which environment.
        environment: String,
        /// Which number, from 0.
        index: usize,
        /// The least it may be.
        low: f64,
        /// The greatest it may be.
        high: f64,
    },
    /// A state of another size.
    #[error("`{environment}` has states of {expected} numbers, not of {actual}")]
    StateSize {
        /// Which environment.
        environment: String,
        /// What it has.
        expected: usize,
        /// What was given.
        actual: usize,
    },
    /// A state with a number that is not finite, or beyond its limits.
    #[error("number {index} of the state of `{environment}` is {value}: it has to be from {low} to {high}")]
    StateOutOfLimits {
        /// Which environment.
        environment: String,
        /// Which number, from 0.
        index: usize,
        /// What it is.
        value: f64,
        /// The least it may be.
        low: f64,
        /// The greatest it may be.
        high: f64,
    },
    /// Dynamics led to a state that cannot be computed. The environment is where it was before the step.
    #[error(
        "`{environment}` cannot be followed from the state {state:?} with the action {action:?}: reset it, or use smaller actions"
    )]
    Diverged {
        /// Which environment.
        environment: String,
        /// Where the step began.
        state: Vec<f64>,
        /// What was done.
        action: Vec<f64>,
    },
    /// Noise of a size that there is not.
    #[error("process noise has a standard deviation of zero or more, not {0}")]
    Noise(f64),
    /// A name that no environment has.
    #[error("no environment is called `{name}`: there are {}", known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<&'static str>,
    },
    /// A policy that has no plan.
    #[error("there is no plan: {0}")]
    Planning(#[from] PlanningError),
    /// Another process that cannot go on.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Nothing to do without an episode.
    #[error("`{0}` has to be reset before its first step")]
    NotReset(String),
}
