//! Examples of a data set as rows.

use std::borrow::Cow;

use jensen_data::{Array, Batch, DataError, Dataset, Draws, Preprocessing, Role};

use super::{MixtureError, RowSource, Rows};

/// The observations and weights of a batch, in double precision.
#[derive(Debug)]
pub struct Numbers<'a> {
    values: Cow<'a, [f64]>,
    columns: usize,
    weights: Option<Vec<f64>>,
}

impl<'a> Numbers<'a> {
    /// Of a batch; not copied where they are doubles already.
    ///
    /// # Errors
    /// [`DataError::MissingRole`] if there are no observations.
    pub fn of(batch: &'a Batch) -> Result<Self, DataError> {
        let field = batch.require(Role::Observation)?;
        let values = match field.array() {
            Array::F64(values) => Cow::Borrowed(&values[..]),
            other => Cow::Owned(other.to_f64()),
        };
        let weights = batch.field(Role::Weight).map(|field| field.array().to_f64());
        Ok(Self { values, columns: field.spec().features(), weights })
    }

    /// The rows.
    ///
    /// # Errors
    /// If a weight is none.
    pub fn rows(&self) -> Result<Rows<'_>, MixtureError> {
        let rows = Rows::new(&self.values, self.columns)?;
        self.weights.as_ref().map_or(Ok(rows), |weights| rows.with_weights(weights))
    }
}

/// Some examples of a data set, as often as they are asked for, however many there are.
#[derive(Clone, Copy, Debug)]
pub struct Examples<'a> {
    /// The data set.
    pub dataset: &'a Dataset,
    /// Which of its rows.
    pub rows: &'a jensen_data::Rows,
    /// How the model sees them.
    pub preprocessing: &'a Preprocessing,
}

impl RowSource for Examples<'_> {
    fn columns(&self) -> usize {
        self.preprocessing.features()
    }

    fn pass(&self, visit: &mut dyn FnMut(Rows<'_>) -> Result<(), MixtureError>) -> Result<(), MixtureError> {
        let (mut first, mut failure) = (0, None);
        let passed = self.dataset.for_each_chunk(self.rows, |batch| {
            if failure.is_some() {
                return Ok(());
            }
            let seen = self.preprocessing.apply(batch.clone(), Draws::Evaluation)?;
            let numbers = Numbers::of(&seen)?;
            let visited = numbers.rows().and_then(|rows| {
                visit(rows.starting_at(first))
                    .map_err(|error| error.moved(|row, column| (row.saturating_sub(first), column)))
            });
            failure = visited.map_err(|error| error.of_rows(seen.rows())).err();
            first += seen.len() as u64;
            Ok(())
        });
        match (failure, passed) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(MixtureError::Source(Box::new(error))),
            (None, Ok(())) => Ok(()),
        }
    }
}
