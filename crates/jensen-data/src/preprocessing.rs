//! From the data's own units to what a model sees, and back.

mod bits;
mod numbers;

use jensen_random::Rng;
use serde::{Deserialize, Serialize};

use crate::survey::Survey;
use crate::table::Alignment;
use crate::{
    Array, Batch, Binarize, DType, DataConfig, DataError, Dataset, Field, FieldSpec, Missing, Role, Rows,
    Scale, Standardization, Standardize, TableSchema, Target,
};

/// The key of every binarisation that is not drawn anew: a constant, so that all runs see the same
/// test set.
const EVALUATION_KEY: u64 = 0x6269_6E61_7269_7A65;

/// Which draws a dynamic binarisation uses.
#[derive(Clone, Copy, Debug)]
pub enum Draws<'a> {
    /// Those of an epoch of training: the run's `rng.fork("binarize").at(epoch)`.
    Training(Rng<'a>),
    /// The fixed ones of every evaluation, the same for all runs.
    Evaluation,
}

/// Where the observations lie that a model sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// `{0, 1}`: what a Bernoulli likelihood is for.
    Binary,
    /// `[0, 1]`, not only its ends.
    UnitInterval,
    /// Any real numbers.
    Real,
}

/// From the data's own units to what a model sees, and back; constants fitted on the training rows.
///
/// In this order: 8-bit values are scaled, then values are binarised or standardised. Serialisable,
/// to be stored in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    features: usize,
    dtype: DType,
    support: Support,
    scale: Scale,
    binarize: Binarize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standardization: Option<Standardization>,
    likelihood: Likelihood,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table: Option<Table>,
    #[serde(default)]
    precision: Precision,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<Target>,
}

/// The type of the numbers that a model sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Precision {
    #[default]
    Single,
    /// Double, and what is done about missing ones.
    Double(Missing),
}

/// Observations that are modelled as a table of mixed columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema: TableSchema,
    missing: Missing,
}

/// Whether a likelihood is a density, which has units, or a probability, which has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Likelihood {
    Density,
    Probability,
}

impl Preprocessing {
    /// Fits the constants to the training rows and checks every row of the data set, in one pass.
    ///
    /// # Errors
    /// If an option is out of range, there are no training rows, the data set has no observations or
    /// words among them, a value is not finite, or a value that is to be binarised is outside `[0, 1]`.
    pub fn fit(config: &DataConfig, dataset: &Dataset, train: &Rows) -> Result<Self, DataError> {
        let spec = fittable(config, dataset, train)?;
        refuse_table(config, dataset.name(), spec)?;
        let mut fitted = Self {
            features: spec.features(),
            dtype: spec.dtype,
            support: Support::Real,
            scale: config.scale,
            binarize: config.binarize,
            standardization: None,
            likelihood: Likelihood::Density,
            table: None,
            precision: Precision::Single,
            target: None,
        };
        let survey = Survey::of(&fitted, config.standardize, dataset, train)?;
        if survey.bits {
            fitted.scale = Scale::None;
        }
        fitted.support = if config.binarize == Binarize::None { survey.support } else { Support::Binary };
        if config.standardize == Standardize::Yes {
            let divisor = fitted.divisor(fitted.dtype);
            fitted.standardization = Some(Standardization::from_moments(&survey.moments, divisor));
            fitted.support = Support::Real;
        }
        Ok(fitted)
    }

    /// Fits a table whose columns are modelled each by its kind: tells the kinds and checks the values
    /// over every row, fits the constants to the training rows, in one pass.
    ///
    /// A column of words is categorical. A column of numbers is binary if there are only 0 and 1, a
    /// count if there are whole numbers that begin at 0 or 1, of more than two values and none above
    /// 1000, and real otherwise; `data.kinds` overrides.
    ///
    /// # Errors
    /// If an option is out of range or does not belong to a table, there are no training rows, a column
    /// is all missing or looks like free text, or a value is infinite, not of its column's kind, or
    /// missing where that is refused. Of arrays, which do not name their columns, missing values are
    /// refused unless `data.missing = "mask"`.
    ///
    /// # Example
    /// ```
    /// use jensen_data::{ColumnKind, DataConfig, DataSpec, Dataset, Preprocessing, Split};
    /// let penguins = Dataset::open(&DataSpec::new("penguins"))?;
    /// let rows = penguins.rows(Split::Train)?;
    /// let fitted = Preprocessing::fit_table(&DataConfig::default(), &penguins, &rows)?;
    /// let island = &fitted.table().expect("a table").columns[1];
    /// assert!(matches!(&island.kind, ColumnKind::Categorical { levels, .. } if levels[0] == "Biscoe"));
    /// # Ok::<(), jensen_data::DataError>(())
    /// ```
    pub fn fit_table(config: &DataConfig, dataset: &Dataset, train: &Rows) -> Result<Self, DataError> {
        let spec = fittable(config, dataset, train)?;
        if config.binarize != Binarize::None {
            return Err(DataError::Option {
                option: "data.binarize",
                value: "set".to_owned(),
                expected: "\"none\" for a table, whose columns have kinds of their own".to_owned(),
            });
        }
        let missing = match config.missing {
            Missing::Auto if spec.feature_names.is_empty() => Missing::Refuse,
            Missing::Auto => Missing::Mask,
            chosen => chosen,
        };
        let schema = TableSchema::fit(config, missing, dataset, train)?;
        Ok(Self {
            features: schema.columns.len(),
            dtype: spec.dtype,
            support: Support::Real,
            scale: Scale::None,
            binarize: Binarize::None,
            standardization: None,
            likelihood: Likelihood::Density,
            table: Some(Table { schema, missing }),
            precision: Precision::Single,
            target: None,
        })
    }

    /// The same, for a likelihood that gives probabilities (Bernoulli, discretized logistic): they
    /// have no units, so the log-Jacobian is zero.
    pub fn for_discrete_likelihood(self) -> Self {
        Self { likelihood: Likelihood::Probability, ..self }
    }

    /// Fits the constants of both observations and target to the training rows: for models of what is predicted from
    /// observations, whose densities are in the units of the target alone.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if the data set has no target, or one of words or values that are not finite.
    ///
    /// # Example
    /// ```
    /// use jensen_data::{Array, DataConfig, Dataset, Draws, Field, Preprocessing, Role, Split, Standardize};
    /// let x = Field::new("x", Role::Observation, vec![1], Array::F64(vec![1.0, 3.0]))?;
    /// let y = Field::new("y", Role::Target, vec![1], Array::F64(vec![-4.0, 4.0]))?;
    /// let data = Dataset::from_fields("two points", vec![x, y])?;
    /// let config = DataConfig { standardize: Standardize::Yes, ..DataConfig::default() };
    /// let fitted = Preprocessing::fit_target(&config, &data, &data.rows(Split::Train)?)?;
    /// let seen = fitted.apply(data.read(&[0, 1])?, Draws::Evaluation)?;
    /// assert_eq!(seen.require(Role::Target)?.array().to_f64(), [-1.0, 1.0]);
    /// assert_eq!(seen.log_jacobian(), [-4f64.ln(); 2]);
    /// # Ok::<(), jensen_data::DataError>(())
    /// ```
    pub fn fit_target(config: &DataConfig, dataset: &Dataset, train: &Rows) -> Result<Self, DataError> {
        let fitted = Self::fit(config, dataset, train)?;
        let target = Target::fit(config.standardize, dataset, train)?;
        Ok(Self { target: Some(target), ..fitted })
    }

    /// What the model sees of a batch as read. The columns of a table are found by their names, and
    /// its levels by theirs.
    ///
    /// # Errors
    /// If an observation is not finite, has another number of features, or is outside `[0, 1]` where
    /// it is binarised; of a table, if it lacks a column or a value is not what its column holds.
    pub fn apply(&self, batch: Batch, draws: Draws<'_>) -> Result<Batch, DataError> {
        let batch = self.apply_to_observation(batch, draws)?;
        match &self.target {
            Some(target) => target.apply(batch),
            None => Ok(batch),
        }
    }

    fn apply_to_observation(&self, mut batch: Batch, draws: Draws<'_>) -> Result<Batch, DataError> {
        let index = batch.place_of(Role::Observation)?;
        let field = &batch.fields()[index];
        if let Some(table) = &self.table {
            let alignment = Alignment::new(&table.schema, table.missing, batch.dataset(), field.spec())?;
            let (seen, log_jacobian) = alignment.apply(&batch, &field.array().to_f64())?;
            let seen = match self.precision {
                Precision::Single => Array::F32(alignment.to_single(&batch, &seen)?),
                Precision::Double(_) => Array::F64(seen),
            };
            let field = table.schema.field(&field.spec().name, seen)?;
            batch.replace(index, field, log_jacobian);
            return Ok(batch);
        }
        if let Precision::Double(missing) = self.precision {
            let values = self.numbers(&batch, field, missing)?;
            let log_jacobian = vec![self.log_jacobian_of(field.spec().dtype); batch.len()];
            let field = field.with_array(Array::F64(values))?;
            batch.replace(index, field, log_jacobian);
            return Ok(batch);
        }
        let mut values = self.grey(&batch, field)?;
        let fixed = || Rng::seed(EVALUATION_KEY).fork("binarize");
        match (self.binarize, draws) {
            (Binarize::None, _) => {}
            (Binarize::Threshold, _) => bits::threshold(&mut values),
            (Binarize::Dynamic, Draws::Training(rng)) => self.draw(&mut values, batch.rows(), rng),
            (Binarize::Dynamic, Draws::Evaluation) | (Binarize::Static, _) => {
                self.draw(&mut values, batch.rows(), fixed());
            }
        }
        let log_jacobian = vec![self.log_jacobian_of(field.spec().dtype); batch.len()];
        let field = field.with_array(Array::F32(values))?;
        batch.replace(index, field, log_jacobian);
        Ok(batch)
    }

    /// Values as the model sees them, rows of `features` each, in the data's own units: the inverse
    /// of standardisation and scaling. A bit or its probability is taken as the grey value it stands
    /// for; a category stays the index of its level.
    ///
    /// # Panics
    /// If `values` is not a whole number of examples.
    pub fn undo<T: Copy + Into<f64>>(&self, values: &[T]) -> Vec<f64> {
        assert!(values.len().is_multiple_of(self.features), "values are rows of {} features", self.features);
        if let Some(table) = &self.table {
            let columns = table.schema.columns.iter().cycle();
            return values
                .iter()
                .zip(columns)
                .map(|(&value, column)| column.kind.undo(value.into()))
                .collect();
        }
        let divisor = self.divisor(self.dtype);
        let restore = |(feature, &value): (usize, &T)| {
            let value = value.into();
            let scaled =
                self.standardization.as_ref().map_or(value, |s| value * s.std[feature] + s.mean[feature]);
            scaled * divisor
        };
        values.chunks(self.features).flat_map(|row| row.iter().enumerate().map(restore)).collect()
    }

    /// `Σ_d log |dx'_d/dx_d|` in nats, the same for each example: what is added to a log-density of
    /// `x'` to make it one of `x` in its own units. Zero for a discrete likelihood or binarised data;
    /// `None` for a table, where it differs from row to row ([`Batch::log_jacobian`]).
    ///
    /// # Example
    /// ```
    /// use jensen_data::{Array, DataConfig, Dataset, Field, Preprocessing, Role, Split, Standardize};
    /// let x = Field::new("x", Role::Observation, vec![1], Array::F64(vec![-4.0, 4.0]))?;
    /// let data = Dataset::from_fields("two points", vec![x])?;
    /// let config = DataConfig { standardize: Standardize::Yes, ..DataConfig::default() };
    /// let fitted = Preprocessing::fit(&config, &data, &data.rows(Split::Train)?)?;
    /// assert_eq!(fitted.log_jacobian(), Some(-4f64.ln()));
    /// # Ok::<(), jensen_data::DataError>(())
    /// ```
    pub fn log_jacobian(&self) -> Option<f64> {
        self.table.is_none().then(|| self.log_jacobian_of(self.dtype))
    }

    /// The columns, where the observations are modelled as a table.
    pub fn table(&self) -> Option<&TableSchema> {
        self.table.as_ref().map(|table| &table.schema)
    }

    /// What is to be predicted, where there is a model of it.
    pub fn target(&self) -> Option<&Target> {
        self.target.as_ref()
    }

    /// How many numbers an observation has.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The type of the observations before preprocessing.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Where the observations lie that the model sees.
    pub fn support(&self) -> Support {
        self.support
    }

    /// How grey values become bits.
    pub fn binarize(&self) -> Binarize {
        self.binarize
    }

    /// Whether bytes are divided by 255.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Shift and scale of each feature, where observations are standardised.
    pub fn standardization(&self) -> Option<&Standardization> {
        self.standardization.as_ref()
    }

    /// The mean of each feature of the preprocessed observations over `rows`, `[features]`; of
    /// stochastic bits their expectation, which is the mean grey value; of a table, over the observed
    /// cells of the rows that it was fitted to.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn mean(&self, dataset: &Dataset, rows: &Rows) -> Result<Vec<f64>, DataError> {
        if let Some(table) = &self.table {
            return Ok(table.schema.columns.iter().map(|column| column.kind.mean()).collect());
        }
        let mut sums = vec![0.0; self.features];
        self.for_each_row(dataset, rows, |row| {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += f64::from(*value);
            }
        })?;
        Ok(sums.into_iter().map(|sum| sum / rows.len() as f64).collect())
    }

    /// Visits the preprocessed observations, stochastic bits as their expectation.
    fn for_each_row(
        &self,
        dataset: &Dataset,
        rows: &Rows,
        mut visit: impl FnMut(&[f32]),
    ) -> Result<(), DataError> {
        dataset.for_each_chunk(rows, |batch| {
            let field = batch.require(Role::Observation)?;
            let mut values = self.grey(batch, field)?;
            if self.binarize == Binarize::Threshold {
                bits::threshold(&mut values);
            }
            for row in values.chunks(self.features) {
                visit(row);
            }
            Ok(())
        })
    }

    /// That a batch has as many features as the training rows.
    fn check_features(&self, batch: &Batch, spec: &FieldSpec) -> Result<(), DataError> {
        if spec.features() == self.features {
            return Ok(());
        }
        Err(DataError::OtherFeatures {
            name: batch.dataset().to_owned(),
            found: spec.features(),
            expected: self.features,
        })
    }

    fn not_finite(&self, batch: &Batch, spec: &FieldSpec, at: usize, value: f64) -> DataError {
        let (row, column) = self.place(batch, spec, at);
        DataError::NotFinite {
            name: batch.dataset().to_owned(),
            field: spec.name.clone(),
            row,
            column,
            value,
        }
    }

    /// Scaled and standardised values of a batch, checked.
    pub(crate) fn grey(&self, batch: &Batch, field: &Field) -> Result<Vec<f32>, DataError> {
        let spec = field.spec();
        self.check_features(batch, spec)?;
        let divisor = self.divisor(spec.dtype);
        let values: Vec<f32> = match (field.array(), &self.standardization) {
            (Array::U8(bytes), None) => {
                let levels: [f32; 256] = std::array::from_fn(|level| (level as f64 / divisor) as f32);
                bytes.iter().map(|&byte| levels[usize::from(byte)]).collect()
            }
            (array, None) if divisor == 1.0 => array.to_f32(),
            (array, None) => array.to_f64().into_iter().map(|value| (value / divisor) as f32).collect(),
            (array, Some(Standardization { mean, std })) => {
                let standardize =
                    |((value, mean), std): ((&f64, &f64), &f64)| ((value / divisor - mean) / std) as f32;
                let values = array.to_f64();
                let rows = values.chunks(self.features);
                rows.flat_map(|row| row.iter().zip(mean).zip(std).map(standardize)).collect()
            }
        };
        if spec.dtype.is_float()
            && let Some(at) = values.iter().position(|value| !value.is_finite())
        {
            return Err(self.not_finite(batch, spec, at, field.array().to_f64()[at]));
        }
        let surely_unit = spec.dtype == DType::U8 && self.scale == Scale::Unit;
        if self.binarize != Binarize::None
            && !surely_unit
            && let Some(at) = values.iter().position(|value| !(0.0..=1.0).contains(value))
        {
            let (row, column) = self.place(batch, spec, at);
            return Err(DataError::OutsideUnit {
                name: batch.dataset().to_owned(),
                field: spec.name.clone(),
                row,
                column,
                value: f64::from(values[at]),
            });
        }
        Ok(values)
    }

    /// The row and column of a value in a batch, for a message.
    fn place(&self, batch: &Batch, spec: &FieldSpec, at: usize) -> (u64, String) {
        (batch.rows()[at / self.features], spec.feature_name(at % self.features))
    }

    fn divisor(&self, dtype: DType) -> f64 {
        match (self.scale, dtype) {
            (Scale::Unit, DType::U8) => 255.0,
            _ => 1.0,
        }
    }

    fn log_jacobian_of(&self, dtype: DType) -> f64 {
        if self.likelihood == Likelihood::Probability || self.binarize != Binarize::None {
            return 0.0;
        }
        let standardization = self.standardization.as_ref().map_or(0.0, Standardization::log_jacobian);
        standardization - self.features as f64 * self.divisor(dtype).ln()
    }
}

/// The observations, if there is something to be fitted.
fn fittable<'a>(config: &DataConfig, dataset: &'a Dataset, train: &Rows) -> Result<&'a FieldSpec, DataError> {
    config.validate()?;
    if train.is_empty() {
        return Err(DataError::Empty { name: format!("the training split of {}", dataset.name()) });
    }
    dataset.require(Role::Observation)
}

/// Words and options that only a table can have.
fn refuse_table(config: &DataConfig, name: &str, spec: &FieldSpec) -> Result<(), DataError> {
    if let Some((&feature, words)) = spec.levels.iter().next() {
        return Err(DataError::Words {
            name: name.to_owned(),
            column: spec.feature_name(feature),
            word: words.first().cloned().unwrap_or_default(),
        });
    }
    let refuse = |option, value: &str| {
        let expected = "left out: only the likelihood of a table (`--likelihood table`) minds it".to_owned();
        Err(DataError::Option { option, value: value.to_owned(), expected })
    };
    match (config.kinds.is_empty(), config.missing) {
        (false, _) => refuse("data.kinds", "set"),
        (_, Missing::Mask) => refuse("data.missing", "\"mask\""),
        _ => Ok(()),
    }
}
