//! Whether draws come from where they should.

/// The mean of independent draws and its standard error.
#[derive(Clone, Copy, Debug)]
pub struct MonteCarlo {
    /// The sample mean.
    pub mean: f64,
    /// The standard deviation of the mean.
    pub standard_error: f64,
}

impl MonteCarlo {
    /// The estimate from draws (Welford 1962: one pass, no cancellation).
    pub fn of(draws: impl IntoIterator<Item = f64>) -> Self {
        let (mut n, mut mean, mut squares) = (0.0, 0.0, 0.0);
        for draw in draws {
            n += 1.0;
            let distance = draw - mean;
            mean += distance / n;
            squares += distance * (draw - mean);
        }
        Self { mean, standard_error: (squares / (n - 1.0) / n).sqrt() }
    }

    /// Whether `expected` lies within `deviations` standard errors; five have a false-alarm rate of
    /// 6e-7. `rounding` is what the arithmetic behind the draws may add.
    pub fn agrees(&self, expected: f64, deviations: f64, rounding: f64) -> bool {
        (self.mean - expected).abs() <= deviations * self.standard_error + rounding
    }
}

/// The distance from the true distribution function that the empirical one of `draws` independent
/// draws exceeds with probability at most `false_alarm`, anywhere.
///
/// `√(log(2/α) / 2n)`, the inequality of Dvoretzky, Kiefer & Wolfowitz with the constant of Massart
/// 1990; it holds for discrete distributions too.
pub fn dkw_radius(draws: usize, false_alarm: f64) -> f64 {
    ((2.0 / false_alarm).ln() / (2.0 * draws as f64)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monte_carlo_of_known_numbers() {
        let estimate = MonteCarlo::of([1.0, 2.0, 3.0, 4.0]);
        assert_eq!(estimate.mean, 2.5);
        assert!((estimate.standard_error - (5.0f64 / 3.0 / 4.0).sqrt()).abs() < 1e-15);
        assert!(estimate.agrees(2.5 + 4.9 * estimate.standard_error, 5.0, 0.0));
        assert!(!estimate.agrees(2.5 + 5.1 * estimate.standard_error, 5.0, 0.0));
        assert!(!MonteCarlo::of([f64::NAN, 1.0]).agrees(0.0, 5.0, 1.0));
    }

    /// 2 exp(−2 n ε²) at the radius is the false-alarm rate that was asked for.
    #[test]
    fn dkw_inverts_its_bound() {
        let radius = dkw_radius(1000, 1e-3);
        assert!((2.0 * (-2.0 * 1000.0 * radius * radius).exp() - 1e-3).abs() < 1e-12);
    }
}
