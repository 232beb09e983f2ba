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

    /// No sequence at all.
    #[error("there is no sequence to learn from")]
    NoSequences,

    /// A sequence that the model cannot have made.
    #[error(
        "sequence {sequence} has probability zero from its row {step} on: no path of states with a positive \
         probability emits it"
    )]
    Impossible {
        /// The sequence, counted from 0.
        sequence: usize,
        /// Where in the sequence, counted from 0.
        step: usize,
    },

    /// A value that is none of a column's categories.
    #[error("row {row} has {value} in column {column}: a category is an integer from 0 to {last}, or NaN")]
    Category {
        /// The row, counted from 0 over all sequences.
        row: u64,
        /// The column.
        column: usize,
        /// The value.
        value: f64,
        /// The last of the categories.
        last: usize,
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
    Emissions(#[from] MixtureError),
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
