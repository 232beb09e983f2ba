//! Special functions that stay exact where the textbook form over- or underflows.
//!
//! Masks are put on inputs, never on outputs: the gradient of a masked output is `0 · ∞ = NaN`.

use burn::tensor::Tensor;

/// `log(1 + eˣ)`, the negative logarithm of `σ(−x)`.
///
/// Computed as `max(x, 0) + log1p(e^{−|x|})` (Mächler 2012, "Accurately computing
/// log(1 − exp(−|a|))", eq. 10), with the maximum as `(x + |x|)/2`: the gradient of a rectifier at
/// zero is 0, which would make that of softplus 0 in place of ½.
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// # use jensen_prob::special::softplus;
/// let y = softplus(Tensor::<1>::from_data([-100.0f32, 0.0, 100.0], &Device::flex()));
/// let y = y.into_data().try_into_vec::<f32>().expect("f32");
/// assert!(y[0] > 0.0 && (y[1] - 2f32.ln()).abs() < 1e-7 && y[2] == 100.0);
/// ```
pub fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let magnitude = x.clone().abs();
    (x + magnitude.clone()) * 0.5 + magnitude.neg().exp().log1p()
}

/// `log σ(x) = −softplus(−x)`.
pub fn log_sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    softplus(x.neg()).neg()
}

/// `log(1 − e^{−x})` for `x > 0`.
///
/// Above `log 2` as `log1p(−e^{−x})`, below as `log tanh(x/2) + log1p(e^{−x})`, which takes the
/// place of `log(−expm1(−x))` (Mächler 2012, eq. 7): `1 − e^{−x} = tanh(x/2)(1 + e^{−x})`.
pub fn log1mexp<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    const SWITCH: f64 = std::f64::consts::LN_2;
    let large = x.clone().greater_elem(SWITCH);
    let below = x.clone().mask_fill(large.clone(), SWITCH);
    let above = x.mask_fill(large.clone().bool_not(), SWITCH);
    let near_zero = (below.clone() * 0.5).tanh().log() + below.neg().exp().log1p();
    let far = above.neg().exp().neg().log1p();
    near_zero.mask_where(large, far)
}

/// `log Σ eˣ` over `dim`, which keeps length 1.
///
/// A slice of nothing but `−∞` has the value `−∞` and the gradient 0.
///
/// # Panics
/// If `dim ≥ D`.
pub fn logsumexp<const D: usize>(x: Tensor<D>, dim: usize) -> Tensor<D> {
    // The shift cancels, so it carries no gradient.
    let shift = x.clone().detach().max_dim(dim);
    let shift = shift.clone().mask_fill(shift.is_inf(), 0.0);
    let sum = (x - shift.clone()).exp().sum_dim(dim);
    let empty = sum.clone().equal_elem(0.0);
    sum.mask_fill(empty.clone(), 1.0).log().mask_fill(empty, f32::NEG_INFINITY) + shift
}
