//! Batches of a split, in shuffled epochs or in order.

use std::ops::Range;

use jensen_random::Rng;

use crate::order::WindowedOrder;
use crate::prefetch::Prefetch;
use crate::window::{WindowReader, window_rows};
use crate::{Batch, DataError, Dataset, Draws, Preprocessing, Rows};

/// Batches that are made ahead of their use, at most.
const AHEAD: usize = 8;

/// Bytes of preprocessed batches that are made ahead, unless one alone has more.
const BYTES_AHEAD: usize = 16 << 20;

/// Batches of some rows of a data set, preprocessed.
///
/// The order of an epoch is named by `rng.fork("order").at(epoch)`, its binarisation by
/// `rng.fork("binarize").at(epoch)` and the row of each example; so an epoch can begin anywhere, and
/// a draw does not move with the batch size.
///
/// Examples in memory come in a uniformly random order. Those that stay in their file are shuffled in
/// two stages: chunks of neighbouring rows all over the file, then the rows of as many chunks as fit
/// into 16 MiB. Each row then still comes at each place of an epoch with the same probability; rows of
/// one chunk come closer together than in a uniform order.
///
/// Batches are made a few ahead of their use on a thread of their own, which ends with the iterator.
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
        Epoch { loader: self, pass: Pass::Epoch(epoch), next: 0, batches: None }
    }

    /// Every example once in the order of the rows, with the binarisation of evaluation.
    pub fn ordered(&self) -> Epoch<'_> {
        Epoch { loader: self, pass: Pass::Ordered, next: 0, batches: None }
    }

    /// Makes the batches of a pass from batch `first` on, ahead of their use.
    fn start(&self, pass: Pass, first: usize) -> Result<Prefetch<Result<Batch, DataError>>, DataError> {
        let reader = Reader {
            dataset: self.dataset.clone(),
            rows: self.rows.clone(),
            preprocessing: self.preprocessing.clone(),
            batch_size: self.batch_size,
            rng: self.rng,
            pass,
            order: None,
            next: first,
        };
        let bytes = self.batch_size.saturating_mul(4 * self.preprocessing.features());
        Prefetch::new(reader, (BYTES_AHEAD / bytes.max(1)).clamp(1, AHEAD)).map_err(|source| DataError::Io {
            action: "start a thread to read",
            path: self.dataset.name().into(),
            source,
        })
    }
}

/// Which pass over the rows.
#[derive(Clone, Copy, Debug)]
enum Pass {
    Epoch(u64),
    Ordered,
}

/// The batches of one pass over the rows of a [`Loader`]; the first error ends them.
#[derive(Debug)]
pub struct Epoch<'a> {
    loader: &'a Loader<'a>,
    pass: Pass,
    next: usize,
    /// Begun with the first batch that is asked for.
    batches: Option<Prefetch<Result<Batch, DataError>>>,
}

impl Iterator for Epoch<'_> {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.loader.batches() {
            self.batches = None;
            return None;
        }
        let batches = match self.batches.take() {
            Some(batches) => batches,
            None => match self.loader.start(self.pass, self.next) {
                Ok(batches) => batches,
                Err(error) => return Some(Err(error)),
            },
        };
        let batches = self.batches.insert(batches);
        self.next += 1;
        batches.next()
    }

    /// Passes over `n` batches without reading them, which makes `skip` free.
    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        if n > 0 {
            self.batches = None;
            self.next = self.next.saturating_add(n);
        }
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.loader.batches().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Epoch<'_> {}

/// Makes the batches of a pass, one after another.
struct Reader {
    dataset: Dataset,
    rows: Rows,
    preprocessing: Preprocessing,
    batch_size: usize,
    rng: Rng<'static>,
    pass: Pass,
    /// Made with the first batch, on the thread that makes it.
    order: Option<Order>,
    next: usize,
}

/// In which order the rows are read.
enum Order {
    Ascending,
    Permuted(Vec<usize>),
    Windowed(Box<WindowReader>),
}

impl Reader {
    fn order(&self) -> Order {
        let Pass::Epoch(epoch) = self.pass else { return Order::Ascending };
        let rng = self.rng.fork("order").at(epoch);
        match self.dataset.chunk_starts() {
            Some(starts) if self.rows.is_ascending() => {
                let window = window_rows(self.dataset.fields());
                let order = WindowedOrder::new(rng, self.rows.clone(), starts, window);
                Order::Windowed(Box::new(WindowReader::new(self.dataset.clone(), self.rows.clone(), order)))
            }
            _ => Order::Permuted(rng.permutation(self.rows.len())),
        }
    }

    fn read(&mut self, steps: Range<usize>) -> Result<Batch, DataError> {
        let order = match self.order.take() {
            Some(order) => order,
            None => self.order(),
        };
        let at = |position: usize| self.rows.at(position);
        let batch = match self.order.insert(order) {
            Order::Ascending => self.dataset.read(&steps.map(at).collect::<Vec<_>>()),
            Order::Permuted(order) => {
                self.dataset.read(&order[steps].iter().map(|&position| at(position)).collect::<Vec<_>>())
            }
            Order::Windowed(reader) => reader.read(steps),
        }?;
        let draws = match self.pass {
            Pass::Epoch(epoch) => Draws::Training(self.rng.fork("binarize").at(epoch)),
            Pass::Ordered => Draws::Evaluation,
        };
        self.preprocessing.apply(batch, draws)
    }
}

impl Iterator for Reader {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next.checked_mul(self.batch_size).filter(|&start| start < self.rows.len())?;
        let end = self.rows.len().min(start.saturating_add(self.batch_size));
        self.next += 1;
        Some(self.read(start..end))
    }
}
