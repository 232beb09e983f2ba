//! A drawn part of a range of rows, without a list of them.

use std::ops::Range;

use jensen_random::Rng;

/// The rows that were drawn from a range, or those that were not.
///
/// The `n` rows of the range are cut into `k` strata, as equal as whole numbers allow: stratum `s`
/// begins at row `⌊s n / k⌋`. From each stratum one row is drawn, each with the same probability. So a
/// part has exactly `k` rows and the other `n − k`, a row is drawn with probability `k / n` (up to the
/// rounding of its stratum), and both parts are spread evenly over the range.
///
/// The memory is constant, and every question about a row is answered by one draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strata {
    range: Range<u64>,
    count: u64,
    seed: u64,
    part: Part,
    len: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Drawn,
    Left,
}

impl Strata {
    /// Splits a range into a part of `count` rows and the rest, by draws of `seed`.
    ///
    /// # Panics
    /// If one of the two would be empty.
    pub(crate) fn split(range: Range<u64>, count: usize, seed: u64) -> (Self, Self) {
        let n = (range.end - range.start) as usize;
        assert!(count > 0 && count < n, "{count} of {n} rows leave one part empty");
        // One row is drawn from each stratum, so the smaller part is the one that is drawn.
        let strata = count.min(n - count) as u64;
        let of = |part, len| Self { range: range.clone(), count: strata, seed, part, len };
        let (first, second) =
            if count as u64 == strata { (Part::Drawn, Part::Left) } else { (Part::Left, Part::Drawn) };
        (of(first, count), of(second, n - count))
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The row at position `index`, ascending.
    pub(crate) fn at(&self, index: usize) -> u64 {
        assert!(index < self.len, "position {index} of {} rows", self.len);
        let index = index as u64;
        let offset = match self.part {
            Part::Drawn => self.drawn(index),
            Part::Left => {
                // The last stratum s with ⌊s n / k⌋ − s ≤ index rows left before it.
                let stratum = scaled_below(index + 1, self.count, self.rows() - self.count);
                let drawn = self.drawn(stratum);
                let row = index + stratum;
                row + u64::from(row >= drawn)
            }
        };
        self.range.start + offset
    }

    /// How many of the rows are below `row`.
    pub(crate) fn below(&self, row: u64) -> usize {
        let offset = row.clamp(self.range.start, self.range.end) - self.range.start;
        let drawn = if offset == self.rows() {
            self.count
        } else {
            let stratum = scaled_below(offset + 1, self.count, self.rows());
            stratum + u64::from(self.drawn(stratum) < offset)
        };
        let all = match self.part {
            Part::Drawn => drawn,
            Part::Left => offset - drawn,
        };
        self.len.min(all as usize)
    }

    pub(crate) fn take(&self, limit: usize) -> Self {
        Self { len: self.len.min(limit), ..self.clone() }
    }

    fn rows(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// The row that was drawn from a stratum, counted from the start of the range.
    fn drawn(&self, stratum: u64) -> u64 {
        let start =
            |stratum: u64| (u128::from(stratum) * u128::from(self.rows()) / u128::from(self.count)) as u64;
        let (from, to) = (start(stratum), start(stratum + 1));
        from + Rng::seed(self.seed).fork("validation").below(stratum, to - from)
    }
}

/// The largest integer below `x · numerator / denominator`, for a positive product.
fn scaled_below(x: u64, numerator: u64, denominator: u64) -> u64 {
    ((u128::from(x) * u128::from(numerator) - 1) / u128::from(denominator)) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #[test]
        fn two_parts_hold_each_row_once(start in 0u64..100, n in 2usize..400, fraction in 0.0f64..1.0, seed: u64) {
            let count = ((n as f64 * fraction) as usize).clamp(1, n - 1);
            let end = start + n as u64;
            let (valid, train) = Strata::split(start..end, count, seed);
            prop_assert_eq!((valid.len(), train.len()), (count, n - count));
            let rows = |part: &Strata| (0..part.len()).map(|index| part.at(index)).collect::<Vec<_>>();
            for part in [&valid, &train] {
                let rows = rows(part);
                prop_assert!(rows.is_sorted_by(|a, b| a < b));
                for row in 0..end + 3 {
                    prop_assert_eq!(part.below(row), rows.partition_point(|&other| other < row));
                }
                let some = part.take(n / 3);
                prop_assert_eq!((0..some.len()).map(|index| some.at(index)).collect::<Vec<_>>(), &rows[..some.len()]);
                prop_assert_eq!(some.below(end), some.len());
            }
            let mut both = [rows(&valid), rows(&train)].concat();
            both.sort_unstable();
            prop_assert_eq!(both, (start..end).collect::<Vec<_>>());
        }
    }

    /// χ² of how often each of 30 rows is drawn over 20,000 seeds, against one in three: within each
    /// stratum of 3 the counts sum to 20,000, so there are 20 degrees of freedom; 63 is exceeded with
    /// probability 3e-6.
    #[test]
    fn each_row_is_drawn_alike() {
        let (n, count, seeds) = (30usize, 10usize, 20_000u64);
        let mut drawn = vec![0u32; n];
        for seed in 0..seeds {
            let (valid, _) = Strata::split(0..n as u64, count, seed);
            (0..count).for_each(|index| drawn[valid.at(index) as usize] += 1);
        }
        let expected = seeds as f64 / 3.0;
        let chi_squared: f64 =
            drawn.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        assert!(chi_squared < 63.0, "{chi_squared}");
    }

    #[test]
    fn a_part_of_a_trillion_rows_is_found_at_once() {
        let (valid, train) = Strata::split(0..1 << 40, 1 << 36, 3);
        let middle = train.at(train.len() / 2);
        assert_eq!(train.below(middle), train.len() / 2);
        assert_eq!(valid.below(middle) + train.below(middle), middle as usize);
    }
}
