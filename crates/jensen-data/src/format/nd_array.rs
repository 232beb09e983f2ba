//! A whole array as a file holds it, the example axis first.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Array, DType, DataError, Field, FieldSpec, Role};

/// Numbers with their shape, row-major, the example axis first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NdArray {
    pub shape: Vec<usize>,
    pub array: Array,
}

impl NdArray {
    /// How many examples; `None` for a single number.
    pub fn rows(&self) -> Option<usize> {
        self.shape.first().copied()
    }

    /// Appends the examples of another array of the same event shape and type.
    pub fn append(&mut self, other: Self, paths: [&Path; 2]) -> Result<(), DataError> {
        let refuse = |own: String, other: String| DataError::Malformed {
            path: paths[1].to_owned(),
            position: "header".to_owned(),
            problem: format!("its examples are {other}, but those of {} are {own}", paths[0].display()),
            remedy: "use files that belong together".to_owned(),
        };
        let event = |array: &Self| match array.shape.split_first() {
            Some((_, event)) => format!("{event:?}"),
            None => "a single number without an example axis".to_owned(),
        };
        let is_single = self.shape.is_empty() || other.shape.is_empty();
        if is_single || self.shape[1..] != other.shape[1..] {
            return Err(refuse(event(self), event(&other)));
        }
        let dtype = self.array.dtype();
        self.array
            .append(other.array)
            .map_err(|other| refuse(dtype.to_string(), other.dtype().to_string()))?;
        self.shape[0] += other.shape[0];
        Ok(())
    }

    /// The field that the array is.
    pub fn into_field(self, path: &Path, name: &str, role: Role) -> Result<Field, DataError> {
        Field::of(field_spec(path, name, role, &self.shape, self.array.dtype())?, self.array)
    }
}

/// The schema of the field that an array of this shape is.
pub(crate) fn field_spec(
    path: &Path,
    name: &str,
    role: Role,
    shape: &[usize],
    dtype: DType,
) -> Result<FieldSpec, DataError> {
    let refuse = |problem: String, remedy: &str| {
        Err(DataError::Malformed {
            path: path.to_owned(),
            position: "header".to_owned(),
            problem,
            remedy: remedy.to_owned(),
        })
    };
    match shape.split_first() {
        None => refuse(
            format!("`{name}` is a single number without an example axis"),
            "give it a first axis that counts examples",
        ),
        Some((0, _)) => Err(DataError::Empty { name: path.display().to_string() }),
        Some((_, event)) if event.contains(&0) => refuse(
            format!("an example of shape {event:?} has no numbers"),
            "write at least one number an example",
        ),
        Some((_, event)) => Ok(FieldSpec {
            name: name.to_owned(),
            role,
            dtype,
            shape: event.to_vec(),
            feature_names: Vec::new(),
            levels: BTreeMap::new(),
        }),
    }
}
