//! The columns of some data in the order and with the levels of a schema.

use std::collections::HashMap;

use super::{Column, ColumnKind, TableSchema, check, column_name};
use crate::{Batch, DataError, FieldSpec, Missing};

/// Where each column of a schema is found in data with columns of the same names, in any order, and
/// what their levels are called there. Columns that the schema lacks are left alone.
pub(crate) struct Alignment<'a> {
    schema: &'a TableSchema,
    dataset: &'a str,
    missing: Missing,
    places: Vec<Place>,
    features: usize,
}

/// A column of the data.
struct Place {
    feature: usize,
    levels: Levels,
}

/// How a number of the data becomes one in the data's units, with levels as the schema counts them.
enum Levels {
    /// As it is.
    Same,
    /// By its level's index; unknown levels by name.
    Words(Vec<Result<f64, String>>),
    /// By its value.
    Numbers(HashMap<u64, f64>),
}

impl<'a> Alignment<'a> {
    /// Finds the columns.
    ///
    /// # Errors
    /// If one is missing, or holds words where the schema has numbers.
    pub(crate) fn new(
        schema: &'a TableSchema,
        missing: Missing,
        dataset: &'a str,
        spec: &FieldSpec,
    ) -> Result<Self, DataError> {
        let by_name: HashMap<String, usize> =
            (0..spec.features()).map(|feature| (column_name(spec, feature), feature)).collect();
        let unnamed = spec.feature_names.is_empty() && spec.features() == schema.columns.len();
        let find = |(index, column): (usize, &Column)| {
            let feature = match by_name.get(&column.name) {
                Some(&feature) => feature,
                None if unnamed => index,
                None => return Err(lacking(schema, dataset, &by_name)),
            };
            let words = spec.levels.get(&feature).map(Vec::as_slice);
            let levels = match (&column.kind, words) {
                (ColumnKind::Categorical { levels, .. }, words) => Levels::of(levels, words),
                (_, None) => Levels::Same,
                (_, Some(words)) => {
                    return Err(DataError::Column {
                        name: dataset.to_owned(),
                        column: column.name.clone(),
                        problem: format!(
                            "it holds words such as `{}`, but numbers in the training data",
                            words.first().map_or("", |word| word)
                        ),
                        remedy: "give data of the same kind".to_owned(),
                    });
                }
            };
            Ok(Place { feature, levels })
        };
        let places = schema.columns.iter().enumerate().map(find).collect::<Result<_, _>>()?;
        Ok(Self { schema, dataset, missing, places, features: spec.features() })
    }

    /// What the model sees, `[rows, columns]`, and the log-Jacobian of each row.
    ///
    /// # Errors
    /// If a value is not what its column holds, or is missing and may not be.
    pub(crate) fn apply(&self, batch: &Batch, values: &[f64]) -> Result<(Vec<f64>, Vec<f64>), DataError> {
        let mut seen = Vec::with_capacity(batch.len() * self.places.len());
        let mut log_jacobians = Vec::with_capacity(batch.len());
        for (cells, &row) in values.chunks(self.features).zip(batch.rows()) {
            let mut log_jacobian = 0.0;
            for (column, place) in self.schema.columns.iter().zip(&self.places) {
                let value = self.value(row, column, place, cells[place.feature])?;
                seen.push(column.kind.apply(value));
                if !value.is_nan() {
                    log_jacobian += column.kind.log_jacobian(value);
                }
            }
            log_jacobians.push(log_jacobian);
        }
        Ok((seen, log_jacobians))
    }

    /// What [`apply`](Self::apply) gave, in single precision.
    ///
    /// # Errors
    /// If a number is too large for it.
    pub(crate) fn to_single(&self, batch: &Batch, seen: &[f64]) -> Result<Vec<f32>, DataError> {
        let single: Vec<f32> = seen.iter().map(|&x| x as f32).collect();
        let Some(at) = single.iter().position(|x| x.is_infinite()) else { return Ok(single) };
        let column = &self.schema.columns[at % self.places.len()];
        let value = column.kind.undo(seen[at]);
        Err(DataError::Cell {
            name: self.dataset.to_owned(),
            row: batch.rows()[at / self.places.len()],
            column: column.name.clone(),
            problem: format!("{value} is too far from the training data for single precision"),
            remedy: "correct the value".to_owned(),
        })
    }

    /// A value in the data's units, checked.
    fn value(&self, row: u64, column: &Column, place: &Place, value: f64) -> Result<f64, DataError> {
        let refuse = |problem: String, remedy: &str| DataError::Cell {
            name: self.dataset.to_owned(),
            row,
            column: column.name.clone(),
            problem,
            remedy: remedy.to_owned(),
        };
        check(column.kind.kind(), self.missing, value)
            .map_err(|(problem, remedy)| refuse(problem, remedy))?;
        if value.is_nan() {
            return Ok(value);
        }
        let level = match &place.levels {
            Levels::Same => Ok(value),
            Levels::Words(indices) => {
                indices.get(value as usize).cloned().unwrap_or_else(|| Err(value.to_string()))
            }
            Levels::Numbers(indices) => {
                indices.get(&super::tally::key(value)).copied().ok_or_else(|| value.to_string())
            }
        };
        level.map_err(|level| {
            let ColumnKind::Categorical { levels, .. } = &column.kind else {
                unreachable!("only categories have levels")
            };
            refuse(
                format!("the training data have no level `{level}`: they have {}", listed(levels)),
                "correct it, empty the cell, or train on data that have all the levels",
            )
        })
    }
}

impl Levels {
    /// How data with the levels `words`, or with numbers, count into `levels`: by name, where no name
    /// is the same by value.
    fn of(levels: &[String], words: Option<&[String]>) -> Self {
        let number = |level: &String| level.parse().ok().filter(|value: &f64| !value.is_nan());
        let by_value = || {
            let indexed = levels.iter().enumerate();
            indexed
                .filter_map(|(index, level)| Some((super::tally::key(number(level)?), index as f64)))
                .collect::<HashMap<_, _>>()
        };
        let Some(words) = words else { return Self::Numbers(by_value()) };
        if words == levels {
            return Self::Same;
        }
        let by_name: HashMap<&String, f64> =
            levels.iter().enumerate().map(|(index, level)| (level, index as f64)).collect();
        let by_value = by_value();
        let find = |word: &String| {
            let found = by_name.get(word).or_else(|| by_value.get(&super::tally::key(number(word)?)));
            found.copied().ok_or_else(|| word.clone())
        };
        Self::Words(words.iter().map(find).collect())
    }
}

/// Which columns are not there.
fn lacking(schema: &TableSchema, dataset: &str, there: &HashMap<String, usize>) -> DataError {
    let names: Vec<String> = schema.columns.iter().map(|column| column.name.clone()).collect();
    let lacking: Vec<String> = names.iter().filter(|&name| !there.contains_key(name)).cloned().collect();
    DataError::Columns { name: dataset.to_owned(), lacking: listed(&lacking), needed: listed(&names) }
}

/// Names for a message, not too many of them.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
