//! What values the columns have.

use crate::mixture::{MixtureError, RowSource, Rows};

/// How many categories there may be.
const MOST: usize = 1 << 31;

/// How many a column may have whose number is told by its largest value: more is likelier no category at all.
const MOST_SEEN: usize = 1 << 20;

/// How many categories each column has; its values are the whole numbers below.
///
/// # Example
/// ```
/// use jensen_models::mixture::{Categories, Rows};
/// let categories = Categories::of(&Rows::new(&[0.0, 2.0, f64::NAN, 0.0], 2)?)?;
/// assert_eq!(categories.counts(), [2, 3]); // two at least
/// # Ok::<(), jensen_models::mixture::MixtureError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Categories {
    counts: Vec<usize>,
    /// Where the categories of each column begin among all.
    offsets: Vec<usize>,
    all: usize,
}

impl Categories {
    /// Of so many in each column.
    ///
    /// # Errors
    /// [`MixtureError::Parameter`] if there is no column, one without categories, or more than 2³¹ in all.
    pub fn new(counts: Vec<usize>) -> Result<Self, MixtureError> {
        let wrong = |problem| Err(MixtureError::Parameter { name: "categories", problem });
        if counts.is_empty() || counts.contains(&0) {
            return wrong("must be one or more in each column".to_owned());
        }
        let mut offsets = Vec::with_capacity(counts.len());
        let mut all = 0_usize;
        for count in &counts {
            offsets.push(all);
            all = all.saturating_add(*count);
        }
        if all > MOST {
            return wrong(format!("are {all} in all, but must be 2^31 or fewer"));
        }
        Ok(Self { counts, offsets, all })
    }

    /// Two in each of so many columns.
    ///
    /// # Errors
    /// If there are no columns.
    pub fn binary(columns: usize) -> Result<Self, MixtureError> {
        Self::new(vec![2; columns])
    }

    /// So many as the data have: one more than the largest value of each column, and two at least.
    ///
    /// # Errors
    /// [`MixtureError::Category`] for a value that is no whole number from 0 to 2²⁰, and those of the source.
    pub fn of(source: &dyn RowSource) -> Result<Self, MixtureError> {
        let mut counts = vec![2; source.columns()];
        source.pass(&mut |rows: Rows<'_>| {
            rows.check_width(counts.len())?;
            for at in 0..rows.len() {
                for (column, &value) in rows.row(at).iter().enumerate().filter(|(_, value)| !value.is_nan()) {
                    let code = code(rows, at, column, value, MOST_SEEN)?;
                    counts[column] = counts[column].max(code + 1);
                }
            }
            Ok(())
        })?;
        Self::new(counts)
    }

    /// How many each column has.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.counts.len()
    }

    /// How many categories there are in all columns together.
    pub fn all(&self) -> usize {
        self.all
    }

    /// Where the categories of a column lie among all.
    pub fn range(&self, column: usize) -> std::ops::Range<usize> {
        self.offsets[column]..self.offsets[column] + self.counts[column]
    }

    /// The place of each value among all categories, `[rows, columns]`; of a missing one that after the last.
    pub(crate) fn places(&self, rows: Rows<'_>, out: &mut Vec<u32>) -> Result<(), MixtureError> {
        rows.check_width(self.columns())?;
        out.clear();
        for at in 0..rows.len() {
            for (column, &value) in rows.row(at).iter().enumerate() {
                out.push(if value.is_nan() {
                    self.all as u32
                } else {
                    let code = code(rows, at, column, value, self.counts[column])?;
                    (self.offsets[column] + code) as u32
                });
            }
        }
        Ok(())
    }
}

/// The category that a value is.
fn code(
    rows: Rows<'_>,
    at: usize,
    column: usize,
    value: f64,
    categories: usize,
) -> Result<usize, MixtureError> {
    let code = value as usize;
    if code as f64 == value && code < categories {
        Ok(code)
    } else {
        Err(MixtureError::Category { row: rows.number(at), column, value, categories })
    }
}
