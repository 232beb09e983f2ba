//! What can go wrong with a mixture and its data.

use jensen_infer::InferError;

/// An error of a mixture model; the message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MixtureError {
    /// Numbers that do not fill rows of the mixture's width.
    #[error("{what} has {found} numbers where {expected} belong")]
    Shape {
        /// What was given.
        what: &'static str,
        /// How many numbers it must have, or of what they must be a multiple.
        expected: usize,
        /// How many it has.
        found: usize,
    },

    /// A weight of a row that is negative, infinite or not a number.
    #[error("row {row} has the weight {weight}: a weight is finite and not negative")]
    RowWeight {
        /// The row, counted from 0 over all the data.
        row: u64,
        /// Its weight.
        weight: f64,
    },

    /// An infinite value. (One that is not a number stands for a missing value.)
    #[error("row {row} is infinite in column {column}: remove the row, or write NaN for a missing value")]
    Infinite {
        /// The row, counted from 0 over all the data.
        row: u64,
        /// The column.
        column: usize,
    },

    /// A value that is no category of its column.
    #[error(
        "row {row} has {value} in column {column}: a category is a whole number from 0, below {categories}; write NaN for \
         a missing value"
    )]
    Category {
        /// The row, counted from 0 over all the data.
        row: u64,
        /// The column.
        column: usize,
        /// The value.
        value: f64,
        /// How many categories the column has.
        categories: usize,
    },

    /// A row with a category that has probability zero under every component.
    #[error("row {row} is impossible under every component: smooth the probabilities with a pseudo-count")]
    Impossible {
        /// The row, counted from 0 over all the data.
        row: u64,
    },

    /// A column without a single observed value.
    #[error("column {column} has no observed value: leave it out")]
    EmptyColumn {
        /// The column.
        column: usize,
    },

    /// A column whose variance is too large or too small for a number.
    #[error(
        "the values of column {column} are too far apart, or too close, for their variance to be a number: rescale it"
    )]
    Range {
        /// The column.
        column: usize,
    },

    /// A row so far away that its density is zero under every component, in logarithms too.
    #[error("row {row} is so far from every component that its log density is -∞: rescale or remove it")]
    Unreachable {
        /// The row, counted from 0 over all the data.
        row: u64,
    },

    /// No rows, or no row with a positive weight.
    #[error("there is no row with a positive weight to learn from")]
    NoRows,

    /// More components than different rows.
    #[error("{components} components need as many different rows, and there are {distinct}: ask for fewer")]
    TooFewRows {
        /// The components asked for.
        components: usize,
        /// How many rows are different from one another.
        distinct: usize,
    },

    /// A covariance that is not positive definite.
    #[error(
        "the covariance of {whose} is not positive definite: its rows lie in fewer dimensions than there are \
         columns; regularise more, use fewer components, or diagonal covariances"
    )]
    Singular {
        /// The component, or all of them.
        whose: String,
    },

    /// A parameter that makes no mixture.
    #[error("`{name}` {problem}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },

    /// A row that is a sequence of density zero under every path of states, or of one too small for a number.
    #[error(
        "row {row} is impossible from its step {step} on, or too far away to be measured: no path of states gives it a \
         density; smooth the probabilities, or rescale or remove the row"
    )]
    ImpossibleSequence {
        /// The row, counted from 0 over all the data.
        row: u64,
        /// Where in the sequence, counted from 0.
        step: usize,
    },

    /// A row that is a sequence, and none of the model's.
    #[error(transparent)]
    Sequence(Box<dyn std::error::Error + Send + Sync>),

    /// The rows could not be read.
    #[error("the rows could not be read: {0}")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl MixtureError {
    /// The same of the data, for an error of a batch of these rows.
    #[must_use]
    pub fn of_rows(self, rows: &[u64]) -> Self {
        self.moved(|row, column| (rows.get(row as usize).copied().unwrap_or(row), column))
    }

    /// The same of another place: what was told of rows and columns of a part, of the data that it is a part of.
    pub(crate) fn moved(mut self, place: impl Fn(u64, usize) -> (u64, usize)) -> Self {
        match &mut self {
            Self::Infinite { row, column } | Self::Category { row, column, .. } => {
                (*row, *column) = place(*row, *column);
            }
            Self::Unreachable { row }
            | Self::Impossible { row }
            | Self::ImpossibleSequence { row, .. }
            | Self::RowWeight { row, .. } => (*row, _) = place(*row, 0),
            _ => {}
        }
        self
    }
}

/// An error of a model as one of learning.
impl From<MixtureError> for InferError {
    fn from(error: MixtureError) -> Self {
        Self::Model(Box::new(error))
    }
}
