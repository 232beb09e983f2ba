//! Draws in double precision by address.

use jensen_random::Rng;

use crate::Limits;

/// The `index`-th number of a stream, uniform on `low..high` with 53 random bits.
pub(crate) fn uniform(rng: Rng<'_>, index: usize, low: f64, high: f64) -> f64 {
    const BITS: u64 = 1 << 53;
    low + (high - low) * (rng.below(index as u64, BITS) as f64 / BITS as f64)
}

/// A vector uniform within limits that are finite; number `i` is the `i`-th of the stream.
pub(crate) fn uniform_within(rng: Rng<'_>, limits: &Limits) -> Vec<f64> {
    let sides = limits.low().iter().zip(limits.high()).enumerate();
    sides.map(|(index, (&low, &high))| uniform(rng, index, low, high)).collect()
}

/// `count` standard normal numbers for the row of this name.
pub(crate) fn normals(rng: Rng<'_>, row: u64, count: usize) -> impl Iterator<Item = f64> {
    rng.name_rows(&[row]).normals(1, count).into_iter().map(f64::from)
}
