//! Means without the values they are of.

/// The mean of numbers that pass by, and its standard error, in f64.
///
/// Squares are summed about the mean so far (Welford 1962), so that nothing cancels. Numbers are taken one
/// by one: how they were batched on the way does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunningMean {
    count: u64,
    weight: f64,
    sum: f64,
    mean: f64,
    squares: f64,
}

impl RunningMean {
    /// Takes one more number.
    pub fn add(&mut self, value: f64) {
        self.add_weighted(value, 1.0);
    }

    /// Takes one more number that counts `weight` times; nothing if that is never.
    pub fn add_weighted(&mut self, value: f64, weight: f64) {
        if weight <= 0.0 {
            return;
        }
        self.count += 1;
        self.weight += weight;
        self.sum += weight * value;
        let before = value - self.mean;
        self.mean += before * weight / self.weight;
        self.squares += weight * before * (value - self.mean);
    }

    /// How often the numbers count together.
    pub fn weight(self) -> f64 {
        self.weight
    }

    /// How many numbers it is of.
    pub fn count(self) -> u64 {
        self.count
    }

    /// Their mean; not a number if there are none.
    pub fn mean(self) -> f64 {
        self.sum / self.weight
    }

    /// The standard error of the mean, weights being numbers of times; `None` for fewer than two.
    pub fn standard_error(self) -> Option<f64> {
        let n = self.weight;
        (self.count > 1 && n > 1.0).then(|| (self.squares / (n - 1.0) / n).sqrt())
    }
}

impl Extend<f64> for RunningMean {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.add(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> RunningMean {
        let mut mean = RunningMean::default();
        mean.extend(values.iter().copied());
        mean
    }

    #[test]
    fn the_standard_error_is_that_of_the_mean() {
        let mean = of(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!((mean.count(), mean.mean()), (4, 2.5));
        assert!((mean.standard_error().expect("more than one") - (5.0f64 / 3.0 / 4.0).sqrt()).abs() < 1e-15);
        assert_eq!((of(&[7.0]).mean(), of(&[7.0]).standard_error()), (7.0, None));
    }

    #[test]
    fn a_small_spread_about_a_large_mean_is_not_lost() {
        // Σx² − n·mean² would give 0 or worse here.
        let values: Vec<f64> = (0..1000).map(|i| -1e9 + f64::from(i % 2)).collect();
        let error = of(&values).standard_error().expect("more than one");
        assert!((error - (0.25f64 / 999.0).sqrt()).abs() < 1e-9, "{error}");
    }
}
