//! Batches of a split, in shuffled epochs or in order.

use jensen_random::Rng;

use crate::{Batch, DataError, Dataset, Draws, Preprocessing, Rows};

/// Batches of some rows of a data set, preprocessed.
///
/// The order of an epoch is named by `rng.fork("order").at(epoch)`, its binarisation by
/// `rng.fork("binarize").at(epoch)` and the row of each example; so an epoch can begin anywhere, and
/// a draw does not move with the batch size.
#[derive(Clone, Debug)]
pub struct Loader<'a> {
    dataset: &'a Dataset,
    rows: Rows,
    preprocessing: &'a Preprocessing,
    batch_size: usize,
    rng: Rng<'static>,
}

impl<'a> Loader<'a> {
    /// Batches of `batch_size` examples; the last of an epoch holds what is left.
    ///
    /// # Errors
    /// If the batch size is zero or there are no rows.
    pub fn new(
        dataset: &'a Dataset,
        rows: Rows,
        preprocessing: &'a Preprocessing,
        batch_size: usize,
        rng: Rng<'static>,
    ) -> Result<Self, DataError> {
        if batch_size == 0 {
            return Err(DataError::Option {
                option: "batch_size",
                value: "0".to_owned(),
                expected: "at least 1".to_owned(),
            });
        }
        if rows.is_empty() {
            return Err(DataError::Empty { name: format!("the selection of rows of {}", dataset.name()) });
        }
        Ok(Self { dataset, rows, preprocessing, batch_size, rng })
    }

    /// How many examples an epoch has.
    pub fn examples(&self) -> usize {
        self.rows.len()
    }

    /// How many batches an epoch has.
    pub fn batches(&self) -> usize {
        self.rows.len().div_ceil(self.batch_size)
    }

    /// How many examples a batch has, but for the last.
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// The data set.
    pub fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    /// The preprocessing.
    pub fn preprocessing(&self) -> &'a Preprocessing {
        self.preprocessing
    }

    /// The mean of each feature of the observations as the model sees them, `[features]`: what a
    /// decoder's bias can start from (its log-odds, for a Bernoulli likelihood).
    ///
    /// # Errors
    /// If an observation is not finite or out of range.
    pub fn observation_mean(&self) -> Result<Vec<f64>, DataError> {
        self.preprocessing.mean(self.dataset, &self.rows)
    }

    /// Epoch `epoch` in its shuffled order; `.skip(n)` begins at batch `n` without reading the
    /// batches before it.
    pub fn epoch(&self, epoch: u64) -> Epoch<'_> {
        Epoch {
            loader: self,
            order: Some(self.rng.fork("order").at(epoch).permutation(self.rows.len())),
            draws: Draws::Training(self.rng.fork("binarize").at(epoch)),
            next: 0,
        }
    }

    /// Every example once in the order of the rows, with the binarisation of evaluation.
    pub fn ordered(&self) -> Epoch<'_> {
        Epoch { loader: self, order: None, draws: Draws::Evaluation, next: 0 }
    }
}

/// The batches of one pass over the rows of a [`Loader`].
#[derive(Clone, Debug)]
pub struct Epoch<'a> {
    loader: &'a Loader<'a>,
    order: Option<Vec<usize>>,
    draws: Draws<'a>,
    next: usize,
}

impl Iterator for Epoch<'_> {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Loader { dataset, rows, preprocessing, batch_size, .. } = self.loader;
        let start = self.next.checked_mul(*batch_size).filter(|&start| start < rows.len())?;
        let end = rows.len().min(start + batch_size);
        self.next += 1;
        let rows: Vec<u64> = match &self.order {
            Some(order) => order[start..end].iter().map(|&position| rows.at(position)).collect(),
            None => (start..end).map(|position| rows.at(position)).collect(),
        };
        Some(dataset.read(&rows).and_then(|batch| preprocessing.apply(batch, self.draws)))
    }

    /// Passes over `n` batches without reading them, which makes `skip` free.
    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.next = self.next.saturating_add(n);
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.loader.batches().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Epoch<'_> {}
