//! Numbers that a model sees as they are.

use super::{Likelihood, Precision, Preprocessing, Support, Table, fittable, refuse_table};
use crate::{
    Batch, Binarize, DataConfig, DataError, Dataset, Draws, Field, Missing, Rows, Scale, Split, Standardize,
    TableSchema,
};

impl Preprocessing {
    /// Leaves numbers as they are, in double precision: for models whose parameters follow the data's scale. A value that
    /// is not a number is missing, and left to the model unless `data.missing = "refuse"`. Checks every row in one pass.
    /// Columns with names are found by them in other data.
    ///
    /// # Errors
    /// If an option is out of range or makes other numbers of the data, there are no training rows, a column holds words,
    /// or a value is infinite, or missing where that is refused.
    ///
    /// # Example
    /// ```
    /// use jensen_data::{Array, DType, DataConfig, Dataset, Draws, Field, Preprocessing, Role, Scale, Split};
    /// let x = Field::new("x", Role::Observation, vec![1], Array::F64(vec![0.1, f64::NAN]))?;
    /// let data = Dataset::from_fields("two numbers", vec![x])?;
    /// let fitted = Preprocessing::fit_numbers(&DataConfig::default(), &data, &data.rows(Split::Train)?)?;
    /// let seen = fitted.apply(data.read(&[0, 1])?, Draws::Evaluation)?;
    /// assert_eq!(seen.field(Role::Observation).map(|field| field.spec().dtype), Some(DType::F64));
    /// # Ok::<(), jensen_data::DataError>(())
    /// ```
    pub fn fit_numbers(config: &DataConfig, dataset: &Dataset, train: &Rows) -> Result<Self, DataError> {
        let spec = fittable(config, dataset, train)?;
        let missing = match config.missing {
            Missing::Refuse => Missing::Refuse,
            Missing::Auto | Missing::Mask => Missing::Mask,
        };
        refuse_table(&DataConfig { missing: Missing::Auto, ..config.clone() }, dataset.name(), spec)?;
        let refuse = |option, value: &str| {
            let expected = "left out: the model sees the numbers as they are".to_owned();
            Err(DataError::Option { option, value: value.to_owned(), expected })
        };
        if config.binarize != Binarize::None {
            return refuse("data.binarize", "set");
        }
        if config.standardize == Standardize::Yes {
            return refuse("data.standardize", "yes");
        }
        let is_table = !spec.feature_names.is_empty();
        let fitted = Self {
            features: spec.features(),
            dtype: spec.dtype,
            support: Support::Real,
            scale: Scale::None,
            binarize: Binarize::None,
            standardization: None,
            likelihood: Likelihood::Density,
            table: is_table.then(|| Table { schema: TableSchema::of_numbers(spec), missing }),
            precision: Precision::Double(missing),
            target: None,
        };
        dataset.for_each_chunk(&dataset.rows(Split::All)?, |batch| {
            fitted.apply(batch.clone(), Draws::Evaluation).map(drop)
        })?;
        Ok(fitted)
    }

    /// Scaled values of a batch in double precision, checked.
    pub(super) fn numbers(
        &self,
        batch: &Batch,
        field: &Field,
        missing: Missing,
    ) -> Result<Vec<f64>, DataError> {
        let spec = field.spec();
        self.check_features(batch, spec)?;
        let mut values = field.array().to_f64();
        let divisor = self.divisor(spec.dtype);
        for value in &mut values {
            *value /= divisor;
        }
        let is_wrong = |value: &f64| value.is_infinite() || value.is_nan() && missing == Missing::Refuse;
        match values.iter().position(is_wrong) {
            Some(at) => Err(self.not_finite(batch, spec, at, values[at])),
            None => Ok(values),
        }
    }

    /// Whether a model sees doubles.
    pub fn is_double(&self) -> bool {
        self.precision != Precision::Single
    }
}
