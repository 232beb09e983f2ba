//! The distribution function against draws and against the density.

use burn::tensor::{DType, Tensor};
use jensen_prob::{Cdf, Distribution, Icdf};

use super::density::{FALSE_ALARM, Support};
use super::{Conformance, DRAWS, key, numbers, of_row};
use crate::{Tolerance, Value, dkw_radius};

/// A central difference in `f64` against a density in `f64`.
const DIFFERENCE: Tolerance = Tolerance { relative: 1e-5, absolute: 1e-7 };
/// Probabilities in `f32`, added up.
const SUM: Tolerance = Tolerance::both(1e-5);
/// Probabilities at which the inverse is checked.
const PROBABILITIES: [f64; 9] = [1e-6, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999, 0.999_99];
/// A probability near 1 in `f32` has steps of 6e-8; near 0 its digits count.
const INVERSE: Tolerance = Tolerance { relative: 1e-5, absolute: 1e-7 };

impl<D: Cdf + Distribution<Value = Tensor<2>>> Conformance<D> {
    /// The distribution function of draws is uniform, within the Dvoretzky–Kiefer–Wolfowitz radius at a
    /// false-alarm rate of 1e-9 a row, and its slope at draws is the density.
    pub fn cdf(self) -> Self {
        let family = self.marginals(DRAWS);
        let ranks = numbers(&family.cdf(&family.sample(&key().fork("cdf"))));
        let rows = self.marginals(1).rows();
        let radius = dkw_radius(DRAWS, FALSE_ALARM);
        let is_uniform = (0..rows).try_for_each(|row| {
            let mut ranks: Vec<f64> = of_row(&ranks, rows, row).collect();
            ranks.sort_by(f64::total_cmp);
            let distance = |(i, rank): (usize, &f64)| ((i as f64 + 0.5) / ranks.len() as f64 - rank).abs();
            let largest = ranks.iter().enumerate().map(distance).fold(0.0, f64::max);
            let close = largest <= radius;
            close.then_some(()).ok_or_else(|| format!("row {row} is {largest} off at its draws"))
        });
        self.record("cdf of draws", is_uniform).slope()
    }

    fn slope(self) -> Self {
        let doubles: Vec<_> = self.parameters.iter().map(self.cut).collect();
        let family = (self.build)(&doubles);
        let draws = self.marginals(1).sample(&key().fork("slope")).cast(DType::F64);
        let step = (draws.clone().abs() + 1.0) * 1e-5;
        let rise = family.cdf(&(draws.clone() + step.clone())) - family.cdf(&(draws.clone() - step.clone()));
        let slopes = numbers(&(rise / (step * 2.0)));
        let densities = numbers(&family.log_prob(&draws).exp());
        let outcome = match DIFFERENCE.first_difference(&slopes, &densities) {
            None => Ok(()),
            Some((row, slope, density)) => {
                Err(format!("row {row} rises by {slope} where the density is {density}"))
            }
        };
        self.record("slope of the cdf", outcome)
    }

    /// At the points of the support the distribution function is what the density adds up to, within 1e-5.
    pub fn cdf_on(self, support: &Support) -> Self {
        let family = self.marginals(1);
        let (points, rows) = (support.points(), family.rows());
        let scalars: Vec<f64> = points.iter().flat_map(|&point| vec![point; rows]).collect();
        let ours = numbers(&family.cdf(&Value::from_scalars(&scalars)));
        let outcome =
            self.distribution_functions(support).iter().enumerate().try_for_each(|(row, expected)| {
                let ours: Vec<f64> = of_row(&ours, rows, row).collect();
                let different = SUM.first_difference(&ours, expected);
                different.map_or(Ok(()), |(at, ours, sum)| {
                    Err(format!("row {row} is {ours} at {} in place of {sum}", points[at]))
                })
            });
        self.record("cdf on the support", outcome)
    }

    /// The inverse undoes the distribution function, but for what the rounding of the value, times the
    /// density there, puts on its probability.
    pub fn icdf(self) -> Self
    where
        D: Icdf,
    {
        let family = self.marginals(1);
        let rows = family.rows();
        let probabilities: Vec<f64> = PROBABILITIES.iter().flat_map(|&p| vec![p; rows]).collect();
        let there = family.icdf(&Value::from_scalars(&probabilities));
        let back = numbers(&family.cdf(&there));
        let rounding = numbers(&(family.log_prob(&there).exp() * there.abs().reshape([probabilities.len()])));
        let outcome = (0..probabilities.len()).try_for_each(|at| {
            let (back, probability) = (back[at], probabilities[at]);
            let rounding = f64::from(f32::EPSILON) * rounding[at];
            let tolerance = Tolerance { absolute: INVERSE.absolute + rounding, ..INVERSE };
            let close = tolerance.accepts(back, probability);
            close
                .then_some(())
                .ok_or_else(|| format!("row {} is back at {back} from {probability}", at % rows))
        });
        self.record("icdf", outcome)
    }
}
