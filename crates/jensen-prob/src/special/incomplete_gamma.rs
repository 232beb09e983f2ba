//! The regularised incomplete gamma function.

use burn::tensor::Tensor;
use jensen_kernels::scalar::{log_gamma_remainder, normal_cdf};

use crate::host::pointwise;
use crate::implicit::{LARGE, log_gamma_slope, lower_series, upper_fraction};

/// `P(a, x) = ∫₀ˣ t^(a−1) e^−t dt / Γ(a)` for `a > 0` and `x ≥ 0`, elementwise: the distribution function of
/// `Gamma(a, 1)`, with the digits of its lower tail.
///
/// Below `a + 1` by its series, above by its continued fraction (Abramowitz & Stegun 6.5.29, 6.5.31), for
/// `a > 1e5` by the uniform expansion of Temme 1979, "The asymptotic expansion of the incomplete gamma
/// functions". The gradient is exact for both arguments, that for `a > 1e5` to
/// 1e-8.
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// # use jensen_prob::special::incomplete_gamma;
/// let at = |x: f32| Tensor::<1>::from_data([x], &Device::flex());
/// let p = incomplete_gamma(at(1.0), at(2.0)).into_scalar::<f32>();
/// assert!((p - (1.0 - (-2f32).exp())).abs() < 1e-6);
/// ```
pub fn incomplete_gamma<const D: usize>(a: Tensor<D>, x: Tensor<D>) -> Tensor<D> {
    pointwise([a, x], |[a, x]| shares(a, x)[0], |[a, x], _| slopes(a, x))
}

/// `Q(a, x) = 1 − P(a, x)` with the digits of the upper tail; see [`incomplete_gamma`].
pub fn incomplete_gamma_complement<const D: usize>(a: Tensor<D>, x: Tensor<D>) -> Tensor<D> {
    pointwise([a, x], |[a, x]| shares(a, x)[1], |[a, x], _| slopes(a, x).map(|slope| -slope))
}

/// `P(a, x)` and `Q(a, x)`.
fn shares(a: f64, x: f64) -> [f64; 2] {
    let is_inside = a > 0.0 && a.is_finite() && x >= 0.0;
    if !is_inside {
        return [f64::NAN; 2];
    }
    if x == 0.0 || x == f64::INFINITY {
        return if x == 0.0 { [0.0, 1.0] } else { [1.0, 0.0] };
    }
    if a > LARGE {
        return expansion(a, x);
    }
    if x < a + 1.0 {
        let lower = density_times_x(a, x) / a * lower_series(a, x).value;
        [lower, 1.0 - lower]
    } else {
        let upper = density_times_x(a, x) * upper_fraction(a, x).value;
        [1.0 - upper, upper]
    }
}

/// `∂P/∂a` and `∂P/∂x`. At a fixed `P` the argument moves with `a` as a draw of the gamma distribution does.
fn slopes(a: f64, x: f64) -> [f64; 2] {
    let moved = density_times_x(a, x);
    let by_a = if moved == 0.0 { 0.0 } else { -moved * log_gamma_slope(a, x.ln()) };
    let by_x = match x {
        0.0 if a < 1.0 => f64::INFINITY,
        0.0 if a == 1.0 => 1.0,
        0.0 => 0.0,
        _ => moved / x,
    };
    [by_a, by_x]
}

/// `xᵃ e⁻ˣ / Γ(a)` without terms of size `a log a`.
fn density_times_x(a: f64, x: f64) -> f64 {
    if x == f64::INFINITY { 0.0 } else { (-a * excess(x, a) - log_gamma_remainder(a)).exp() }
}

/// `r − 1 − log r` of the ratio `r = x/a`.
fn excess(x: f64, a: f64) -> f64 {
    excess_of((x - a) / a, || x.ln() - a.ln())
}

/// `r − 1 − log r` from `r − 1` and, where that is not small, from `log r`.
pub(crate) fn excess_of(distance: f64, log_ratio: impl FnOnce() -> f64) -> f64 {
    distance - if distance.abs() < 0.5 { distance.ln_1p() } else { log_ratio() }
}

/// `½ erfc(∓η√(a/2)) ∓ R(a)` with `½η² = x/a − 1 − log(x/a)` and
/// `R = e^(−aη²/2)/√2πa · Σ_k c_k(η) a^−k`; the coefficients by Temme's recurrence.
fn expansion(a: f64, x: f64) -> [f64; 2] {
    const C: [&[f64]; 3] = [
        &[
            -1.0 / 3.0,
            1.0 / 12.0,
            -2.0 / 135.0,
            1.0 / 864.0,
            1.0 / 2835.0,
            -139.0 / 777_600.0,
            3.919_263_178_522_438e-5,
            -2.185_448_510_679_992e-6,
            -1.854_062_210_715_16e-6,
            8.296_711_340_953_087e-7,
        ],
        &[
            -1.0 / 540.0,
            -1.0 / 288.0,
            1.0 / 378.0,
            -9.902_263_374_485_596e-4,
            2.057_613_168_724_28e-4,
            -4.018_775_720_164_609e-7,
        ],
        &[4.133_597_883_597_884e-3, -2.681_327_160_493_827e-3],
    ];
    let half_square = excess(x, a);
    let eta = (2.0 * half_square).sqrt().copysign(x - a);
    let polynomial = |c: &&[f64]| c.iter().rev().fold(0.0, |sum, c| sum * eta + c);
    let series = C.iter().map(polynomial).rev().fold(0.0, |sum, c| sum / a + c);
    let rest = (-a * half_square).exp() / (std::f64::consts::TAU * a).sqrt();
    // Far out the polynomials stand for nothing, and the factor is 0.
    let rest = if rest == 0.0 { 0.0 } else { rest * series };
    let deviations = eta * a.sqrt();
    [normal_cdf(deviations) - rest, normal_cdf(-deviations) + rest]
}
