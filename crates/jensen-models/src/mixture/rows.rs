//! Rows of numbers, and where more of them come from than fit in memory.

use super::MixtureError;

/// Rows as they lie in memory, row-major, each with a weight; NaN is a missing value.
///
/// # Example
/// ```
/// use jensen_models::mixture::Rows;
/// let rows = Rows::new(&[1.0, 2.0, 3.0, f64::NAN], 2)?.with_weights(&[1.0, 0.5])?;
/// assert_eq!(rows.len(), 2);
/// # Ok::<(), jensen_models::mixture::MixtureError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    values: &'a [f64],
    columns: usize,
    weights: Option<&'a [f64]>,
    first: u64,
}

impl<'a> Rows<'a> {
    /// Rows of `columns` numbers, of weight one each.
    ///
    /// # Errors
    /// If the numbers do not fill rows.
    pub fn new(values: &'a [f64], columns: usize) -> Result<Self, MixtureError> {
        if columns == 0 || !values.len().is_multiple_of(columns) {
            return Err(MixtureError::Shape { what: "rows", expected: columns, found: values.len() });
        }
        Ok(Self { values, columns, weights: None, first: 0 })
    }

    /// The rows with these weights: a row of weight 2 counts as the row twice.
    ///
    /// # Errors
    /// If there is not one finite weight, zero or more, for each row.
    pub fn with_weights(self, weights: &'a [f64]) -> Result<Self, MixtureError> {
        if weights.len() != self.len() {
            return Err(MixtureError::Shape { what: "weights", expected: self.len(), found: weights.len() });
        }
        match weights.iter().position(|&weight| !(0.0..f64::INFINITY).contains(&weight)) {
            Some(at) => Err(MixtureError::RowWeight { row: self.first + at as u64, weight: weights[at] }),
            None => Ok(Self { weights: Some(weights), ..self }),
        }
    }

    /// The same rows, the first of them being row `first` of all the data. Messages and draws name rows by it.
    pub fn starting_at(self, first: u64) -> Self {
        Self { first, ..self }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many numbers a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The number of row `at` among all the data.
    pub fn number(&self, at: usize) -> u64 {
        self.first + at as u64
    }

    /// Row `at`.
    pub fn row(&self, at: usize) -> &'a [f64] {
        &self.values[at * self.columns..(at + 1) * self.columns]
    }

    /// The weight of row `at`.
    pub fn weight(&self, at: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[at])
    }

    /// The rows `from..to` of these.
    pub(crate) fn slice(&self, from: usize, to: usize) -> Self {
        Self {
            values: &self.values[from * self.columns..to * self.columns],
            weights: self.weights.map(|weights| &weights[from..to]),
            first: self.first + from as u64,
            columns: self.columns,
        }
    }

    /// That the rows are as wide as a mixture.
    pub(crate) fn check_width(&self, columns: usize) -> Result<(), MixtureError> {
        if self.columns == columns {
            return Ok(());
        }
        Err(MixtureError::Shape { what: "a row", expected: columns, found: self.columns })
    }

    /// That the rows are as wide as a mixture and no value is infinite.
    pub(crate) fn check(&self, columns: usize) -> Result<(), MixtureError> {
        self.check_width(columns)?;
        match self.values.iter().position(|value| value.is_infinite()) {
            Some(at) => Err(MixtureError::Infinite { row: self.number(at / columns), column: at % columns }),
            None => Ok(()),
        }
    }
}

/// What gives all rows of the data, block by block, as often as it is asked.
///
/// The blocks must be the same in each pass. Cut them at multiples of [`BLOCK`](super::BLOCK) rows that are large
/// enough for all threads (some hundred thousand numbers at least).
pub trait RowSource {
    /// How many numbers a row has.
    fn columns(&self) -> usize;

    /// Hands every block to `visit`, in order, each [`starting_at`](Rows::starting_at) its place in the data.
    ///
    /// # Errors
    /// What `visit` returns, or [`MixtureError::Source`].
    fn pass(&self, visit: &mut dyn FnMut(Rows<'_>) -> Result<(), MixtureError>) -> Result<(), MixtureError>;
}

impl RowSource for Rows<'_> {
    fn columns(&self) -> usize {
        self.columns
    }

    fn pass(&self, visit: &mut dyn FnMut(Rows<'_>) -> Result<(), MixtureError>) -> Result<(), MixtureError> {
        visit(*self)
    }
}
