//! The angle between a draw of a von Mises–Fisher distribution and its mean direction, in `f64` on the host.
//!
//! In `d` dimensions its density is proportional to `sin^{d−2} θ e^{κ cos θ}` on `[0, π]`; for `d = 2` it is the
//! absolute value of a draw of a von Mises distribution.

use std::f64::consts::{PI, TAU};

use burn::tensor::Tensor;
use jensen_random::Rng;

use crate::bessel::Ratio;
use crate::host::OnHost;
use crate::noise::{uniforms, until_accepted};

/// An angle for each concentration, off the gradient graph.
pub(crate) fn sample_angles(concentration: &Tensor<2>, dimensions: usize, rng: &Rng) -> Tensor<2> {
    let of = OnHost::of(concentration);
    of.tensor(angles(&of.numbers, of.shape[0], dimensions as f64, rng))
}

/// The same with its gradient at a fixed value of the distribution function (Figurnov, Mohamed & Mnih 2018).
pub(crate) fn rsample_angles(concentration: &Tensor<2>, dimensions: usize, rng: &Rng) -> Tensor<2> {
    let of = OnHost::of(concentration);
    let dimensions = dimensions as f64;
    let angles = angles(&of.numbers, of.shape[0], dimensions, rng);
    of.moving_with(concentration, &angles, |kappa, angle| angle_slope(kappa, dimensions, angle))
}

/// By the rejection of Wood 1994, "Simulation of the von Mises Fisher distribution", which for `d = 2` is that of
/// Best & Fisher 1979. With a coordinate `t` of a uniform direction, `√(1 − u^{2/(d − 2)}) cos 2πv` (Ulrich 1984),
/// `tan²(θ/2) = b (1 + t)/(1 − t)`; all is put in terms of `1 − cos θ`, since large concentrations leave nothing of
/// its distance to 1 in a cosine.
fn angles(concentration: &[f64], rows: usize, dimensions: f64, rng: &Rng) -> Vec<f64> {
    let event = concentration.len() / rows.max(1);
    let noise = |rng: &Rng| uniforms(rng, [rows, 3 * event]);
    until_accepted([rows, event], rng, noise, |at, uniforms| {
        let kappa = concentration[at];
        if !(kappa >= 0.0 && kappa.is_finite()) {
            return Some(f64::NAN);
        }
        // Half a step off 0.
        let [u, v, accepts] = [0, 1, 2].map(|i| uniforms[3 * at + i] + 2f64.powi(-49));
        let radius = (-(2.0 * u.ln() / (dimensions - 2.0)).exp_m1()).sqrt();
        let t = radius * (TAU * v).cos();
        let b = (dimensions - 1.0) / (2.0 * kappa + (2.0 * kappa).hypot(dimensions - 1.0));
        let square = b * ((1.0 + t) / (1.0 - t));
        // 1 − cos θ, and its value where the proposal fits best.
        let (versine, best) = (2.0 * square / (1.0 + square), 2.0 * b / (1.0 + b));
        let ratio = (best + versine - best * versine) / (best * (2.0 - best));
        let log_accept = kappa * (best - versine) + (dimensions - 1.0) * ratio.ln();
        (log_accept >= accepts.ln()).then(|| 2.0 * square.sqrt().atan())
    })
}

/// `dθ/dκ = −∫_0^θ (cos t − A) g(t) dt / g(θ) = ∫_θ^π (cos t − A) g(t) dt / g(θ)` with the density `g` and the mean
/// cosine `A`: on one side of the angle the integrand does not change its sign, so that nothing cancels.
pub(crate) fn angle_slope(kappa: f64, dimensions: f64, angle: f64) -> f64 {
    if angle.is_nan() {
        return f64::NAN;
    }
    let complement = Ratio::of(0.5 * dimensions - 1.0, kappa).complement;
    let versine = |t: f64| 2.0 * (0.5 * t).sin().powi(2);
    let log_density = |t: f64| {
        let along = 2.0 * kappa * (0.5 * (angle + t)).sin() * (0.5 * (angle - t)).sin();
        if dimensions == 2.0 { along } else { along + (dimensions - 2.0) * (t.sin() / angle.sin()).ln() }
    };
    let is_left = versine(angle) < complement;
    let end = end_of_mass(angle, if is_left { 0.0 } else { PI }, log_density);
    let (low, high) = if is_left { (end, angle) } else { (angle, end) };
    let integral = integral(low, high, |t| (complement - versine(t)) * log_density(t).exp());
    if is_left { -integral } else { integral }
}

/// A point between an angle and an `end` of the angles beyond which the density, which falls that way, is negligible to
/// that at the angle, of logarithm 0: to a share of the range, which may be a small one of all angles.
pub(crate) fn end_of_mass(angle: f64, end: f64, log_density: impl Fn(f64) -> f64) -> f64 {
    /// What falls below e^−45 of the density at the angle is left out.
    const NEGLIGIBLE: f64 = -45.0;
    let (mut end, mut inside) = (end, angle);
    while log_density(end) < NEGLIGIBLE && (end - inside).abs() > 0.02 * (inside - angle).abs() {
        let middle = f64::midpoint(end, inside);
        *(if log_density(middle) < NEGLIGIBLE { &mut end } else { &mut inside }) = middle;
    }
    end
}

/// In four panels by the rule of Gauss & Legendre with 16 points: to rounding where the integrand changes by not more
/// than a factor of `e^45`.
pub(crate) fn integral(low: f64, high: f64, integrand: impl Fn(f64) -> f64) -> f64 {
    const PANELS: usize = 4;
    let half = 0.5 * (high - low) / PANELS as f64;
    let panel = |i: usize| {
        let centre = low + (2 * i + 1) as f64 * half;
        GAUSS
            .iter()
            .map(|(x, w)| w * (integrand(centre - x * half) + integrand(centre + x * half)))
            .sum::<f64>()
    };
    half * (0..PANELS).map(panel).sum::<f64>()
}

/// The rule of Gauss & Legendre with 16 points: positive abscissas and their weights.
const GAUSS: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_64),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_64),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_65),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_7),
    (0.755_404_408_355_003, 0.124_628_971_255_534_07),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_6),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_456),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_176),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Against values of mpmath: the derivative of the distribution function by quadrature.
    #[test]
    fn slopes_follow_the_distribution_function() {
        for (kappa, dimensions, angle, expected) in SLOPES {
            let slope = angle_slope(kappa, dimensions, angle);
            assert!(
                (slope / expected - 1.0).abs() < 1e-11,
                "at κ = {kappa}, d = {dimensions}, θ = {angle}: {slope}, not {expected}"
            );
        }
    }

    /// `√κ θ` tends to a variable that does not depend on `κ`.
    #[test]
    fn concentrated_angles_shrink_as_a_root() {
        for kappa in [1e9f64, 1e15, 1e30] {
            for (dimensions, z) in [(2.0, 0.01), (2.0, 3.0), (3.0, 1.0), (64.0, 7.0), (64.0, 11.0)] {
                let angle = z / kappa.sqrt();
                let slope = angle_slope(kappa, dimensions, angle);
                assert!((slope * -2.0 * kappa / angle - 1.0).abs() < 1e-6, "{kappa}, {dimensions}: {slope}");
            }
        }
    }

    #[test]
    fn a_concentration_that_is_none_ends_in_no_number() {
        let none = [f64::NAN, f64::INFINITY, -1.0];
        let draws = angles(&none, 3, 3.0, &Rng::seed(0));
        assert!(draws.iter().all(|draw| draw.is_nan()), "{draws:?}");
        assert!(draws.iter().all(|&draw| angle_slope(1.0, 3.0, draw).is_nan()));
        let ends = angles(&[0.0, 1e-300, 1e300], 3, 3.0, &Rng::seed(0));
        assert!(ends.iter().all(|draw| draw.is_finite()), "{ends:?}");
    }

    /// `(κ, d, θ, dθ/dκ)`
    const SLOPES: [(f64, f64, f64, f64); 31] = [
        (0.0, 2.0, 0.3, -0.295_520_206_661_339_55),
        (0.0, 2.0, 2.0, -0.909_297_426_825_681_7),
        (0.5, 2.0, 0.01, -0.007_574_963_456_756_552),
        (0.5, 2.0, 1.2, -0.819_221_995_453_646_6),
        (0.5, 2.0, 3.0, -0.174_871_615_150_891_72),
        (3.0, 2.0, 0.2, -0.038_190_797_643_790_374),
        (3.0, 2.0, 0.9, -0.190_098_240_465_872_2),
        (3.0, 2.0, 2.5, -0.760_954_928_666_756_4),
        (200.0, 2.0, 0.01, -2.503_161_686_889_424e-5),
        (200.0, 2.0, 0.06, -0.000_150_233_688_057_887_1),
        (200.0, 2.0, 0.3, -0.000_756_647_214_736_004_4),
        (1_000_000.0, 2.0, 0.0003, -1.500_000_386_250_386_2e-10),
        (1_000_000.0, 2.0, 0.0011, -5.500_001_929_585_33e-10),
        (1_000_000.0, 2.0, 0.004, -2.000_003_166_674_1e-9),
        (0.0, 3.0, 1.0, -0.420_735_492_403_948_25),
        (0.0, 3.0, 2.2, -0.404_248_201_909_795_05),
        (2.0, 3.0, 0.4, -0.093_161_145_898_193_78),
        (2.0, 3.0, 1.0, -0.239_720_410_330_609_3),
        (2.0, 3.0, 2.9, -0.179_565_406_309_366_02),
        (50.0, 10.0, 0.1, -0.000_965_055_150_367_711_9),
        (50.0, 10.0, 0.4, -0.003_903_838_640_012_176),
        (50.0, 10.0, 0.9, -0.009_238_739_891_952_409),
        (10.0, 128.0, 1.2, -0.007_095_237_757_839_643),
        (10.0, 128.0, 1.48, -0.007_740_136_205_268_902),
        (10.0, 128.0, 1.8, -0.007_759_096_848_440_354_5),
        (10_000.0, 64.0, 0.05, -2.496_704_915_866_086_4e-6),
        (10_000.0, 64.0, 0.08, -3.996_021_086_240_408e-6),
        (10_000.0, 64.0, 0.12, -5.998_015_479_898_003e-6),
        (1000.0, 1000.0, 0.7, -0.000_270_528_266_586_470_53),
        (1000.0, 1000.0, 0.79, -0.000_306_141_446_373_360_7),
        (1000.0, 1000.0, 0.9, -0.000_349_993_342_758_279_16),
    ];
}
