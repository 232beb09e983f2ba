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

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert, prop_assert_eq, prop_assume, proptest};

    use super::*;
    use crate::Strata;

    /// The rows in the order of an epoch.
    fn visited(order: &WindowedOrder) -> Vec<u64> {
        let positions = |window| -> Vec<usize> { order.chunks_of(window).flatten().collect() };
        let windows: Vec<_> =
            (0..order.windows()).map(|window| (positions(window), order.order_in(window))).collect();
        let row = |step| {
            let (window, place) = order.locate(step);
            let (positions, order_in) = &windows[window];
            order.rows.at(positions[order_in[place]])
        };
        (0..order.rows.len()).map(row).collect()
    }

    fn equal_chunks(n: u64, chunk: usize) -> Vec<u64> {
        (0..n).step_by(chunk).collect()
    }

    proptest! {
        #[test]
        fn each_row_comes_once(
            widths in prop::collection::vec(1u64..30, 1..20),
            window in 1usize..80,
            part in 0usize..4,
            seed: u64,
        ) {
            let mut starts = vec![0];
            for width in &widths {
                starts.push(starts[starts.len() - 1] + width);
            }
            let n = starts.pop().expect("an end");
            prop_assume!(n > 3);
            let (drawn, left) = Strata::split(0..n, (n / 3) as usize, seed);
            let rows = [Rows::Range(0..n), Rows::Range(n / 3..n), Rows::Strata(drawn), Rows::Strata(left)];
            let rows = rows[part].clone();
            let order = WindowedOrder::new(Rng::seed(seed), rows.clone(), &starts, window);
            for window_index in 0..order.windows() {
                prop_assert!(order.window_len(window_index) <= window, "a window is larger than memory");
            }
            let mut visited = visited(&order);
            visited.sort_unstable();
            prop_assert_eq!(visited, rows.iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn epochs_differ_and_repeat() {
        let order = |index| {
            let rng = Rng::seed(1).at(index);
            visited(&WindowedOrder::new(rng, Rows::Range(0..100), &equal_chunks(100, 5), 20))
        };
        assert_eq!(order(0), order(0));
        assert_ne!(order(0), order(1));
    }

    /// χ² of the position of three rows over 40,000 epochs in 50 bins of two: a false alarm above 129
    /// with 49 degrees of freedom has probability 3e-9. Chunks and windows are of unequal sizes, where
    /// only the drawn start makes positions uniform.
    #[test]
    fn each_position_is_as_likely_for_each_row() {
        let (n, epochs) = (100u64, 40_000u64);
        let starts = [0, 3, 4, 20, 41, 43, 70, 71, 72, 90];
        let mut counts = [[0u32; 50]; 3];
        for epoch in 0..epochs {
            let order = WindowedOrder::new(Rng::seed(5).at(epoch), Rows::Range(0..n), &starts, 40);
            for (step, row) in visited(&order).into_iter().enumerate() {
                if let Some(watched) = [0, 50, 99].iter().position(|&watched| watched == row) {
                    counts[watched][step / 2] += 1;
                }
            }
        }
        let expected = epochs as f64 / 50.0;
        for counts in counts {
            let chi_squared: f64 =
                counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
            assert!(chi_squared < 129.0, "{chi_squared}");
        }
    }

    /// How often the batches of one epoch pair two rows of one chunk, against Σ aᵢ (aᵢ − 1) / (m (m − 1)),
    /// and two rows of different chunks, against the probability that their chunks share a window times
    /// the same; within five standard errors over 20,000 epochs (false alarm 6e-7 each).
    #[test]
    fn neighbours_share_a_batch_as_often_as_stated() {
        let (n, chunk, window, batch, epochs) = (240u64, 6usize, 60usize, 16usize, 20_000u64);
        let (c, m) = (n as f64 / chunk as f64, window as f64);
        let k = m / chunk as f64;
        let (mut same, mut other) = (0u32, 0u32);
        let (mut expected, mut across) = (0.0, 0.0);
        for epoch in 0..epochs {
            let order = WindowedOrder::new(
                Rng::seed(9).at(epoch),
                Rows::Range(0..n),
                &equal_chunks(n, chunk),
                window,
            );
            let visited = visited(&order);
            let batch_of =
                |row: u64| visited.iter().position(|&other| other == row).expect("it comes") / batch;
            same += u32::from(batch_of(7) == batch_of(8));
            other += u32::from(batch_of(7) == batch_of(100));
            // Pieces of each window between the boundaries of batches; the mean over windows is what a
            // pair meets, since its chunk is in each window alike.
            let mut pieces = std::collections::BTreeMap::<(usize, usize), f64>::new();
            for step in 0..n as usize {
                *pieces.entry((order.locate(step).0, step / batch)).or_default() += 1.0;
            }
            let pairs: f64 = pieces.values().map(|a| a * (a - 1.0)).sum();
            let shared = pairs / (m * (m - 1.0)) / (n as f64 / m);
            expected += shared;
            across += shared * (k - 1.0) / (c - 1.0);
            assert!(shared <= (batch as f64 - 1.0) / (m - 1.0) + 1e-12);
        }
        for (count, expected) in [(same, expected), (other, across)] {
            let error = (f64::from(count) - expected) / expected.sqrt();
            assert!(error.abs() < 5.0, "{count} against {expected:.1}: {error:.1} standard errors");
        }
    }

    /// The variance of a batch's mean over a sorted file, against the formula of two-stage sampling.
    /// The mean of 30,000 squares of a nearly normal variable is within 5·√(2/30,000) = 4 % of its
    /// expectation (false alarm 6e-7).
    #[test]
    fn a_sorted_file_inflates_the_variance_of_batch_means_as_stated() {
        let (chunk, chunks, window, batch, epochs) = (4usize, 60usize, 40usize, 20usize, 30_000u64);
        let n = (chunk * chunks) as u64;
        let value = |row: u64| (row / chunk as u64) as f64; // sorted, constant within chunks
        let mean = (chunks as f64 - 1.0) / 2.0;
        let variance = (0..n).map(|row| (value(row) - mean).powi(2)).sum::<f64>() / n as f64;
        let mut squares = 0.0;
        for epoch in 0..epochs {
            let order = WindowedOrder::new(
                Rng::seed(3).at(epoch),
                Rows::Range(0..n),
                &equal_chunks(n, chunk),
                window,
            );
            // The first batch of the second window that is entered lies in one window.
            let visited = visited(&order);
            let first = (0..n as usize).find(|&step| order.locate(step).1 == 0).expect("a window begins");
            let steps = (first..first + batch).map(|step| visited[step % n as usize]);
            squares += (steps.map(value).sum::<f64>() / batch as f64 - mean).powi(2);
        }
        let (c, k, m, b) = (chunks as f64, (window / chunk) as f64, window as f64, batch as f64);
        let between = variance * (c - k) / (k * (c - 1.0));
        let stated = between + (variance - between) * (m - b) / (b * (m - 1.0));
        let ratio = squares / epochs as f64 / stated;
        assert!((ratio - 1.0).abs() < 0.04, "{ratio}");
    }
}
