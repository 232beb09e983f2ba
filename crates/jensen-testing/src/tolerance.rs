//! How far a computed number may lie from the right one.

/// `|actual − expected| ≤ absolute + relative · |expected|`
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// The share of the expected value.
    pub relative: f64,
    /// What is allowed at zero.
    pub absolute: f64,
}

impl Tolerance {
    /// A tolerance with both parts equal.
    pub const fn both(tolerance: f64) -> Self {
        Self { relative: tolerance, absolute: tolerance }
    }

    /// Whether `actual` may stand for `expected`; never for NaN.
    pub fn accepts(&self, actual: f64, expected: f64) -> bool {
        actual == expected || (actual - expected).abs() <= self.absolute + self.relative * expected.abs()
    }

    /// The first position at which two lists differ, with both values; lists of different lengths
    /// differ where the shorter ends.
    pub fn first_difference(&self, actual: &[f64], expected: &[f64]) -> Option<(usize, f64, f64)> {
        let at = |list: &[f64], i: usize| list.get(i).copied().unwrap_or(f64::NAN);
        (0..actual.len().max(expected.len()))
            .map(|i| (i, at(actual, i), at(expected, i)))
            .find(|&(_, actual, expected)| !self.accepts(actual, expected))
    }
}

#[cfg(test)]
mod tests {
    use super::Tolerance;

    #[test]
    fn accepts_what_is_near_and_nothing_else() {
        let tolerance = Tolerance { relative: 0.1, absolute: 0.01 };
        assert!(tolerance.accepts(109.0, 100.0) && tolerance.accepts(0.009, 0.0));
        assert!(!tolerance.accepts(111.0, 100.0) && !tolerance.accepts(f64::NAN, 1.0));
        assert!(tolerance.accepts(f64::INFINITY, f64::INFINITY));
        assert!(!tolerance.accepts(1.0, f64::NAN));
    }

    #[test]
    fn a_missing_number_is_a_difference() {
        let exact = Tolerance::both(0.0);
        assert_eq!(exact.first_difference(&[1.0, 2.0], &[1.0, 2.0]), None);
        assert_eq!(exact.first_difference(&[1.0, 2.0], &[1.0, 3.0]), Some((1, 2.0, 3.0)));
        assert!(exact.first_difference(&[1.0], &[1.0, 3.0]).is_some());
    }
}
