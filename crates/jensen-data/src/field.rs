//! A named field and the role it plays in a model.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Array, DType, DataError};

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// What is modelled, `x`.
    Observation,
    /// A class, for evaluation and pictures.
    Label,
    /// What the model is told, `c`.
    Condition,
    /// What is predicted from the observation, or from the condition.
    Target,
    /// A control input.
    Action,
    /// The observation one step later.
    NextObservation,
    /// The weight of an example.
    Weight,
    /// Which parts of an observation are seen.
    Mask,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Observation => "observation",
            Self::Label => "label",
            Self::Condition => "condition",
            Self::Target => "target",
            Self::Action => "action",
            Self::NextObservation => "next_observation",
            Self::Weight => "weight",
            Self::Mask => "mask",
        })
    }
}

/// The schema of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSpec {
    /// The name, as in the file.
    pub name: String,
    /// What the field is for.
    pub role: Role,
    /// The type of its numbers.
    pub dtype: DType,
    /// The shape of one example; images are `[height, width]` or `[height, width, channels]`, a
    /// single number is `[]`.
    pub shape: Vec<usize>,
    /// The name of each feature where the file has one, as the columns of a table; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feature_names: Vec<String>,
    /// The levels of each feature that holds words, by the feature's index: its numbers count into
    /// them, from 0.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<usize, Vec<String>>,
}

impl FieldSpec {
    /// How many numbers an example has.
    pub fn features(&self) -> usize {
        self.shape.iter().product()
    }

    /// What messages call feature `index`: the name of its column, else its position.
    pub fn feature_name(&self, index: usize) -> String {
        if let Some(name) = self.feature_names.get(index) {
            return format!("`{name}`");
        }
        let mut rest = index;
        let mut position = vec![0; self.shape.len()];
        for (at, &extent) in position.iter_mut().zip(&self.shape).rev() {
            *at = rest % extent;
            rest /= extent;
        }
        format!("{position:?}")
    }
}

/// The schema and the numbers of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    // Shared, since the batches of a table carry all its names and levels.
    spec: Arc<FieldSpec>,
    array: Array,
}

impl Field {
    /// A field with `shape` an example; the number of examples follows from the array's length.
    ///
    /// # Errors
    /// If an example has no numbers, or the array is not a whole number of examples.
    ///
    /// # Example
    /// ```
    /// use jensen_data::{Array, Field, Role};
    /// let points = Field::new("points", Role::Observation, vec![2], Array::F32(vec![0.0, 1.0, 2.0, 3.0]))?;
    /// assert_eq!(points.rows(), 2);
    /// # Ok::<(), jensen_data::DataError>(())
    /// ```
    pub fn new(
        name: impl Into<String>,
        role: Role,
        shape: Vec<usize>,
        array: Array,
    ) -> Result<Self, DataError> {
        let name = name.into();
        let features = shape.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent));
        match features {
            Some(features) if features > 0 && array.len().is_multiple_of(features) => {
                let dtype = array.dtype();
                let (feature_names, levels) = (Vec::new(), BTreeMap::new());
                let spec = FieldSpec { name, role, dtype, shape, feature_names, levels };
                Ok(Self { spec: Arc::new(spec), array })
            }
            _ => Err(DataError::Shape { field: name, shape, numbers: array.len() }),
        }
    }

    /// The examples of a known schema.
    ///
    /// # Errors
    /// If an example has no numbers, or the array is not a whole number of examples.
    pub(crate) fn of(spec: FieldSpec, array: Array) -> Result<Self, DataError> {
        let field = Self::new(spec.name.clone(), spec.role, spec.shape.clone(), array)?;
        Ok(Self { spec: spec.into(), ..field })
    }

    /// Names the features, as the columns of a table.
    ///
    /// # Panics
    /// If there is not one name a feature.
    pub fn with_feature_names(mut self, names: Vec<String>) -> Self {
        assert_eq!(names.len(), self.spec.features(), "one name a feature");
        Arc::make_mut(&mut self.spec).feature_names = names;
        self
    }

    /// Says which words the numbers of some features count.
    pub fn with_levels(mut self, levels: BTreeMap<usize, Vec<String>>) -> Self {
        Arc::make_mut(&mut self.spec).levels = levels;
        self
    }

    /// The same field with other numbers in the place of its own.
    ///
    /// # Errors
    /// If they are not a whole number of examples.
    pub fn with_array(&self, array: Array) -> Result<Self, DataError> {
        let mut field = Self::new(self.spec.name.clone(), self.spec.role, self.spec.shape.clone(), array)?;
        if field.spec.dtype == self.spec.dtype {
            field.spec = Arc::clone(&self.spec);
        } else {
            let spec = Arc::make_mut(&mut field.spec);
            spec.feature_names.clone_from(&self.spec.feature_names);
            spec.levels.clone_from(&self.spec.levels);
        }
        Ok(field)
    }

    /// The examples of `other`, a field of the same schema, after its own.
    ///
    /// # Panics
    /// If the numbers of `other` are of another type.
    pub(crate) fn append(&mut self, other: Self) {
        let appended = self.array.append(other.array);
        assert!(appended.is_ok(), "fields of one schema have one type");
    }

    /// The schema.
    pub fn spec(&self) -> &FieldSpec {
        &self.spec
    }

    /// The numbers, row-major with the example axis first.
    pub fn array(&self) -> &Array {
        &self.array
    }

    /// The numbers, given away.
    pub fn into_array(self) -> Array {
        self.array
    }

    /// How many examples there are.
    pub fn rows(&self) -> usize {
        self.array.len() / self.spec.features()
    }

    /// The examples `rows`.
    ///
    /// # Panics
    /// If a row is out of range.
    pub fn gather(&self, rows: &[u64]) -> Self {
        Self { spec: Arc::clone(&self.spec), array: self.array.gather(rows, self.spec.features()) }
    }
}
