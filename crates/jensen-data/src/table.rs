//! The columns of a table, each of its own kind.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any real numbers.
    Real,
    /// Real numbers above zero, modelled by their logarithm.
    Positive,
    /// 0, 1, 2, …
    Count,
    /// 0 or 1.
    Binary,
    /// One of some levels.
    Categorical,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Real => "real",
            Self::Positive => "positive",
            Self::Count => "count",
            Self::Binary => "binary",
            Self::Categorical => "categorical",
        })
    }
}

/// What a model has to know of a table: its columns in the order of the features.
///
/// A missing cell is NaN, whatever the column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSchema {
    /// The columns.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
}

/// What the values of a column are, with the constants that were fitted to the training rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ColumnKind {
    /// Any real numbers; the model sees `(x − mean) / std`.
    Real {
        /// The mean over the training rows.
        mean: f64,
        /// The standard deviation over the training rows.
        std: f64,
    },
    /// Numbers above zero; the model sees `(ln x − mean) / std`.
    Positive {
        /// The mean of the logarithm over the training rows.
        mean: f64,
        /// The standard deviation of the logarithm over the training rows.
        std: f64,
    },
    /// 0, 1, 2, …; the model sees the number itself.
    Count {
        /// The mean over the training rows.
        mean: f64,
    },
    /// 0 or 1.
    Binary {
        /// The share of ones over the training rows.
        mean: f64,
    },
    /// One of some levels; the model sees the level's index.
    Categorical {
        /// The levels, in the order of their indices.
        levels: Vec<String>,
        /// The share of each level over the training rows.
        shares: Vec<f64>,
    },
}
