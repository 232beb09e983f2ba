//! How often an example counts.

use crate::{DataError, FieldSpec};

/// What a weight is, for messages.
pub(crate) const REMEDY: &str =
    "a weight is how often the example counts: give a finite number, zero or more";

/// What is wrong with a number as a weight, if it is none.
pub(crate) fn problem(weight: f64) -> Option<String> {
    if weight.is_nan() {
        return Some("the weight is missing".to_owned());
    }
    (!(0.0..f64::INFINITY).contains(&weight)).then(|| format!("the weight is {weight}"))
}

/// That a field of the data set `name` holds one number for each example.
///
/// # Errors
/// [`DataError::Column`] of words, or for several numbers.
pub(crate) fn check_field(name: &str, spec: &FieldSpec) -> Result<(), DataError> {
    let problem = match spec.levels.values().flatten().next() {
        Some(word) => format!("it holds words such as `{word}`, not numbers"),
        None if spec.features() != 1 => format!("it holds {} numbers for each example", spec.features()),
        None => return Ok(()),
    };
    let (name, column) = (name.to_owned(), spec.name.clone());
    Err(DataError::Column { name, column, problem, remedy: REMEDY.to_owned() })
}

/// That these numbers of the column are weights, which begin at row `first`.
///
/// # Errors
/// [`DataError::Cell`] for the first that is none.
pub(crate) fn check_values(name: &str, column: &str, first: u64, values: &[f64]) -> Result<(), DataError> {
    let wrong = |(row, &value): (u64, &f64)| problem(value).map(|problem| (row, problem));
    (first..).zip(values).find_map(wrong).map_or(Ok(()), |(row, problem)| {
        let (name, column) = (name.to_owned(), column.to_owned());
        Err(DataError::Cell { name, row, column, problem, remedy: REMEDY.to_owned() })
    })
}
