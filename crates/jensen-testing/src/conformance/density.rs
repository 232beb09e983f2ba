//! The density against one, against draws and against closed forms.

use burn::tensor::{DType, Tensor};
use jensen_prob::{Distribution, Entropy, Mean, Mode, Variance};

use super::{Conformance, DEVIATIONS, DRAWS, key, numbers, of_row};
use crate::{MonteCarlo, Value, dkw_radius};

/// False-alarm rate of the check of draws, for each row.
pub(super) const FALSE_ALARM: f64 = 1e-9;
/// How far a total probability in `f32` may lie from 1.
const TOTAL: f64 = 1e-5;

/// Where the one-number marginals of a family have their probability.
pub enum Support {
    /// Real numbers, all but a negligible share of the probability between `low` and `high`.
    Interval {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
        /// Points of the trapezoidal rule, which converges faster than any power on a density that
        /// vanishes with its derivatives at both ends.
        points: usize,
    },
    /// Finitely many numbers, increasing.
    Points(Vec<f64>),
}

impl Support {
    pub(super) fn points(&self) -> Vec<f64> {
        match self {
            Self::Interval { low, high, points } => {
                let step = (high - low) / (points - 1) as f64;
                (0..*points).map(|i| low + step * i as f64).collect()
            }
            Self::Points(points) => points.clone(),
        }
    }

    /// The distribution function at the points, from the density there.
    fn distribution_function(&self, density: impl Iterator<Item = f64>) -> Vec<f64> {
        let (mut total, mut previous) = (0.0, None);
        let accumulate = |p: f64| {
            total += match self {
                Self::Interval { low, high, points } => {
                    let step = (high - low) / (points - 1) as f64;
                    previous.map_or(0.0, |previous| 0.5 * (previous + p) * step)
                }
                Self::Points(_) => p,
            };
            previous = Some(p);
            total
        };
        density.map(accumulate).collect()
    }

    /// How far above a point a draw still counts as that point.
    fn slack(&self) -> f64 {
        match self {
            Self::Interval { .. } => 0.0,
            Self::Points(points) => 1e-3 * (points[1] - points[0]),
        }
    }
}

impl<D: Distribution<Value: Value>> Conformance<D> {
    /// The density sums or integrates to 1 within 1e-5, for each row.
    pub fn normalisation(self, support: &Support) -> Self {
        let outcome = self.distribution_functions(support).iter().enumerate().try_for_each(|(row, cdf)| {
            let total = cdf.last().copied().unwrap_or_default();
            let close = (total - 1.0).abs() <= TOTAL;
            close.then_some(()).ok_or_else(|| format!("row {row} has a total probability of {total}"))
        });
        self.record("normalisation", outcome)
    }

    /// The density of events of two numbers integrates to 1 within 1e-5 over the square from `low` to
    /// `high`, for each row, by the trapezoidal rule with `points` points a side.
    pub fn normalisation_in_the_plane(self, low: f64, high: f64, points: usize) -> Self
    where
        D: Distribution<Value = Tensor<2>>,
    {
        let family = self.marginals(1);
        let (rows, step) = (family.rows(), (high - low) / (points - 1) as f64);
        let at = |i: usize| low + step * i as f64;
        let mut totals = vec![0.0; rows];
        for i in 0..points {
            let line: Vec<f64> = (0..points).flat_map(|j| [at(i), at(j)].repeat(rows)).collect();
            let line = crate::double(&[points * rows, 2], &line).cast(DType::F32);
            let density = numbers(&family.log_prob(&line).exp());
            for (row, total) in totals.iter_mut().enumerate() {
                *total += step * step * of_row(&density, rows, row).sum::<f64>();
            }
        }
        let off = totals.iter().position(|total| total.is_nan() || (total - 1.0).abs() > TOTAL);
        let outcome =
            off.map_or(Ok(()), |row| Err(format!("row {row} has a total probability of {}", totals[row])));
        self.record("normalisation in the plane", outcome)
    }

    /// Draws follow the density: the largest distance between the empirical distribution function
    /// and that of the density stays within the Dvoretzky–Kiefer–Wolfowitz radius at a false-alarm
    /// rate of 1e-9 a row, and every draw of a discrete family lies in its support.
    pub fn draws(self, support: &Support) -> Self {
        let points = support.points();
        let expected = self.distribution_functions(support);
        let rows = expected.len();
        let draws = self.marginals(DRAWS).sample(&key().fork("draws")).numbers();
        let radius = dkw_radius(DRAWS, FALSE_ALARM);
        let check = |row: usize| {
            let mut draws: Vec<f64> = of_row(&draws, rows, row).collect();
            draws.sort_by(f64::total_cmp);
            if let Support::Points(points) = support {
                let near = |draw: f64| points.iter().any(|p| (p - draw).abs() <= support.slack());
                if let Some(stray) = draws.iter().find(|&&draw| !near(draw)) {
                    return Err(format!("row {row} draws {stray}, which has no probability"));
                }
            }
            for (point, expected) in points.iter().zip(&expected[row]) {
                let below = draws.partition_point(|&draw| draw <= point + support.slack());
                let empirical = below as f64 / draws.len() as f64;
                if expected.is_nan() || (empirical - expected).abs() > radius {
                    return Err(format!(
                        "row {row} draws at most {point} with frequency {empirical} in place of {expected}"
                    ));
                }
            }
            Ok(())
        };
        let outcome = (0..rows).try_for_each(check);
        self.record("draws", outcome)
    }

    /// The closed-form mean lies within five standard errors of that of draws (false alarm 6e-7).
    pub fn mean(self) -> Self
    where
        D: Mean + Distribution<Value = Tensor<2>>,
    {
        let draws = self.marginals(DRAWS).sample(&key().fork("mean")).numbers();
        let outcome = monte_carlo(&draws, &numbers(&self.marginals(1).mean()));
        self.record("mean", outcome)
    }

    /// The closed-form variance lies within five standard errors of the mean square distance of draws
    /// from the mean (false alarm 6e-7).
    pub fn variance(self) -> Self
    where
        D: Variance + Distribution<Value = Tensor<2>>,
    {
        let family = self.marginals(DRAWS);
        let distance = family.sample(&key().fork("variance")) - family.mean();
        let outcome = monte_carlo(&numbers(&distance.square()), &numbers(&self.marginals(1).variance()));
        self.record("variance", outcome)
    }

    /// No draw is more probable than the mode.
    pub fn mode(self) -> Self
    where
        D: Mode,
    {
        let (family, one) = (self.marginals(DRAWS), self.marginals(1));
        let at_draws = numbers(&family.log_prob(&family.sample(&key().fork("mode"))));
        let at_mode = numbers(&one.log_prob(&one.mode()));
        let outcome = at_mode.iter().enumerate().try_for_each(|(row, &highest)| {
            let higher =
                of_row(&at_draws, at_mode.len(), row).find(|&p| (p - highest).is_nan() || p > highest + 1e-5);
            higher.map_or(Ok(()), |p| Err(format!("row {row} has log p = {highest}, at a draw {p}")))
        });
        self.record("mode", outcome)
    }

    /// The closed-form entropy lies within five standard errors of `−log p` of draws (false alarm
    /// 6e-7).
    pub fn entropy(self) -> Self
    where
        D: Entropy,
    {
        let family = self.marginals(DRAWS);
        let surprise = family.log_prob(&family.sample(&key().fork("entropy"))).neg();
        let outcome = monte_carlo(&numbers(&surprise), &numbers(&self.marginals(1).entropy()));
        self.record("entropy", outcome)
    }

    /// For each marginal, its distribution function at the points of the support.
    pub(super) fn distribution_functions(&self, support: &Support) -> Vec<Vec<f64>> {
        let family = self.marginals(1);
        let (points, rows) = (support.points(), family.rows());
        let scalars: Vec<f64> = points.iter().flat_map(|&point| vec![point; rows]).collect();
        let density: Vec<f64> =
            numbers(&family.log_prob(&D::Value::from_scalars(&scalars))).into_iter().map(f64::exp).collect();
        (0..rows).map(|row| support.distribution_function(of_row(&density, rows, row))).collect()
    }
}

/// Compares the mean of sample-major draws with `expected`, row by row.
pub(super) fn monte_carlo(draws: &[f64], expected: &[f64]) -> Result<(), String> {
    for (row, &mean) in expected.iter().enumerate() {
        let estimate = MonteCarlo::of(of_row(draws, expected.len(), row));
        if !estimate.agrees(mean, DEVIATIONS, 1e-5 * (1.0 + mean.abs())) {
            let MonteCarlo { mean: estimate, standard_error } = estimate;
            return Err(format!("row {row} has {mean}, draws give {estimate} ± {standard_error}"));
        }
    }
    Ok(())
}
