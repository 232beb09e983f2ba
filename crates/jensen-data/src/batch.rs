//! Some examples of a data set, with the rows they came from.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::{DataError, Field, Role};

/// Some examples of a data set.
///
/// As read, observations are in the data's own units and type; after
/// [`Preprocessing`](crate::Preprocessing) they are f32, as the model sees them.
#[derive(Clone, Debug)]
pub struct Batch {
    dataset: Arc<str>,
    rows: Vec<u64>,
    fields: Vec<Field>,
    log_jacobian: Vec<f64>,
}

impl Batch {
    pub(crate) fn new(dataset: Arc<str>, rows: Vec<u64>, fields: Vec<Field>) -> Self {
        let log_jacobian = vec![0.0; rows.len()];
        Self { dataset, rows, fields, log_jacobian }
    }

    /// A batch of examples that were taken from a data set before: what [`rows`](Self::rows),
    /// [`fields`](Self::fields) and [`log_jacobian`](Self::log_jacobian) gave.
    ///
    /// # Errors
    /// [`DataError::CountMismatch`] if a field or the Jacobian has another number of examples than `rows`.
    pub fn from_parts(
        dataset: &str,
        rows: Vec<u64>,
        fields: Vec<Field>,
        log_jacobian: Vec<f64>,
    ) -> Result<Self, DataError> {
        let lengths = fields.iter().map(|field| (field.spec().name.as_str(), field.rows()));
        let lengths = lengths.chain([("log_jacobian", log_jacobian.len())]);
        for (field, found) in lengths {
            if found != rows.len() {
                return Err(DataError::CountMismatch {
                    first: "rows".to_owned(),
                    first_rows: rows.len(),
                    second: field.to_owned(),
                    second_rows: found,
                });
            }
        }
        Ok(Self { dataset: dataset.into(), rows, fields, log_jacobian })
    }

    /// The examples at these positions of the batch.
    ///
    /// # Panics
    /// If a position is out of range.
    pub fn select(&self, positions: &[usize]) -> Self {
        let places: Vec<u64> = positions.iter().map(|&position| position as u64).collect();
        Self {
            dataset: Arc::clone(&self.dataset),
            rows: positions.iter().map(|&position| self.rows[position]).collect(),
            fields: self.fields.iter().map(|field| field.gather(&places)).collect(),
            log_jacobian: positions.iter().map(|&position| self.log_jacobian[position]).collect(),
        }
    }

    /// The index of each example in its data set.
    pub fn rows(&self) -> &[u64] {
        &self.rows
    }

    /// How many examples.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The name of the data set, for messages.
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// `log |dx'/dx|` of each example in nats, where `x'` is what the batch holds and `x` the datum in
    /// its own units, over the values that are there; zero as read. Where there is a [`Target`](crate::Target), of that alone.
    pub fn log_jacobian(&self) -> &[f64] {
        &self.log_jacobian
    }

    /// The fields.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The first field of a role.
    pub fn field(&self, role: Role) -> Option<&Field> {
        self.fields.iter().find(|field| field.spec().role == role)
    }

    /// The field of `role` as f32, shape `[rows, features]`, each example flattened row-major.
    ///
    /// # Errors
    /// [`DataError::MissingRole`] if there is no such field.
    pub fn tensor(&self, role: Role, device: &Device) -> Result<Tensor<2>, DataError> {
        let field = self.require(role)?;
        let shape = [self.len(), field.spec().features()];
        Ok(Tensor::from_data(TensorData::new(field.array().to_f32(), shape), device))
    }

    /// The label of each example, if the data set has whole-numbered labels.
    pub fn labels(&self) -> Option<Vec<i64>> {
        self.field(Role::Label).and_then(|field| field.array().to_i64())
    }

    /// The first field of a role that is needed.
    ///
    /// # Errors
    /// [`DataError::MissingRole`] if there is no such field.
    pub fn require(&self, role: Role) -> Result<&Field, DataError> {
        self.place_of(role).map(|place| &self.fields[place])
    }

    /// Where the first field of a role is that is needed.
    pub(crate) fn place_of(&self, role: Role) -> Result<usize, DataError> {
        let found = self.fields.iter().position(|field| field.spec().role == role);
        found.ok_or_else(|| DataError::MissingRole {
            name: self.dataset.to_string(),
            role,
            available: crate::dataset::describe(self.fields.iter().map(Field::spec)),
        })
    }

    /// Puts a preprocessed field in the place of one as read.
    pub(crate) fn replace(&mut self, index: usize, field: Field, log_jacobian: Vec<f64>) {
        self.fields[index] = field;
        self.log_jacobian = log_jacobian;
    }
}
