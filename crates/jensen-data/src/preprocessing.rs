//! From the data's own units to what a model sees, and back.

use jensen_random::Rng;
use serde::{Deserialize, Serialize};

use crate::{
    Array, Batch, Binarize, DType, DataConfig, DataError, Dataset, Field, FieldSpec, Role, Rows, Scale,
    Standardization, Standardize,
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
}

/// Whether a likelihood is a density, which has units, or a probability, which has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Likelihood {
    Density,
    Probability,
}

impl Preprocessing {
    /// Fits the constants to the training rows and checks every row of the data set.
    ///
    /// # Errors
    /// If an option is out of range, there are no training rows, the data set has no observations or
    /// words among them, a value is not finite, or a value that is to be binarised is outside `[0, 1]`.
    pub fn fit(config: &DataConfig, dataset: &Dataset, train: &Rows) -> Result<Self, DataError> {
        config.validate()?;
        if train.is_empty() {
            return Err(DataError::Empty { name: format!("the training split of {}", dataset.name()) });
        }
        let spec = dataset.require(Role::Observation)?;
        if let Some((&feature, words)) = spec.levels.iter().next() {
            return Err(DataError::Words {
                name: dataset.name().to_owned(),
                column: spec.feature_name(feature),
                word: words.first().cloned().unwrap_or_default(),
            });
        }
        let mut fitted = Self {
            features: spec.features(),
            dtype: spec.dtype,
            support: Support::Binary,
            scale: config.scale,
            binarize: config.binarize,
            standardization: None,
            likelihood: Likelihood::Density,
        };
        if fitted.dtype == DType::U8 && holds_bits(dataset)? {
            fitted.scale = Scale::None;
        }
        fitted.support = fitted.find_support(dataset)?;
        if config.standardize == Standardize::Yes {
            fitted.standardization = Some(fitted.standardize(dataset, train)?);
            fitted.support = Support::Real;
        }
        Ok(fitted)
    }

    /// The same, for a likelihood that gives probabilities (Bernoulli, discretized logistic): they
    /// have no units, so the log-Jacobian is zero.
    pub fn for_discrete_likelihood(self) -> Self {
        Self { likelihood: Likelihood::Probability, ..self }
    }

    /// What the model sees of a batch as read.
    ///
    /// # Errors
    /// If an observation is not finite, has another number of features, or is outside `[0, 1]` where
    /// it is binarised.
    pub fn apply(&self, mut batch: Batch, draws: Draws<'_>) -> Result<Batch, DataError> {
        let (index, field) = batch.require(Role::Observation)?;
        let mut values = self.grey(&batch, field)?;
        let fixed = || Rng::seed(EVALUATION_KEY).fork("binarize");
        match (self.binarize, draws) {
            (Binarize::None, _) => {}
            (Binarize::Threshold, _) => threshold(&mut values),
            (Binarize::Dynamic, Draws::Training(rng)) => self.draw(&mut values, batch.rows(), rng),
            (Binarize::Dynamic, Draws::Evaluation) | (Binarize::Static, _) => {
                self.draw(&mut values, batch.rows(), fixed());
            }
        }
        let log_jacobian = vec![self.log_jacobian_of(field.spec().dtype); batch.len()];
        batch.replace(index, Array::F32(values), log_jacobian)?;
        Ok(batch)
    }

    /// Values as the model sees them, rows of `features` each, in the data's own units: the inverse
    /// of standardisation and scaling. A bit or its probability is taken as the grey value it stands
    /// for.
    ///
    /// # Panics
    /// If `values` is not a whole number of examples.
    pub fn undo(&self, values: &[f32]) -> Vec<f64> {
        assert!(values.len().is_multiple_of(self.features), "values are rows of {} features", self.features);
        let divisor = self.divisor(self.dtype);
        let restore = |(feature, &value): (usize, &f32)| {
            let value = f64::from(value);
            let scaled =
                self.standardization.as_ref().map_or(value, |s| value * s.std[feature] + s.mean[feature]);
            scaled * divisor
        };
        values.chunks(self.features).flat_map(|row| row.iter().enumerate().map(restore)).collect()
    }

    /// `Σ_d log |dx'_d/dx_d|` in nats, the same for each example: what is added to a log-density of
    /// `x'` to make it one of `x` in its own units. Zero for a discrete likelihood or binarised data.
    ///
    /// # Example
    /// ```
    /// use jensen_data::{Array, DataConfig, Dataset, Field, Preprocessing, Role, Split, Standardize};
    /// let x = Field::new("x", Role::Observation, vec![1], Array::F64(vec![-4.0, 4.0]))?;
    /// let data = Dataset::from_fields("two points", vec![x])?;
    /// let config = DataConfig { standardize: Standardize::Yes, ..DataConfig::default() };
    /// let fitted = Preprocessing::fit(&config, &data, &data.rows(Split::Train)?)?;
    /// assert_eq!(fitted.log_jacobian(), -4f64.ln());
    /// # Ok::<(), jensen_data::DataError>(())
    /// ```
    pub fn log_jacobian(&self) -> f64 {
        self.log_jacobian_of(self.dtype)
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

    /// Shift and scale of each feature, where observations are standardised.
    pub fn standardization(&self) -> Option<&Standardization> {
        self.standardization.as_ref()
    }

    /// The mean of each feature of the preprocessed observations over `rows`, `[features]`; of
    /// stochastic bits their expectation, which is the mean grey value.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn mean(&self, dataset: &Dataset, rows: &Rows) -> Result<Vec<f64>, DataError> {
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
            let (_, field) = batch.require(Role::Observation)?;
            let mut values = self.grey(batch, field)?;
            if self.binarize == Binarize::Threshold {
                threshold(&mut values);
            }
            for row in values.chunks(self.features) {
                visit(row);
            }
            Ok(())
        })
    }

    /// Mean and deviation of the scaled values, in f64 throughout: single precision would lose the
    /// spread of a feature that is far from zero.
    fn standardize(&self, dataset: &Dataset, train: &Rows) -> Result<Standardization, DataError> {
        let visit = |add: &mut dyn FnMut(usize, f64)| {
            dataset.for_each_chunk(train, |batch| {
                let (_, field) = batch.require(Role::Observation)?;
                let divisor = self.divisor(field.spec().dtype);
                let values = field.array().to_f64().into_iter().enumerate();
                values.for_each(|(at, value)| add(at % self.features, value / divisor));
                Ok(())
            })
        };
        // Sums of differences from the first example, so that a constant feature has exactly none.
        let mut first = vec![None; self.features];
        let mut sums = vec![0.0; self.features];
        visit(&mut |feature, value| sums[feature] += value - *first[feature].get_or_insert(value))?;
        let n = train.len() as f64;
        let mean: Vec<f64> =
            first.iter().zip(&sums).map(|(first, sum)| first.unwrap_or_default() + sum / n).collect();
        let mut squares = vec![0.0; self.features];
        visit(&mut |feature, value| squares[feature] += (value - mean[feature]).powi(2))?;
        Ok(Standardization::from_deviations(mean, &squares, train.len()))
    }

    /// Scaled and standardised values of a batch, checked.
    fn grey(&self, batch: &Batch, field: &Field) -> Result<Vec<f32>, DataError> {
        let spec = field.spec();
        if spec.features() != self.features {
            return Err(DataError::OtherFeatures {
                name: batch.dataset().to_owned(),
                found: spec.features(),
                expected: self.features,
            });
        }
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
            let (row, column) = self.place(batch, spec, at);
            return Err(DataError::NotFinite {
                name: batch.dataset().to_owned(),
                field: spec.name.clone(),
                row,
                column,
                value: field.array().to_f64()[at],
            });
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

    /// Bits with the grey values as probabilities; a draw belongs to its example and feature.
    fn draw(&self, grey: &mut [f32], rows: &[u64], rng: Rng<'_>) {
        let uniforms = rng.name_rows(rows).uniforms(rows.len(), self.features);
        for (value, uniform) in grey.iter_mut().zip(uniforms) {
            *value = f32::from(uniform < *value);
        }
    }

    /// Reads every row once, which also finds values that are not finite or out of range.
    fn find_support(&self, dataset: &Dataset) -> Result<Support, DataError> {
        let mut support = Support::Binary;
        dataset.for_each_chunk(&dataset.rows(crate::Split::All)?, |batch| {
            let (_, field) = batch.require(Role::Observation)?;
            // Bytes need no check of their range, and once one is grey nothing more is to be learned.
            if field.spec().dtype == DType::U8
                && self.scale == Scale::Unit
                && support == Support::UnitInterval
            {
                return Ok(());
            }
            for value in self.grey(batch, field)? {
                if !(0.0..=1.0).contains(&value) {
                    support = Support::Real;
                    break;
                }
                if value != 0.0 && value != 1.0 {
                    support = support.max(Support::UnitInterval);
                }
            }
            Ok(())
        })?;
        Ok(if self.binarize == Binarize::None { support } else { Support::Binary })
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

/// Whether every byte is 0 or 1: bits already, not almost black pixels.
fn holds_bits(dataset: &Dataset) -> Result<bool, DataError> {
    let mut bits = true;
    dataset.for_each_chunk(&dataset.rows(crate::Split::All)?, |batch| {
        let (_, field) = batch.require(Role::Observation)?;
        if let Array::U8(bytes) = field.array() {
            bits = bits && bytes.iter().all(|&byte| byte <= 1);
        }
        Ok(())
    })?;
    Ok(bits)
}

/// 1 above one half, else 0.
fn threshold(grey: &mut [f32]) {
    for value in grey {
        *value = f32::from(*value > 0.5);
    }
}
