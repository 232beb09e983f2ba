//! What can go wrong with a hidden Markov model and its sequences.

use crate::mixture::MixtureError;

/// An error of a hidden Markov model; the message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HmmError {
    /// Lengths that do not fill the rows.
    #[error("the lengths of the sequences sum to {found}, and there are {expected} rows")]
    Lengths {
        /// How many rows there are.
        expected: usize,
        /// The sum of the lengths.
        found: usize,
    },

    /// A sequence without rows.
    #[error("sequence {sequence} has no rows: leave it out")]
    EmptySequence {
        /// The sequence, counted from 0.
        sequence: usize,
    },

    /// A weight of a sequence that is negative, infinite or not a number.
    #[error("sequence {sequence} has the weight {weight}: a weight is finite and not negative")]
    Weight {
        /// The sequence, counted from 0.
        sequence: usize,
        /// Its weight.
        weight: f64,
    },

    /// No sequence at all, or none of a positive weight.
    #[error("there is no sequence with a positive weight to learn from")]
    NoSequences,

    /// A sequence that the model cannot have made.
    #[error(
        "sequence {sequence} has density zero from its row {step} on, or one too small for a number: no path of states \
         gives it a density"
    )]
    Impossible {
        /// The sequence, counted from 0.
        sequence: usize,
        /// Where in the sequence, counted from 0.
        step: usize,
    },

    /// A parameter that makes no model.
    #[error("`{name}` {problem}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },

    /// What is wrong with the rows, or with the emissions' own parameters.
    #[error(transparent)]
    Emissions(MixtureError),
}

impl From<MixtureError> for HmmError {
    fn from(error: MixtureError) -> Self {
        match error {
            MixtureError::Parameter { name, problem } => Self::Parameter { name, problem },
            other => Self::Emissions(other),
        }
    }
}

impl From<HmmError> for MixtureError {
    fn from(error: HmmError) -> Self {
        match error {
            HmmError::Emissions(error) => error,
            HmmError::Parameter { name, problem } => Self::Parameter { name, problem },
            HmmError::NoSequences => Self::NoRows,
            other => Self::Sequence(Box::new(other)),
        }
    }
}
