//! Values from a reference implementation.

use std::collections::BTreeMap;

use burn::tensor::{DType, Tensor};
use serde::Deserialize;
use thiserror::Error;

use crate::{Tolerance, double};

/// A table of reference values: `{"source": "scipy 1.17", "columns": {"x": [..], "log_prob": [..]}}`.
///
/// ```
/// use jensen_testing::{Golden, Tolerance};
/// let golden = Golden::parse(r#"{"source": "by hand", "columns": {"x": [1, 2], "square": [1, 4]}}"#)?;
/// let x = golden.tensor("x", 1)?;
/// golden.compare("square", &x.square(), Tolerance::both(1e-6))?;
/// # Ok::<(), jensen_testing::GoldenError>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// What computed the values, with its version.
    pub source: String,
    columns: BTreeMap<String, Vec<f64>>,
}

/// Why reference values could not be used, or were not met.
#[derive(Debug, Error)]
pub enum GoldenError {
    /// The file is not a table of reference values.
    #[error("not a table of reference values: {0}; write it again with its generator")]
    Parse(#[from] serde_json::Error),
    /// A column that the file does not have.
    #[error("no column `{name}`; there are: {present}")]
    NoColumn {
        /// The column asked for.
        name: String,
        /// The columns of the file.
        present: String,
    },
    /// A column that cannot be cut into rows.
    #[error("column `{name}` has {len} numbers, which are not rows of {width}")]
    Width {
        /// The column.
        name: String,
        /// Its length.
        len: usize,
        /// The width asked for.
        width: usize,
    },
    /// A value that differs from the reference.
    #[error("`{name}` at position {position} is {actual}, by {origin} {expected}")]
    Different {
        /// The column.
        name: String,
        /// Row-major position.
        position: usize,
        /// Ours.
        actual: f64,
        /// The reference.
        expected: f64,
        /// What computed the reference.
        origin: String,
    },
}

impl Golden {
    /// Reads a table.
    ///
    /// # Errors
    /// If the text is not one.
    pub fn parse(json: &str) -> Result<Self, GoldenError> {
        Ok(serde_json::from_str(json)?)
    }

    /// The numbers of a column.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn column(&self, name: &str) -> Result<&[f64], GoldenError> {
        self.columns.get(name).map(Vec::as_slice).ok_or_else(|| GoldenError::NoColumn {
            name: name.to_owned(),
            present: self.columns.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }

    /// A column as an `f32` tensor with rows of `width` numbers.
    ///
    /// # Errors
    /// If there is no such column or it does not divide into rows.
    pub fn tensor(&self, name: &str, width: usize) -> Result<Tensor<2>, GoldenError> {
        let column = self.column(name)?;
        if width == 0 || !column.len().is_multiple_of(width) {
            return Err(GoldenError::Width { name: name.to_owned(), len: column.len(), width });
        }
        Ok(double(&[column.len() / width, width], column).cast(DType::F32))
    }

    /// Compares numbers with a column.
    ///
    /// # Errors
    /// If there is no such column, or the first number outside the tolerance.
    ///
    /// # Panics
    /// If `actual` cannot be read from its device.
    pub fn compare<const D: usize>(
        &self,
        name: &str,
        actual: &Tensor<D>,
        tolerance: Tolerance,
    ) -> Result<(), GoldenError> {
        let actual: Vec<f64> = actual.try_to_vec_as().expect("a float tensor holds numbers");
        match tolerance.first_difference(&actual, self.column(name)?) {
            None => Ok(()),
            Some((position, actual, expected)) => Err(GoldenError::Different {
                name: name.to_owned(),
                position,
                actual,
                expected,
                origin: self.source.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_is_wrong() {
        let golden = Golden::parse(r#"{"source": "me", "columns": {"x": [1, 2, 3]}}"#).expect("a table");
        let x = golden.tensor("x", 1).expect("a column");
        let tolerance = Tolerance::both(1e-6);
        golden.compare("x", &x, tolerance).expect("equal");
        let message = |e: GoldenError| e.to_string();
        assert_eq!(
            golden.compare("x", &(x.clone() + 1.0), tolerance).map_err(message),
            Err("`x` at position 0 is 2, by me 1".to_owned())
        );
        assert!(golden.compare("x", &x.narrow(0, 0, 2), tolerance).is_err(), "too few numbers");
        assert!(golden.tensor("x", 2).is_err() && golden.column("y").is_err());
        assert!(Golden::parse(r#"{"columns": {}}"#).is_err());
    }
}
