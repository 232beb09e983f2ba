//! Named fields over one example axis.

use std::collections::HashSet;
use std::sync::Arc;

use jensen_random::Rng;

use crate::source::{InMemory, Source};
use crate::{Batch, DataError, DataSpec, Field, FieldSpec, Role, Rows, Split, Strata, embedded, format};

/// A data set: named fields over one example axis, named splits, random access by row.
///
/// # Example
/// ```
/// use jensen_data::{DataSpec, Dataset, Split};
/// let digits = Dataset::open(&DataSpec::new("digits"))?;
/// let first = digits.read(&[0, 1, 2])?;
/// assert_eq!(first.labels(), Some(vec![5, 0, 4]));
/// assert_eq!(digits.rows(Split::Test)?.len(), 2000);
/// # Ok::<(), jensen_data::DataError>(())
/// ```
///
/// A clone is cheap: it is of the same examples.
#[derive(Clone, Debug)]
pub struct Dataset {
    name: Arc<str>,
    source: Arc<dyn Source>,
    train: Rows,
    valid: Option<Rows>,
    test: Option<Rows>,
    unread: Vec<String>,
}

impl Dataset {
    /// Opens an embedded set by its name, or a file or folder by its path; the format is told from
    /// the content.
    ///
    /// # Errors
    /// If there is no such data, or it cannot be read; the message names file, position and remedy.
    pub fn open(spec: &DataSpec) -> Result<Self, DataError> {
        check_columns_once(spec)?;
        match embedded::find(&spec.source) {
            Some(embedded) => embedded.load(spec),
            None => format::open(spec),
        }
    }

    /// A data set of fields in memory; every example is for training.
    ///
    /// # Errors
    /// If there is no example, or the fields differ in their number of examples.
    ///
    /// # Example
    /// ```
    /// use jensen_data::{Array, Dataset, Field, Role};
    /// let x = Field::new("x", Role::Observation, vec![2], Array::F64(vec![0.0, 1.0, 2.0, 3.0]))?;
    /// let y = Field::new("y", Role::Label, vec![], Array::I64(vec![0, 1]))?;
    /// assert_eq!(Dataset::from_fields("points", vec![x, y])?.len(), 2);
    /// # Ok::<(), jensen_data::DataError>(())
    /// ```
    pub fn from_fields(name: &str, fields: Vec<Field>) -> Result<Self, DataError> {
        Ok(Self::from_source(name, Arc::new(InMemory::new(name, fields)?)))
    }

    /// A data set of arrays in memory, of which `spec` chooses as of those of an npz file: by name, whatever the roles of
    /// the fields are. Messages name its source.
    ///
    /// # Errors
    /// As of a file with these arrays.
    ///
    /// # Example
    /// ```
    /// use jensen_data::{Array, DataSpec, Dataset, Field, Role};
    /// let array = |name, values| Field::new(name, Role::Observation, vec![], Array::F64(values));
    /// let arrays = vec![array("x", vec![0.0, 1.0])?, array("action", vec![0.5, 0.5])?, array("time", vec![0.0, 1.0])?];
    /// let dataset = Dataset::from_arrays(&DataSpec::new("memory"), arrays)?;
    /// assert_eq!(dataset.require(Role::Action)?.name, "action");
    /// assert_eq!(dataset.unread(), ["time"]);
    /// # Ok::<(), jensen_data::DataError>(())
    /// ```
    pub fn from_arrays(spec: &DataSpec, arrays: Vec<Field>) -> Result<Self, DataError> {
        check_columns_once(spec)?;
        format::of_arrays(spec, arrays)
    }

    /// A data set of examples wherever they lie; every example is for training.
    pub(crate) fn from_source(name: &str, source: Arc<dyn Source>) -> Self {
        let train = Rows::Range(0..source.len() as u64);
        Self { name: name.into(), source, train, valid: None, test: None, unread: Vec::new() }
    }

    /// Says that the first examples are for training, those after them for validation (where there
    /// are any) and the rest for testing.
    pub(crate) fn with_split_sizes(mut self, train: usize, valid: usize) -> Self {
        let (train, valid, len) = (train as u64, (train + valid) as u64, self.len() as u64);
        let some = |from, to| (from < to).then_some(Rows::Range(from..to));
        self.train = Rows::Range(0..train);
        self.valid = some(train, valid);
        self.test = some(valid, len);
        self
    }

    /// Says which arrays of the file are no part of the data.
    pub(crate) fn with_unread(self, unread: Vec<String>) -> Self {
        Self { unread, ..self }
    }

    /// The arrays of its file whose names say nothing and that were not left out: no part of the data.
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// Says which examples are for what.
    pub(crate) fn with_splits(self, train: Rows, valid: Option<Rows>, test: Option<Rows>) -> Self {
        Self { train, valid, test, ..self }
    }

    /// Where the examples lie.
    pub(crate) fn into_source(self) -> Arc<dyn Source> {
        self.source
    }

    /// Keeps a fraction of the training examples for validation, chosen by `seed`; a data set that
    /// brings its own validation split keeps that.
    ///
    /// The rows come from `Rng::seed(seed).fork("validation")`, so the same seed always gives the
    /// same split. Of examples in memory any set of that size is equally likely. Of examples that stay
    /// in their file one is drawn from each of as many equal strata ([`Strata`]): no list of rows is
    /// kept, so that the split of a billion examples costs nothing.
    ///
    /// # Errors
    /// If the fraction is outside `[0, 1)`, or leaves one of the two without examples.
    pub fn with_validation(mut self, fraction: f64, seed: u64) -> Result<Self, DataError> {
        let refuse = |expected: &str| {
            Err(DataError::Option {
                option: "data.validation",
                value: fraction.to_string(),
                expected: expected.to_owned(),
            })
        };
        if !(0.0..1.0).contains(&fraction) {
            return refuse("a fraction in [0, 1)");
        }
        if fraction == 0.0 || self.valid.is_some() {
            return Ok(self);
        }
        let n = self.train.len();
        let kept = (fraction * n as f64).round() as usize;
        if kept == 0 || kept == n {
            return refuse(&format!("0, or leave at least one of the {n} examples on either side"));
        }
        if let (Rows::Range(range), true) = (&self.train, self.stays_in_file()) {
            let (valid, train) = Strata::split(range.clone(), kept, seed);
            self.valid = Some(Rows::Strata(valid));
            self.train = Rows::Strata(train);
            return Ok(self);
        }
        let order = Rng::seed(seed).fork("validation").permutation(n);
        let sorted = |positions: &[usize]| {
            let mut rows: Vec<u64> = positions.iter().map(|&position| self.train.at(position)).collect();
            rows.sort_unstable();
            Rows::from(rows)
        };
        let (valid, train) = (sorted(&order[..kept]), sorted(&order[kept..]));
        self.valid = Some(valid);
        self.train = train;
        Ok(self)
    }

    /// Whether examples are read from their file each time.
    pub fn stays_in_file(&self) -> bool {
        self.source.chunk_starts().is_some()
    }

    /// Where runs of rows that are cheap to read together begin, if examples stay in their file.
    pub(crate) fn chunk_starts(&self) -> Option<&[u64]> {
        self.source.chunk_starts()
    }

    /// The name for messages: that of the embedded set, or the path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many examples, over all splits.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Never: a data set has at least one example.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The schema of each field.
    pub fn fields(&self) -> &[FieldSpec] {
        self.source.fields()
    }

    /// The schema of the first field of a role.
    pub fn field(&self, role: Role) -> Option<&FieldSpec> {
        self.fields().iter().find(|field| field.role == role)
    }

    /// The schema of the first field of a role that is needed.
    ///
    /// # Errors
    /// [`DataError::MissingRole`] if there is none.
    pub fn require(&self, role: Role) -> Result<&FieldSpec, DataError> {
        self.field(role).ok_or_else(|| DataError::MissingRole {
            name: self.name.to_string(),
            role,
            available: describe(self.fields().iter()),
        })
    }

    /// The rows of a split; `None` if the data set does not have it. `Train` and `All` always exist.
    pub fn split(&self, split: Split) -> Option<Rows> {
        match split {
            Split::Train => Some(self.train.clone()),
            Split::Valid => self.valid.clone(),
            Split::Test => self.test.clone(),
            Split::All => Some(Rows::Range(0..self.len() as u64)),
        }
    }

    /// The rows of a split that is needed.
    ///
    /// # Errors
    /// [`DataError::MissingSplit`] if the data set does not have it.
    pub fn rows(&self, split: Split) -> Result<Rows, DataError> {
        self.split(split).ok_or_else(|| DataError::MissingSplit {
            name: self.name.to_string(),
            split,
            available: self.splits().map(|split| split.to_string()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The splits there are.
    pub fn splits(&self) -> impl Iterator<Item = Split> + '_ {
        Split::EVERY.into_iter().filter(|&split| self.split(split).is_some())
    }

    /// What a model is judged by: `Test`, or `All` of a data set without a test split.
    pub fn evaluation_split(&self) -> Split {
        if self.test.is_some() { Split::Test } else { Split::All }
    }

    /// The examples `rows`, in this order, as they are in the file.
    ///
    /// # Errors
    /// If a row does not exist, or the file can no longer be read.
    pub fn read(&self, rows: &[u64]) -> Result<Batch, DataError> {
        if let Some(&row) = rows.iter().find(|&&row| row >= self.len() as u64) {
            return Err(DataError::RowOutOfRange { name: self.name.to_string(), row, len: self.len() });
        }
        Ok(Batch::new(self.name.clone(), rows.to_vec(), self.source.read(rows)?))
    }

    /// The fields of rows that exist.
    pub(crate) fn read_fields(&self, rows: &[u64]) -> Result<Vec<Field>, DataError> {
        self.source.read(rows)
    }

    /// The batch of fields that were read before.
    pub(crate) fn batch(&self, rows: Vec<u64>, fields: Vec<Field>) -> Batch {
        Batch::new(self.name.clone(), rows, fields)
    }

    /// Visits the examples `rows` in order, as many at a time as take a few megabytes.
    ///
    /// # Errors
    /// If the file can no longer be read, or `visit` fails.
    pub fn for_each_chunk(
        &self,
        rows: &Rows,
        mut visit: impl FnMut(&Batch) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let features: usize = self.fields().iter().map(FieldSpec::features).sum();
        let rows_at_once = ((1 << 20) / features).max(1);
        let mut chunk = Vec::with_capacity(rows_at_once.min(rows.len()));
        for start in (0..rows.len()).step_by(rows_at_once) {
            chunk.clear();
            chunk.extend((start..rows.len().min(start + rows_at_once)).map(|position| rows.at(position)));
            visit(&self.read(&chunk)?)?;
        }
        Ok(())
    }
}

/// Columns are found again by their names.
fn check_columns_once(spec: &DataSpec) -> Result<(), DataError> {
    let mut asked = HashSet::new();
    match spec.columns.iter().flatten().find(|name| !asked.insert(*name)) {
        None => Ok(()),
        Some(twice) => Err(DataError::Option {
            option: "data.columns",
            value: format!("`{twice}` twice"),
            expected: "each column once".to_owned(),
        }),
    }
}

/// The fields for a message: `` `x` (observation), `y` (label) ``.
pub(crate) fn describe<'a>(fields: impl Iterator<Item = &'a FieldSpec>) -> String {
    fields.map(|field| format!("`{}` ({})", field.name, field.role)).collect::<Vec<_>>().join(", ")
}
