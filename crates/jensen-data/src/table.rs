//! The columns of a table, each of its own kind.

mod alignment;
mod fit;
mod tally;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Array, DataError, Field, FieldSpec, Missing, Role};

pub(crate) use alignment::Alignment;
pub(crate) use fit::is_identifier;
pub(crate) use tally::{Part, Tally};

/// A column with more different values has no levels.
pub(crate) const MAX_LEVELS: usize = 1000;

/// Whole numbers beyond this are not taken for counts unless told so.
pub(crate) const MAX_COUNT: f64 = 1000.0;

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

impl ColumnKind {
    /// The kind without its constants.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Real { .. } => Kind::Real,
            Self::Positive { .. } => Kind::Positive,
            Self::Count { .. } => Kind::Count,
            Self::Binary { .. } => Kind::Binary,
            Self::Categorical { .. } => Kind::Categorical,
        }
    }

    /// What the model sees of a value in the data's units; of a category, the index of its level.
    pub(crate) fn apply(&self, value: f64) -> f64 {
        match *self {
            Self::Real { mean, std } => (value - mean) / std,
            Self::Positive { mean, std } => (value.ln() - mean) / std,
            Self::Count { .. } | Self::Binary { .. } | Self::Categorical { .. } => value,
        }
    }

    /// The inverse of [`apply`](Self::apply).
    pub(crate) fn undo(&self, value: f64) -> f64 {
        match *self {
            Self::Real { mean, std } => value * std + mean,
            Self::Positive { mean, std } => (value * std + mean).exp(),
            Self::Count { .. } | Self::Binary { .. } | Self::Categorical { .. } => value,
        }
    }

    /// `log |dx'/dx|` at an observed value in the data's units; of a probability, which has no units,
    /// zero.
    pub(crate) fn log_jacobian(&self, value: f64) -> f64 {
        match *self {
            Self::Real { std, .. } => -std.ln(),
            Self::Positive { std, .. } => -std.ln() - value.ln(),
            Self::Count { .. } | Self::Binary { .. } | Self::Categorical { .. } => 0.0,
        }
    }

    /// The mean over the training rows as the model sees them.
    pub(crate) fn mean(&self) -> f64 {
        match self {
            Self::Real { .. } | Self::Positive { .. } => 0.0,
            Self::Count { mean } | Self::Binary { mean } => *mean,
            Self::Categorical { shares, .. } => {
                shares.iter().enumerate().map(|(level, share)| level as f64 * share).sum()
            }
        }
    }
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

/// What a column is called: its name in the file, or as it would be written.
pub(crate) fn column_name(spec: &FieldSpec, feature: usize) -> String {
    match (spec.feature_names.get(feature), &spec.shape[..]) {
        (Some(name), _) => name.clone(),
        (None, []) => spec.name.clone(),
        (None, _) => format!("{}_{feature}", spec.name),
    }
}

/// Whether a column of a kind can hold a number; else what is wrong and what to do.
fn check(kind: Kind, missing: Missing, value: f64) -> Result<(), (String, &'static str)> {
    const CORRECT: &str = "correct the value, or empty the cell if it is not known";
    let (fits, holds) = match kind {
        _ if value.is_nan() && missing == Missing::Mask => return Ok(()),
        _ if value.is_nan() => return Err(("the value is missing".to_owned(), FILL)),
        _ if value.is_infinite() => {
            return Err((format!("the value is {value}, not a finite number"), CORRECT));
        }
        Kind::Real | Kind::Categorical => return Ok(()),
        Kind::Positive => (value > 0.0, "numbers above zero"),
        Kind::Count => (value >= 0.0 && value.fract() == 0.0, "0, 1, 2, …"),
        Kind::Binary => (value == 0.0 || value == 1.0, "0 and 1"),
    };
    if fits {
        Ok(())
    } else {
        Err((format!("{value} is no value of a {kind} column, which holds {holds}"), CORRECT))
    }
}

/// What to do about a missing value that is refused.
const FILL: &str = "fill it in, remove the row, or leave missing values out of the likelihood with `data.missing = \
                    \"mask\"`";

/// What a model has to know of a table: its columns in the order of the features.
///
/// What the model sees of a row is one number a column: `(x − mean) / std` of a real one, the same of
/// `ln x` of a positive one, counts and bits as they are, of a category the index of its level. A
/// missing cell is NaN, whatever the column. A row has a density in its real and positive columns and a
/// probability in the others, so its log-likelihood mixes nats with and without units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSchema {
    /// The columns.
    pub columns: Vec<Column>,
}

impl TableSchema {
    /// Columns that hold numbers and are left as they are.
    pub(crate) fn of_numbers(spec: &FieldSpec) -> Self {
        let column = |feature| {
            let kind = ColumnKind::Real { mean: 0.0, std: 1.0 };
            Column { name: column_name(spec, feature), kind }
        };
        Self { columns: (0..spec.features()).map(column).collect() }
    }

    /// Numbers as the model sees them, with the names and levels of the columns.
    ///
    /// # Errors
    /// [`DataError::Shape`] if `array` does not hold whole rows of the columns.
    pub fn field(&self, name: &str, array: Array) -> Result<Field, DataError> {
        let levels = self.columns.iter().enumerate().filter_map(|(feature, column)| match &column.kind {
            ColumnKind::Categorical { levels, .. } => Some((feature, levels.clone())),
            _ => None,
        });
        let names = self.columns.iter().map(|column| column.name.clone()).collect();
        let field = Field::new(name, Role::Observation, vec![self.columns.len()], array)?;
        Ok(field.with_feature_names(names).with_levels(levels.collect()))
    }
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
