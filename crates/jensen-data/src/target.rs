//! What is to be predicted, as a model sees it.

use serde::{Deserialize, Serialize};

use crate::moments::Moments;
use crate::split::Membership;
use crate::{Array, Batch, DataError, Dataset, Role, Rows, Split, Standardization, Standardize};

/// Shift and scale of what is to be predicted, fitted on the training rows, and the names that data must have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    names: Vec<String>,
    /// The columns that it is predicted from, of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standardization: Option<Standardization>,
}

impl Target {
    /// Fits shift and scale to the training rows and checks every row.
    pub(crate) fn fit(standardize: Standardize, dataset: &Dataset, train: &Rows) -> Result<Self, DataError> {
        let spec = dataset.require(Role::Target)?;
        if let Some((&feature, words)) = spec.levels.iter().next() {
            return Err(DataError::Column {
                name: dataset.name().to_owned(),
                column: spec.feature_names.get(feature).unwrap_or(&spec.name).clone(),
                problem: format!(
                    "it holds words such as `{}`, not numbers",
                    words.first().map_or("", String::as_str)
                ),
                remedy: "choose a target of numbers".to_owned(),
            });
        }
        let names = match (&spec.feature_names[..], spec.features()) {
            ([], 1) => vec![spec.name.clone()],
            ([], features) => (0..features).map(|feature| format!("{}_{feature}", spec.name)).collect(),
            (names, _) => names.to_vec(),
        };
        let inputs = dataset.require(Role::Observation)?.feature_names.clone();
        let unscaled = Self { names, inputs, standardization: None };
        let train = Membership::of(train, dataset.len());
        let mut moments = vec![Moments::default(); unscaled.features()];
        dataset.for_each_chunk(&dataset.rows(Split::All)?, |batch| {
            unscaled.numbers(batch)?;
            let values = batch.require(Role::Target)?.array().to_f64();
            let rows = values.chunks(moments.len()).zip(batch.rows());
            for (cells, _) in rows.filter(|(_, row)| train.contains(**row)) {
                cells.iter().zip(&mut moments).for_each(|(&value, one)| one.add(value));
            }
            Ok(())
        })?;
        let standardization =
            (standardize == Standardize::Yes).then(|| Standardization::from_moments(&moments, 1.0));
        Ok(Self { standardization, ..unscaled })
    }

    /// The batch with its target as the model sees it, and the Jacobian of that alone: a density of what is predicted
    /// has no unit of what it is predicted from. A batch without a target stays as it is.
    pub(crate) fn apply(&self, mut batch: Batch) -> Result<Batch, DataError> {
        let Ok(place) = batch.place_of(Role::Target) else { return Ok(batch) };
        let seen = self.numbers(&batch)?;
        let field = batch.fields()[place].with_array(Array::F32(seen))?;
        let log_jacobian = self.standardization.as_ref().map_or(0.0, Standardization::log_jacobian);
        let log_jacobian = vec![log_jacobian; batch.len()];
        batch.replace(place, field, log_jacobian);
        Ok(batch)
    }

    /// Standardised values of a batch, checked.
    fn numbers(&self, batch: &Batch) -> Result<Vec<f32>, DataError> {
        let (field, features) = (batch.require(Role::Target)?, self.features());
        let spec = field.spec();
        if spec.features() != features {
            return Err(DataError::OtherFeatures {
                name: batch.dataset().to_owned(),
                found: spec.features(),
                expected: features,
            });
        }
        let values = field.array().to_f64();
        let seen: Vec<f32> = values.iter().enumerate().map(|(at, &value)| self.seen(at, value)).collect();
        match seen.iter().position(|value| !value.is_finite()) {
            None => Ok(seen),
            Some(at) => Err(DataError::NotFinite {
                name: batch.dataset().to_owned(),
                field: spec.name.clone(),
                row: batch.rows()[at / features],
                column: spec.feature_name(at % features),
                value: values[at],
            }),
        }
    }

    fn seen(&self, at: usize, value: f64) -> f32 {
        let feature = at % self.features();
        let scaled = |s: &Standardization| (value - s.mean[feature]) / s.std[feature];
        self.standardization.as_ref().map_or(value, scaled) as f32
    }

    /// How many numbers are predicted.
    pub fn features(&self) -> usize {
        self.names.len()
    }

    /// What each of them is called.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns that it is predicted from, in the order that the model knows; empty of arrays.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// Values as the model sees them, rows of [`features`](Self::features) each, in the data's own units.
    ///
    /// # Panics
    /// If `values` is not a whole number of rows.
    pub fn undo<T: Copy + Into<f64>>(&self, values: &[T]) -> Vec<f64> {
        let values = self.undo_scale(values);
        let Some(Standardization { mean, .. }) = &self.standardization else { return values };
        values.into_iter().zip(mean.iter().cycle()).map(|(value, mean)| value + mean).collect()
    }

    /// The same of differences and deviations, which have no origin.
    ///
    /// # Panics
    /// If `values` is not a whole number of rows.
    pub fn undo_scale<T: Copy + Into<f64>>(&self, values: &[T]) -> Vec<f64> {
        assert!(values.len().is_multiple_of(self.features()), "values are rows of {}", self.features());
        let std = |feature: usize| self.standardization.as_ref().map_or(1.0, |s| s.std[feature]);
        values.iter().enumerate().map(|(at, &value)| value.into() * std(at % self.features())).collect()
    }
}
