//! What `jensen data inspect` tells of a data set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::table::{Part, Tally, column_name, is_identifier};
use crate::{DType, DataError, Dataset, FieldSpec, Kind, Role, Split};

/// More labels than this are not classes, and not listed.
const MAX_LABELS: usize = 1000;

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
    /// Each label with its count, in order; empty without whole-numbered labels, or if there are more
    /// than 1000 of them.
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
    /// The columns of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnSummary>,
}

/// What is in a column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnSummary {
    /// Its name.
    pub name: String,
    /// The kind that the likelihood of a table takes it for unless told otherwise.
    pub kind: Kind,
    /// How many values are missing.
    pub missing: u64,
    /// How many values are infinite.
    pub infinite: u64,
    /// The smallest number; `None` of words, or if there is none.
    pub min: Option<f64>,
    /// The largest number.
    pub max: Option<f64>,
    /// The mean.
    pub mean: Option<f64>,
    /// The standard deviation (1/n).
    pub std: Option<f64>,
    /// The levels of a column of words, each with its count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelCount>,
    /// Whether it is of words that are nearly all different, which a model has nothing to learn from.
    pub identifier: bool,
}

/// How often a level occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelCount {
    /// The level.
    pub level: String,
    /// How many examples have it.
    pub count: u64,
}

/// How often a label occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCount {
    /// The label.
    pub label: i64,
    /// What the class is called, where the data say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
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
    /// Reads a data set once, in memory that does not grow with the number of examples.
    ///
    /// # Errors
    /// If it can no longer be read.
    pub fn of(dataset: &Dataset) -> Result<Self, DataError> {
        let mut fields: Vec<FieldTally> = dataset.fields().iter().map(FieldTally::new).collect();
        let mut labels = Some(BTreeMap::new());
        dataset.for_each_chunk(&dataset.rows(Split::All)?, |batch| {
            for (tally, field) in fields.iter_mut().zip(batch.fields()) {
                field.array().to_f64().into_iter().enumerate().for_each(|(at, value)| tally.add(at, value));
            }
            for label in batch.labels().into_iter().flatten() {
                let Some(counts) = &mut labels else { break };
                *counts.entry(label).or_insert(0) += 1;
                if counts.len() > MAX_LABELS {
                    labels = None;
                }
            }
            Ok(())
        })?;
        let classes = dataset.field(Role::Label).and_then(|spec| spec.levels.get(&0));
        let class = |label: i64| classes?.get(usize::try_from(label).ok()?).cloned();
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
            labels: labels
                .unwrap_or_default()
                .into_iter()
                .map(|(label, count)| LabelCount { label, name: class(label), count })
                .collect(),
            splits: dataset
                .splits()
                .map(|split| Ok(SplitSummary { split, examples: dataset.rows(split)?.len() }))
                .collect::<Result<_, DataError>>()?,
        })
    }
}

/// What is counted of a field on the way.
#[derive(Default)]
struct FieldTally {
    /// Of a table, each column by itself.
    columns: Vec<(Tally, u64)>,
    range: Option<(f64, f64)>,
    sum: f64,
    finite: u64,
    nan: u64,
    infinite: u64,
}

impl FieldTally {
    fn new(spec: &FieldSpec) -> Self {
        let is_table = !spec.feature_names.is_empty();
        let levels = |feature| spec.levels.get(&feature).map_or(0, Vec::len);
        let columns = (0..if is_table { spec.features() } else { 0 })
            .map(|feature| (Tally::new(levels(feature)), 0))
            .collect();
        Self { columns, ..Self::default() }
    }

    fn add(&mut self, at: usize, value: f64) {
        if !self.columns.is_empty() {
            let column = at % self.columns.len();
            let (tally, infinite) = &mut self.columns[column];
            if value.is_infinite() {
                *infinite += 1;
            } else {
                tally.add(value, Part::Fitted);
            }
        }
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
            columns: self
                .columns
                .iter()
                .enumerate()
                .map(|(feature, (tally, infinite))| column(spec, feature, tally, *infinite))
                .collect(),
        }
    }
}

fn column(spec: &FieldSpec, feature: usize, tally: &Tally, infinite: u64) -> ColumnSummary {
    let summary = ColumnSummary {
        name: column_name(spec, feature),
        kind: tally.kind(),
        missing: tally.missing,
        infinite,
        min: tally.range.map(|(min, _)| min),
        max: tally.range.map(|(_, max)| max),
        mean: tally.moments.mean(),
        std: tally.moments.std(),
        levels: Vec::new(),
        identifier: false,
    };
    let Some(words) = spec.levels.get(&feature) else { return summary };
    let mut levels: Vec<_> = words.iter().map(|word| LevelCount { level: word.clone(), count: 0 }).collect();
    for (level, count, _) in tally.values().into_iter().flatten() {
        if let Some(entry) = levels.get_mut(level as usize) {
            entry.count = count;
        }
    }
    let (min, max, mean, std) = (None, None, None, None);
    let identifier = is_identifier(words.len(), tally.observed);
    ColumnSummary { kind: Kind::Categorical, min, max, mean, std, levels, identifier, ..summary }
}
