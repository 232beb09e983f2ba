//! Modified Bessel functions of the first kind, `I_ν(x)` for `ν ≥ 0` and `x ≥ 0`, in `f64` on the host.
//!
//! They leave the range at `x = 90` in single precision, and what is made of them does not: exponentially
//! scaled they fall as `1/√2πx`, and ratios of neighbouring orders tend to 1, from which their distance
//! counts (`κ (1 − I_1(κ)/I_0(κ)) → ½`).

use std::f64::consts::TAU;
use std::sync::LazyLock;

use burn::tensor::Tensor;
use jensen_kernels::scalar::log_gamma;

use crate::host::pointwise_of_one;

/// From here on the uniform expansion holds to 1e-13 with the terms below.
const LARGE_ORDER: f64 = 40.0;
const UNIFORM_TERMS: usize = 8;

/// `e^{−x} I_0(x)` for `x ≥ 0`, elementwise; not a number below.
pub fn bessel_i0e<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let value = |x| log_reduced(0.0, x).exp();
    pointwise_of_one(x, value, |x| -Ratio::of(0.0, x).complement * value(x))
}

/// `e^{−x} I_1(x)` for `x ≥ 0`, elementwise; not a number below.
pub fn bessel_i1e<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let zeroth = |x| log_reduced(0.0, x).exp();
    let slope = |ratio: Ratio| ratio.slope - ratio.value * ratio.complement;
    pointwise_of_one(x, |x| Ratio::of(0.0, x).value * zeroth(x), |x| slope(Ratio::of(0.0, x)) * zeroth(x))
}

/// `I_{ν+1}(x)/I_ν(x)` of the order `ν ≥ 0` for `x ≥ 0`, elementwise; not a number below. Rises from 0 to 1: the
/// length of the mean of a von Mises distribution of concentration `x` for `ν = 0`, of a von Mises–Fisher
/// distribution in `d` dimensions for `ν = d/2 − 1`.
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// # use jensen_prob::special::bessel_ratio;
/// let x = Tensor::<1>::from_data([2.0f32, 1e6], &Device::flex());
/// let ratio = bessel_ratio(0.5, x).into_data().try_into_vec::<f32>().expect("f32");
/// assert!((ratio[0] - (1.0 / 2f32.tanh() - 0.5)).abs() < 1e-6); // coth x − 1/x
/// assert!((ratio[1] - (1.0 - 1e-6)).abs() < 1e-7);
/// ```
pub fn bessel_ratio<const D: usize>(order: f64, x: Tensor<D>) -> Tensor<D> {
    pointwise_of_one(x, |x| Ratio::of(order, x).value, |x| Ratio::of(order, x).slope)
}

/// `1 − I_{ν+1}(x)/I_ν(x)`, which falls as `(ν + ½)/x`.
pub(crate) fn bessel_ratio_complement(order: f64, x: Tensor<2>) -> Tensor<2> {
    pointwise_of_one(x, |x| Ratio::of(order, x).complement, |x| -Ratio::of(order, x).slope)
}

/// The slope of [`bessel_ratio`], and `A/x = I_{ν+1}(x) / x I_ν(x)`.
pub(crate) fn bessel_ratio_slopes(order: f64, x: Tensor<2>) -> [Tensor<2>; 2] {
    let slope = move |x| Ratio::of(order, x).slope;
    let by_x = move |x| if x == 0.0 { slope(x) } else { Ratio::of(order, x).value / x };
    let bend = move |x| if x == 0.0 { 0.0 } else { (slope(x) - by_x(x)) / x };
    // The derivative of dA/dx = 1 − A² − (2ν + 1) A/x.
    let second = move |x| -2.0 * Ratio::of(order, x).value * slope(x) - (2.0 * order + 1.0) * bend(x);
    [pointwise_of_one(x.clone(), slope, second), pointwise_of_one(x, by_x, bend)]
}

/// `log e^{−x} I_ν(x) Γ(ν + 1) (2/x)^ν`, which is 0 at 0 and has the slope `I_{ν+1}(x)/I_ν(x) − 1`.
pub(crate) fn log_bessel_reduced(order: f64, x: Tensor<2>) -> Tensor<2> {
    pointwise_of_one(x, |x| log_reduced(order, x), |x| -Ratio::of(order, x).complement)
}

/// `A = I_{ν+1}(x)/I_ν(x)`
pub(crate) struct Ratio {
    pub(crate) value: f64,
    /// `1 − A`
    pub(crate) complement: f64,
    /// `dA/dx`
    pub(crate) slope: f64,
}

impl Ratio {
    pub(crate) fn of(order: f64, x: f64) -> Self {
        if x.is_nan() || x < 0.0 {
            Self { value: f64::NAN, complement: f64::NAN, slope: f64::NAN }
        } else if x < 1e-100 {
            // Squares leave the range, and nothing but the first term is left anyway.
            let slope = 0.5 / (order + 1.0);
            Self { value: slope * x, complement: 1.0, slope }
        } else if is_asymptotic(order, x) {
            Self::asymptotic(order, x)
        } else {
            Self::backward(order, x)
        }
    }

    /// By the recurrence `1/A_ν = 2(ν + 1)/x + A_{ν+1}` from an order whose bound (Amos 1974, "Computation of modified
    /// Bessel functions and their ratios") is forgotten on the way down: a step takes `A²` of an error.
    fn backward(order: f64, x: f64) -> Self {
        let steps = 30 + (6.0 * x.sqrt()) as usize;
        let highest = order + steps as f64;
        let bound = x / (highest + 0.5 + (highest + 1.5).hypot(x));
        let down = |(ratio, slope): (f64, f64), step: usize| {
            let above = 2.0 * (order + step as f64 + 1.0) / x;
            let ratio = (above + ratio).recip();
            (ratio, ratio * ratio * (above / x - slope))
        };
        let (value, slope) = (0..steps).rev().fold((bound, bound / x), down);
        Self { value, complement: 1.0 - value, slope }
    }

    /// From the series of Hankel (Abramowitz & Stegun 9.7.1) of both orders, subtracted term by term.
    fn asymptotic(order: f64, x: f64) -> Self {
        let [mut difference, mut sum] = [[0.0; 2]; 2];
        for (k, (lower, upper)) in hankel(order, x).zip(hankel(order + 1.0, x)).enumerate() {
            // Each with its derivative, −k/x times the term.
            let derivative = -(k as f64) / x;
            difference = [difference[0] + (lower - upper), difference[1] + derivative * (lower - upper)];
            sum = [sum[0] + lower, sum[1] + derivative * lower];
        }
        let complement = difference[0] / sum[0];
        let slope = (complement * sum[1] - difference[1]) / sum[0];
        Self { value: 1.0 - complement, complement, slope }
    }
}

/// Whether the series of Hankel has all digits.
fn is_asymptotic(order: f64, x: f64) -> bool {
    x >= 30.0 && x >= 2.0 * (order + 1.0) * (order + 1.0)
}

/// The terms of `√2πx e^{−x} I_ν(x)`.
fn hankel(order: f64, x: f64) -> impl Iterator<Item = f64> {
    let next = move |&(k, term): &(f64, f64)| {
        let odd = 2.0 * k + 1.0;
        Some((k + 1.0, -term * (4.0 * order * order - odd * odd) / (8.0 * (k + 1.0) * x)))
    };
    std::iter::successors(Some((0.0, 1.0)), next).map(|(_, term)| term).take(30)
}

/// [`log_bessel_reduced`] of one number.
pub(crate) fn log_reduced(order: f64, x: f64) -> f64 {
    // What is left of I after its exponential growth is given with that growth.
    let reduce = |log_scaled: f64| log_scaled + log_gamma(order + 1.0) - order * (0.5 * x).ln();
    if x.is_nan() || x < 0.0 {
        f64::NAN
    } else if x == 0.0 {
        0.0
    } else if is_asymptotic(order, x) {
        reduce(hankel(order, x).sum::<f64>().ln() - 0.5 * (TAU * x).ln())
    } else if order >= LARGE_ORDER {
        reduce(uniform(order, x))
    } else {
        power_series(order, x) - x
    }
}

/// `log Σ_k (x²/4)^k / k! (ν + 1) … (ν + k)`, whose terms are positive.
fn power_series(order: f64, x: f64) -> f64 {
    const TOO_LARGE: f64 = 1e280;
    let square = 0.25 * x * x;
    let (mut term, mut sum, mut scale, mut k) = (1.0, 1.0, 0.0, 0.0);
    while term > 1e-17 * sum {
        k += 1.0;
        term *= square / (k * (order + k));
        sum += term;
        if sum > TOO_LARGE {
            (term, sum, scale) = (term / TOO_LARGE, sum / TOO_LARGE, scale + TOO_LARGE.ln());
        }
    }
    scale + sum.ln()
}

/// `log e^{−x} I_ν(x)` by the expansion that is uniform in `z = x/ν` (Abramowitz & Stegun 9.7.7).
fn uniform(order: f64, x: f64) -> f64 {
    let z = x / order;
    let root = 1f64.hypot(z);
    let p = root.recip();
    let sum = UNIFORM.iter().rev().fold(0.0, |sum, polynomial| {
        sum / order + polynomial.iter().rev().fold(0.0, |value, c| value * p + c)
    });
    let growth = order * ((root + z).recip() - z.recip().asinh());
    growth - 0.5 * (TAU * order * root).ln() + sum.ln()
}

/// The coefficients of the polynomials `u_k(p)` (Abramowitz & Stegun 9.3.10):
/// `u_{k+1} = ½ p² (1 − p²) u_k′ + ⅛ ∫ (1 − 5p²) u_k dp`.
static UNIFORM: LazyLock<Vec<Vec<f64>>> = LazyLock::new(|| {
    let next = |polynomial: &Vec<f64>| {
        let mut next = vec![0.0; polynomial.len() + 3];
        for (power, c) in polynomial.iter().enumerate() {
            let n = power as f64;
            next[power + 1] += c * (0.5 * n + 0.125 / (n + 1.0));
            next[power + 3] -= c * (0.5 * n + 0.625 / (n + 3.0));
        }
        Some(next)
    };
    std::iter::successors(Some(vec![1.0]), next).take(UNIFORM_TERMS).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    /// The ways to compute them meet where one takes over from another.
    #[test]
    fn the_ways_meet() {
        for order in [0.0, 0.5, 3.0, 39.0, 41.0, 499.0f64] {
            let x = (2.0 * (order + 1.0) * (order + 1.0)).max(30.0);
            let (near, far) = (Ratio::backward(order, x), Ratio::asymptotic(order, x));
            assert!((near.complement / far.complement - 1.0).abs() < 1e-11, "order {order}");
            assert!((near.slope / far.slope - 1.0).abs() < 1e-11, "order {order}");
            let below = log_reduced(order, x * (1.0 - 1e-12));
            assert!((below - log_reduced(order, x)).abs() < 1e-9, "order {order}");
        }
        for x in [1e-3, 1.0, 30.0, 200.0, 3000.0] {
            let uniform =
                uniform(LARGE_ORDER, x) + log_gamma(LARGE_ORDER + 1.0) - LARGE_ORDER * (0.5 * x).ln();
            let series = power_series(LARGE_ORDER, x) - x;
            assert!((uniform - series).abs() < 1e-11, "at {x}: {uniform} and {series}");
        }
    }

    /// `I_{½}` is a hyperbolic sine.
    #[test]
    fn half_an_order_is_elementary() {
        for x in [1e-3f64, 0.5, 4.0, 29.0, 31.0, 300.0] {
            let exact = (x.sinh() / x).ln() - x;
            assert!((log_reduced(0.5, x) - exact).abs() < 1e-13 * x.max(1.0), "at {x}");
            // I_{3/2}/I_{1/2} = coth x − 1/x.
            let exact = x.tanh().recip() - x.recip();
            assert!((Ratio::of(0.5, x).value - exact).abs() < 1e-12, "at {x}");
        }
    }

    #[test]
    fn outside_its_domain_it_is_no_number() {
        for x in [-1.0, f64::NAN] {
            assert!(log_reduced(2.0, x).is_nan() && Ratio::of(2.0, x).complement.is_nan());
        }
        assert_eq!((log_reduced(2.0, 0.0), Ratio::of(2.0, 0.0).value), (0.0, 0.0));
    }
}
