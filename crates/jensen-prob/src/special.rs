//! Special functions that stay exact where the textbook form over- or underflows.
//!
//! Masks are put on inputs, never on outputs: the gradient of a masked output is `0 · ∞ = NaN`.

mod incomplete_beta;
mod incomplete_gamma;
mod normal;

pub use crate::bessel::{bessel_i0e, bessel_i1e, bessel_ratio};

use burn::tensor::Tensor;
pub use incomplete_beta::incomplete_beta;
pub(crate) use incomplete_beta::{Share, incomplete_beta_of_logits};
pub use incomplete_gamma::{incomplete_gamma, incomplete_gamma_complement};
pub use jensen_kernels::{digamma, digamma_remainder, log_gamma, log_gamma_remainder, sigmoid, softplus};
use jensen_kernels::{exponential, tanh};
pub(crate) use normal::HALF_LOG_TAU;
pub use normal::{erfinv, log_normal_cdf, normal_cdf, normal_icdf};

use crate::rows::expand;

/// `log σ(x) = −softplus(−x)`.
pub fn log_sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    softplus(x.neg()).neg()
}

/// `r − 1 − log r` of a positive ratio, 0 at 1 and positive elsewhere. The difference to 1 is exact near
/// it, where a sum with the logarithm would be rounded.
pub(crate) fn ratio_excess(ratio: Tensor<2>) -> Tensor<2> {
    (ratio.clone() - 1.0) - ratio.log()
}

/// [`ratio_excess`] of `x · scale`, both positive, whose ends may leave the range: far from 1 the logarithm
/// is the sum of two, whose slopes do not overflow.
pub(crate) fn product_excess(x: Tensor<2>, scale: Tensor<2>) -> Tensor<2> {
    let ratio = x.clone() * scale.clone();
    let is_far = (ratio.clone() - 1.0).abs().greater_elem(0.5);
    let near = ratio_excess(ratio.clone().mask_fill(is_far.clone(), 1.0));
    near.mask_where(is_far, ratio - 1.0 - x.log() - scale.log())
}

/// `log(x/s)` of a positive scale `s` and its logarithm: near 1 from the difference `x − s`, which is exact,
/// elsewhere from both logarithms, whose slopes do not overflow.
pub(crate) fn log_ratio(x: Tensor<2>, scale: Tensor<2>, log_scale: Tensor<2>) -> Tensor<2> {
    let distance = (x.clone() - scale) * exponential(log_scale.clone().neg());
    let x = expand(x, distance.dims());
    let is_far = distance.clone().abs().greater_elem(0.5);
    let near = distance.mask_fill(is_far.clone(), 0.0).log1p();
    let far = x.mask_fill(is_far.clone().bool_not(), 1.0).log() - log_scale;
    near.mask_where(is_far, far)
}

/// `log(1 − e^{−x})` for `x > 0`.
///
/// Above `log 2` as `log1p(−e^{−x})`, below as `log tanh(x/2) + softplus(−x)`, which takes
/// the place of `log(−expm1(−x))`, since `1 − e^{−x} = tanh(x/2)(1 + e^{−x})`. The switch is that of
/// Mächler 2012, "Accurately computing log(1 − exp(−|a|))", eq. 7.
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// # use jensen_prob::special::log1mexp;
/// let y = log1mexp(Tensor::<1>::from_data([1e-20f32, 1.0, 50.0], &Device::flex()));
/// let y = y.into_data().try_into_vec::<f32>().expect("f32");
/// assert!((y[0] - 1e-20f32.ln()).abs() < 1e-5); // 1 − exp(−1e-20) rounds to 0
/// assert!((y[1] - (1.0 - (-1f32).exp()).ln()).abs() < 1e-6);
/// assert!(y[2] < 0.0); // 1 − exp(−50) rounds to 1
/// ```
pub fn log1mexp<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    const SWITCH: f64 = std::f64::consts::LN_2;
    let large = x.clone().greater_elem(SWITCH);
    let below = x.clone().mask_fill(large.clone(), SWITCH);
    let above = x.mask_fill(large.clone().bool_not(), SWITCH);
    let near_zero = tanh(below.clone() * 0.5).log() + softplus(below.neg());
    let far = exponential(above.neg()).neg().log1p();
    near_zero.mask_where(large, far)
}

/// `eˣ − 1` with the digits of small `x`, as `tanh(x/2)(eˣ + 1)`.
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// # use jensen_prob::special::expm1;
/// let y = expm1(Tensor::<1>::from_data([1e-20f32], &Device::flex())).into_scalar::<f32>();
/// assert_eq!(y, 1e-20);
/// ```
pub fn expm1<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    tanh(x.clone() * 0.5) * (exponential(x) + 1.0)
}

/// `(1 − e^{−t})/t` for `t ≥ 0`, below a small one as `1 − t/2 + t²/6 − …`, whose slope does not cancel
/// either.
pub(crate) fn mean_decay(t: Tensor<2>) -> Tensor<2> {
    const SMALL: f64 = 0.05;
    const TERMS: u8 = 8;
    let is_small = t.clone().lower_elem(SMALL);
    let large = t.clone().mask_fill(is_small.clone(), 1.0);
    let small = t.mask_fill(is_small.clone().bool_not(), 0.0);
    let one = small.ones_like();
    let series = (2..=TERMS).rev().fold(one, |sum, k| sum * small.clone() / -f64::from(k) + 1.0);
    (expm1(large.clone().neg()).neg() / large).mask_where(is_small, series)
}

/// `log Σ eˣ` over `dim`, which keeps length 1.
///
/// A slice of nothing but `−∞` has the value `−∞` and the gradient 0.
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// # use jensen_prob::special::logsumexp;
/// let log_weights = Tensor::<2>::from_data([[1000.0f32, 1000.0]], &Device::flex());
/// let sum = logsumexp(log_weights, 1).into_scalar::<f32>();
/// assert!((sum - 1000.0 - 2f32.ln()).abs() < 1e-4);
/// ```
///
/// # Panics
/// If `dim ≥ D`.
pub fn logsumexp<const D: usize>(x: Tensor<D>, dim: usize) -> Tensor<D> {
    // The shift cancels, so it carries no gradient.
    let shift = x.clone().inner().max_dim(dim);
    let shift = shift.clone().mask_fill(shift.is_inf(), 0.0);
    let sum = (x - shift.clone()).exp().sum_dim(dim);
    let empty = sum.clone().equal_elem(0.0);
    sum.mask_fill(empty.clone(), 1.0).log().mask_fill(empty, f32::NEG_INFINITY) + shift
}
