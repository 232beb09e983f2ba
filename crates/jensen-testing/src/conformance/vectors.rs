//! Events whose dimensions depend on one another: on the simplex, on the sphere, counts of a known sum.

use burn::tensor::{DType, Tensor};
use jensen_prob::Distribution;

use super::density::FALSE_ALARM;
use super::{Conformance, DRAWS, key, numbers, of_row};
use crate::{dkw_radius, double};

/// How far a total probability in `f32` may lie from 1.
const TOTAL: f64 = 2e-5;
/// How far a draw in `f32` may lie from where it belongs.
const NEAR: f64 = 1e-5;

/// Where the events of a family have their probability: points that stand for one volume each.
pub struct Region {
    points: Vec<Vec<f64>>,
    volume: f64,
    /// 0 for what belongs to the support.
    distance: fn(&[f64]) -> f64,
    is_discrete: bool,
}

impl Region {
    /// The corners of the simplex.
    pub fn one_hot(classes: usize) -> Self {
        let corner = |at: usize| (0..classes).map(|class| f64::from(u8::from(class == at))).collect();
        Self::discrete((0..classes).map(corner).collect())
    }

    /// All counts of three classes with the sum `total`.
    pub fn counts(total: usize) -> Self {
        Self::discrete(lattice(total, 0))
    }

    /// The inside of the simplex of three classes, as a lattice of `steps` an edge; for densities that
    /// vanish with their slopes at its edges.
    pub fn simplex(steps: usize) -> Self {
        let n = steps as f64;
        let points = lattice(steps, 1).into_iter().map(|p| p.into_iter().map(|x| x / n).collect()).collect();
        let distance = |x: &[f64]| {
            let below = x.iter().map(|x| (-x).max(0.0)).sum::<f64>();
            below + (x.iter().sum::<f64>() - 1.0).abs()
        };
        Self { points, volume: 1.0 / (n * n), distance, is_discrete: false }
    }

    /// Logarithms of points of that simplex, by the logarithms of their ratios to the third class, each
    /// between `−reach` and `reach`; for densities of the ratios.
    pub fn log_simplex(reach: f64, steps: usize) -> Self {
        let step = 2.0 * reach / steps as f64;
        let at = |i: usize| step * i as f64 - reach;
        let log_total = |y: &[f64]| y.iter().map(|y| y.exp()).sum::<f64>().ln();
        let point = |i: usize| {
            let ratios = [at(i / (steps + 1)), at(i % (steps + 1)), 0.0];
            ratios.iter().map(|ratio| ratio - log_total(&ratios)).collect()
        };
        Self {
            points: (0..(steps + 1).pow(2)).map(point).collect(),
            volume: step * step,
            distance: |y| y.iter().map(|y| y.exp()).sum::<f64>().ln().abs(),
            is_discrete: false,
        }
    }

    /// The unit sphere in three dimensions: equal steps along the third axis, as Archimedes found, and
    /// around it.
    pub fn sphere(steps: usize) -> Self {
        const AROUND: usize = 32;
        let point = |i: usize| {
            let (ring, place) = (i / AROUND, i % AROUND);
            let height = (ring as f64 + 0.5) * 2.0 / steps as f64 - 1.0;
            // Each ring is turned against the one below, so that all coordinates are met.
            let turns = place as f64 / AROUND as f64 + ring as f64 * 0.618_034;
            let (sin, cos) = (std::f64::consts::TAU * turns.fract()).sin_cos();
            let radius = (1.0 - height * height).sqrt();
            vec![radius * cos, radius * sin, height]
        };
        Self {
            points: (0..steps * AROUND).map(point).collect(),
            volume: 2.0 * std::f64::consts::TAU / (steps * AROUND) as f64,
            distance: |x| (x.iter().map(|x| x * x).sum::<f64>() - 1.0).abs(),
            is_discrete: false,
        }
    }

    fn discrete(points: Vec<Vec<f64>>) -> Self {
        Self { points, volume: 1.0, distance: |_| 0.0, is_discrete: true }
    }

    fn contains(&self, event: &[f64]) -> bool {
        let near = |point: &Vec<f64>| point.iter().zip(event).all(|(p, x)| (p - x).abs() <= NEAR);
        // Written so that no number is not contained.
        (self.distance)(event) <= NEAR && (!self.is_discrete || self.points.iter().any(near))
    }
}

/// Three whole numbers, each at least `least`, with the sum `total`.
fn lattice(total: usize, least: usize) -> Vec<Vec<f64>> {
    let numbers = |i: usize| (least..=total - i).map(move |j| [i, j, total - i - j]);
    let inside = (least..=total).flat_map(numbers).filter(|point| point[2] >= least);
    inside.map(|point| point.map(|i| i as f64).to_vec()).collect()
}

impl<D: Distribution<Value = Tensor<2>>> Conformance<D> {
    /// The density of whole events sums or integrates to 1 within 2e-5, for each row; draws lie in the
    /// region, and each of their coordinates follows the density within the
    /// Dvoretzky–Kiefer–Wolfowitz radius at a false-alarm rate of 1e-9 a row and coordinate.
    pub fn region(self, region: &Region) -> Self {
        let family = self.marginals(1);
        let (rows, width) = (family.rows(), region.points[0].len());
        let events: Vec<f64> =
            region.points.iter().flat_map(|point| (0..rows).flat_map(move |_| point.clone())).collect();
        let events = double(&[events.len() / width, width], &events).cast(DType::F32);
        let mass: Vec<f64> =
            numbers(&family.log_prob(&events)).into_iter().map(|p| p.exp() * region.volume).collect();
        let normalised = (0..rows).try_for_each(|row| {
            let total: f64 = of_row(&mass, rows, row).sum();
            let close = (total - 1.0).abs() <= TOTAL;
            close.then_some(()).ok_or_else(|| format!("row {row} has a total probability of {total}"))
        });

        let draws = numbers(&self.marginals(DRAWS).sample(&key().fork("region")));
        let inside = draws.chunks_exact(width).find(|event| !region.contains(event));
        let inside = inside.map_or(Ok(()), |event| Err(format!("{event:?} lies outside")));
        let follows = (0..rows * width).try_for_each(|at| {
            let (row, coordinate) = (at / width, at % width);
            let draws: Vec<f64> = of_row(&draws, rows * width, at).collect();
            let points = region.points.iter().map(|point| point[coordinate]);
            let off = largest_distance(draws, points.zip(of_row(&mass, rows, row)).collect());
            let close = off <= dkw_radius(DRAWS, FALSE_ALARM);
            close.then_some(()).ok_or_else(|| format!("coordinate {coordinate} of row {row} is {off} off"))
        });
        self.record("normalisation", normalised).record("region of draws", inside).record("draws", follows)
    }
}

/// The largest distance between the distribution functions of draws and of masses at points, half way
/// between neighbouring points.
fn largest_distance(mut draws: Vec<f64>, mut masses: Vec<(f64, f64)>) -> f64 {
    draws.sort_by(f64::total_cmp);
    masses.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut total = 0.0;
    let mut largest: f64 = 0.0;
    for (i, &(point, mass)) in masses.iter().enumerate() {
        total += mass;
        let next = masses.get(i + 1).map_or(f64::INFINITY, |next| next.0);
        if next - point > NEAR {
            let below = draws.partition_point(|&draw| draw <= f64::midpoint(point, next));
            largest = largest.max((below as f64 / draws.len() as f64 - total).abs());
        }
    }
    if total.is_nan() { f64::INFINITY } else { largest }
}
