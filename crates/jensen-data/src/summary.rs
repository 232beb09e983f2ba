//! What `jensen data inspect` tells of a data set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{DType, DataError, Dataset, FieldSpec, Role, Split};

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
        let mut fields: Vec<Tally> = dataset.fields().iter().map(|_| Tally::default()).collect();
        let mut labels = BTreeMap::new();
        dataset.for_each_chunk(&dataset.rows(Split::All)?, |batch| {
            for (tally, field) in fields.iter_mut().zip(batch.fields()) {
                field.array().to_f64().into_iter().for_each(|value| tally.add(value));
            }
            for label in batch.labels().into_iter().flatten() {
                *labels.entry(label).or_insert(0) += 1;
            }
            Ok(())
        })?;
        let examples = dataset.len();
        let size = |field: &FieldSpec| field.features() as u64 * field.dtype.size() as u64;
        Ok(Self {
            name: dataset.name().to_owned(),
            examples,
            bytes: dataset.fields().iter().map(size).sum::<u64>() * examples as u64,
            fields: dataset
                .fields()
                .iter()
                .zip(fields)
                .map(|(spec, tally)| tally.into_summary(spec))
                .collect(),
            labels: labels.into_iter().map(|(label, count)| LabelCount { label, count }).collect(),
            splits: dataset
                .splits()
                .map(|split| Ok(SplitSummary { split, examples: dataset.rows(split)?.len() }))
                .collect::<Result<_, DataError>>()?,
        })
    }
}

/// What is counted of a field on the way.
#[derive(Default)]
struct Tally {
    range: Option<(f64, f64)>,
    sum: f64,
    finite: u64,
    nan: u64,
    infinite: u64,
}

impl Tally {
    fn add(&mut self, value: f64) {
        if value.is_finite() {
            let (min, max) = self.range.unwrap_or((value, value));
            self.range = Some((min.min(value), max.max(value)));
            self.sum += value;
            self.finite += 1;
        } else if value.is_nan() {
            self.nan += 1;
        } else {
            self.infinite += 1;
        }
    }

    fn into_summary(self, spec: &FieldSpec) -> FieldSummary {
        FieldSummary {
            name: spec.name.clone(),
            role: spec.role,
            dtype: spec.dtype,
            shape: spec.shape.clone(),
            feature_names: spec.feature_names.clone(),
            min: self.range.map(|(min, _)| min),
            max: self.range.map(|(_, max)| max),
            mean: (self.finite > 0).then(|| self.sum / self.finite as f64),
            nan: self.nan,
            infinite: self.infinite,
        }
    }
}
