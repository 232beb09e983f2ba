//! Mean and deviation in one pass.

/// Sums of differences from the first value and of their squares.
///
/// A constant has exactly no deviation. The subtraction in the variance is harmless, because the first
/// value is one of the `n`: its squared distance from the mean is at most `n` variances, so the
/// relative error of the variance is of the order of `n` roundings. All in f64: single precision would
/// lose the spread of values that are far from zero.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moments {
    count: u64,
    first: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    pub(crate) fn add(&mut self, value: f64) {
        if self.count == 0 {
            self.first = value;
        }
        let difference = value - self.first;
        self.count += 1;
        self.sum += difference;
        self.squares += difference * difference;
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The mean; `None` of no values.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.first + self.sum / self.count as f64)
    }

    /// The standard deviation (of the population, 1/n); `None` of no values.
    pub(crate) fn std(&self) -> Option<f64> {
        let n = self.count as f64;
        (self.count > 0).then(|| (self.squares / n - (self.sum / n).powi(2)).max(0.0).sqrt())
    }

    /// The standard deviation to divide by; `None` of a constant. What the rounding of a constant
    /// leaves is not a spread.
    pub(crate) fn spread(&self) -> Option<f64> {
        let (mean, std) = (self.mean()?, self.std()?);
        // A spread beyond double precision is NaN, and for the caller to refuse.
        (std.is_nan() || std > 4.0 * f64::EPSILON * mean.abs()).then_some(std)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        for &value in values {
            moments.add(value);
        }
        moments
    }

    #[test]
    fn none_one_and_a_constant() {
        assert_eq!((of(&[]).mean(), of(&[]).std(), of(&[]).spread()), (None, None, None));
        assert_eq!((of(&[0.1]).mean(), of(&[0.1]).std(), of(&[0.1]).spread()), (Some(0.1), Some(0.0), None));
        let constant = of(&[0.1; 1000]);
        assert_eq!((constant.mean(), constant.std(), constant.spread()), (Some(0.1), Some(0.0), None));
    }

    proptest! {
        /// Against two passes, wherever the values lie and whatever comes first.
        #[test]
        fn one_pass_is_as_good_as_two(
            shift in -1e8f64..1e8, outlier in -1e6f64..1e6, values in proptest::collection::vec(-1f64..1.0, 2..200),
        ) {
            let values: Vec<f64> = std::iter::once(shift + outlier).chain(values.iter().map(|v| shift + v)).collect();
            let n = values.len() as f64;
            let mean = shift + values.iter().map(|v| v - shift).sum::<f64>() / n;
            let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            let moments = of(&values);
            prop_assert!((moments.mean().expect("a mean") - mean).abs() <= 1e-12 * (shift.abs() + outlier.abs()));
            prop_assert!((moments.std().expect("a spread") / std - 1.0).abs() < 1e-6);
        }
    }
}
