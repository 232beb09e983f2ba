//! The order of an epoch over examples that stay in their file.
//!
//! A file is cheap to read in chunks of neighbouring rows, and too large to hold. So an epoch permutes
//! the chunks, takes them in windows that fit into memory, and permutes the rows within each window.
//! The windows form a ring, which an epoch enters at a row that is drawn too.
//!
//! # How uniform it is
//! Let there be `n` rows in `c` chunks, `k` chunks and `m` rows a window, and batches of `B`.
//!
//! - *Positions.* Each row comes at each position of the epoch with probability exactly `1/n`, whatever
//!   the sizes of chunks and windows: the start is uniform on the ring and independent of it.
//! - *Pairs.* Two rows of one chunk are always in one window. They share a batch with probability
//!   `Σ aᵢ (aᵢ − 1) / (m (m − 1))`, where the boundaries of batches cut the window into pieces of
//!   `aᵢ ≤ B` rows: at most `(B − 1) / (m − 1)`, against `(B − 1) / (n − 1)` of a uniform order.
//! - *Batch means.* Of a file sorted by a quantity of variance `σ²`, the worst case, with equal chunks
//!   that are each constant, the mean of a batch from one window has the variance
//!   `V + (σ² − V) (m − B) / (B (m − 1))` with `V = σ² (c − k) / (k (c − 1))`: two-stage sampling, `k`
//!   of `c` chunks and `B` of their `m` rows, without replacement (Cochran, *Sampling Techniques*,
//!   1977, ch. 10). With many more chunks than `k` that is about `1 + (B − 1)/k` times the variance of
//!   a uniform order; where neighbours are no more alike than any two rows, it is equal to it.

use std::ops::Range;

use jensen_random::Rng;

use crate::Rows;

/// An order of positions `0..n` among ascending rows of a file.
#[derive(Clone, Debug)]
pub(crate) struct WindowedOrder {
    rng: Rng<'static>,
    rows: Rows,
    /// The first row of each chunk, and the end of the last.
    bounds: Vec<u64>,
    /// The chunks in their order around the ring.
    chunks: Vec<usize>,
    chunks_in_window: usize,
    /// Where on the ring each window ends.
    ends: Vec<usize>,
    /// Where on the ring the epoch begins.
    start: usize,
}

impl WindowedOrder {
    /// The order that `rng` names for `rows`, which are ascending, of a file whose chunks begin at
    /// `chunk_starts`; a window is at most `window_rows` rows of the file.
    pub fn new(rng: Rng<'static>, rows: Rows, chunk_starts: &[u64], window_rows: usize) -> Self {
        let end = rows.at(rows.len() - 1) + 1;
        let bounds = bounds(chunk_starts, rows.at(0)..end, window_rows);
        let widths = bounds.windows(2).map(|pair| pair[1] - pair[0]);
        let widest = widths.max().unwrap_or(1) as usize;
        let chunks = rng.fork("chunks").permutation(bounds.len() - 1);
        // As many windows as the largest chunks would need, as equal as they can be.
        let windows = chunks.len().div_ceil((window_rows / widest).max(1));
        let chunks_in_window = chunks.len().div_ceil(windows);
        let mut ends = Vec::with_capacity(windows);
        let mut reached = 0;
        for window in chunks.chunks(chunks_in_window) {
            reached += window
                .iter()
                .map(|&chunk| rows.below(bounds[chunk + 1]) - rows.below(bounds[chunk]))
                .sum::<usize>();
            ends.push(reached);
        }
        let start = rng.fork("start").below(0, rows.len() as u64) as usize;
        Self { rng, rows, bounds, chunks, chunks_in_window, ends, start }
    }

    /// How many windows there are.
    pub fn windows(&self) -> usize {
        self.ends.len()
    }

    /// How many rows a window has.
    pub fn window_len(&self, window: usize) -> usize {
        self.ends[window] - window.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// The positions among the rows that each chunk of a window holds.
    pub fn chunks_of(&self, window: usize) -> impl ExactSizeIterator<Item = Range<usize>> + '_ {
        let from = window * self.chunks_in_window;
        let to = self.chunks.len().min(from + self.chunks_in_window);
        let positions = |bound: u64| self.rows.below(bound);
        self.chunks[from..to]
            .iter()
            .map(move |&chunk| positions(self.bounds[chunk])..positions(self.bounds[chunk + 1]))
    }

    /// The order of the rows of a window, which are counted through its chunks.
    pub fn order_in(&self, window: usize) -> Vec<usize> {
        self.rng.fork("window").at(window as u64).permutation(self.window_len(window))
    }

    /// The window in which step `index` of the epoch falls, and the place in its order.
    pub fn locate(&self, index: usize) -> (usize, usize) {
        let place = (self.start + index) % self.rows.len();
        let window = self.ends.partition_point(|&end| end <= place);
        (window, place - (self.ends[window] - self.window_len(window)))
    }
}

/// The first row of each chunk that meets `range`, and the end of the last; chunks above a quarter of
/// the window are cut.
fn bounds(chunk_starts: &[u64], range: Range<u64>, window_rows: usize) -> Vec<u64> {
    let longest = (window_rows as u64 / 4).max(1);
    let first = chunk_starts.partition_point(|&start| start <= range.start).saturating_sub(1);
    let last = chunk_starts.partition_point(|&start| start < range.end);
    let mut bounds = Vec::with_capacity(last - first + 1);
    for chunk in first..last {
        let from = chunk_starts[chunk].max(range.start);
        let to = chunk_starts.get(chunk + 1).map_or(range.end, |&next| next.min(range.end));
        let pieces = (to - from).div_ceil(longest);
        bounds.extend((0..pieces).map(|piece| from + (to - from) * piece / pieces));
    }
    bounds.push(range.end);
    bounds
}
