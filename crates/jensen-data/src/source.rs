//! Where the numbers of a data set lie.

use std::fmt::Debug;

use crate::DataError;
use crate::{Field, FieldSpec};

/// Random access to the examples of a data set, wherever they lie.
///
/// The seam for files that do not fit into memory: they implement it by reading at positions.
pub(crate) trait Source: Debug + Send + Sync {
    /// The schema of each field.
    fn fields(&self) -> &[FieldSpec];

    /// How many examples there are.
    fn len(&self) -> usize;

    /// The examples `rows`, all below [`len`](Self::len), one array a field.
    fn read(&self, rows: &[u64]) -> Result<Vec<Field>, DataError>;

    /// Where runs of rows that are cheap to read together begin, ascending from 0, for examples that
    /// stay in their file; `None` where any order costs the same.
    ///
    /// A fact of the file alone, since the order of an epoch follows from it.
    fn chunk_starts(&self) -> Option<&[u64]> {
        None
    }
}

/// Examples in memory.
#[derive(Debug)]
pub(crate) struct InMemory {
    specs: Vec<FieldSpec>,
    fields: Vec<Field>,
    len: usize,
}

impl InMemory {
    pub(crate) fn new(name: &str, fields: Vec<Field>) -> Result<Self, DataError> {
        let Some(first) = fields.first() else { return Err(DataError::Empty { name: name.to_owned() }) };
        let len = first.rows();
        if let Some(other) = fields.iter().find(|field| field.rows() != len) {
            return Err(DataError::CountMismatch {
                first: first.spec().name.clone(),
                first_rows: len,
                second: other.spec().name.clone(),
                second_rows: other.rows(),
            });
        }
        if len == 0 {
            return Err(DataError::Empty { name: name.to_owned() });
        }
        Ok(Self { specs: fields.iter().map(|field| field.spec().clone()).collect(), fields, len })
    }
}

impl Source for InMemory {
    fn fields(&self) -> &[FieldSpec] {
        &self.specs
    }

    fn len(&self) -> usize {
        self.len
    }

    fn read(&self, rows: &[u64]) -> Result<Vec<Field>, DataError> {
        Ok(self.fields.iter().map(|field| field.gather(rows)).collect())
    }
}
