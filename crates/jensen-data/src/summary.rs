//! What `jensen data inspect` tells of a data set.

use serde::{Deserialize, Serialize};

use crate::{DType, DataError, Dataset, Role, Split};

/// What there is to know of a data set at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The name of the embedded set, or the path.
    pub name: String,
    /// How many examples, over all splits.
    pub examples: usize,
    /// The size of the numbers in memory, in bytes.
    pub bytes: u64,
    /// One entry a field.
    pub fields: Vec<FieldSummary>,
    /// Each label with its count, in order; empty without whole-numbered labels.
    pub labels: Vec<LabelCount>,
    /// Each split with its size.
    pub splits: Vec<SplitSummary>,
}

/// The schema and range of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldSummary {
    /// The name, as in the file.
    pub name: String,
    /// What the field is for.
    pub role: Role,
    /// The type of its numbers.
    pub dtype: DType,
    /// The shape of one example.
    pub shape: Vec<usize>,
    /// The name of each feature where the file has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feature_names: Vec<String>,
    /// The smallest finite value; `None` if there is none.
    pub min: Option<f64>,
    /// The largest finite value; `None` if there is none.
    pub max: Option<f64>,
    /// The mean of the finite values; `None` if there are none.
    pub mean: Option<f64>,
    /// How many values are NaN.
    pub nan: u64,
    /// How many values are infinite.
    pub infinite: u64,
}

/// How often a label occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCount {
    /// The label.
    pub label: i64,
    /// How many examples have it.
    pub count: u64,
}

/// The size of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitSummary {
    /// The split.
    pub split: Split,
    /// How many examples it has.
    pub examples: usize,
}

impl Summary {
    /// Reads a data set once.
    ///
    /// # Errors
    /// If it can no longer be read.
    pub fn of(dataset: &Dataset) -> Result<Self, DataError> {
        let _ = dataset;
        todo!()
    }
}
