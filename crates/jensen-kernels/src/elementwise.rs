//! Activation functions and their gradients in one pass each.
//!
//! Burn's CPU backend computes these one element at a time on one thread; here each is a line of
//! arithmetic that the compiler vectorises. To add one: a type with [`Function`], a line in
//! `functions!`.

use burn::backend::{Dispatch, Flex, tensor::FloatTensor};
use burn::tensor::{Tensor, activation};
use multiversion::multiversion;
use rayon::prelude::*;

use crate::{
    backend::Kernels,
    elementary::{exp, expm1_nonpositive, log1p_unit},
    flex::{PARALLEL_FROM, dense, is_fused},
    gamma::{composed_digamma, composed_digamma_remainder, composed_log_gamma, composed_log_gamma_remainder},
};

/// A differentiable function of one number.
pub(crate) trait Function {
    /// Whether the slope is a function of the output rather than of the input.
    const SAVES_OUTPUT: bool;
    /// `f(x)`.
    fn value(x: f32) -> f32;
    /// `f′` from the saved output or input.
    fn slope(saved: f32) -> f32;
}

/// Declares the functions: the enum that crosses Burn's dispatch, the way from its values to the
/// types that are [`Function`]s, and the public function on tensors.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident = $variant:ident, otherwise $composed:expr;)*) => {
        /// Which function the elementwise kernel applies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Elementwise {
            $(#[doc = concat!("[`", stringify!($name), "`](crate::", stringify!($name), ").")] $variant,)*
        }

        impl Elementwise {
            pub(crate) fn saves_output(self) -> bool {
                match self { $(Self::$variant => $variant::SAVES_OUTPUT,)* }
            }

            fn map(self, values: &mut [f32]) {
                match self { $(Self::$variant => map::<$variant>(values),)* }
            }

            fn multiply_by_slope(self, gradient: &mut [f32], saved: &[f32]) {
                match self { $(Self::$variant => multiply_by_slope::<$variant>(gradient, saved),)* }
            }
        }

        $(pub(crate) struct $variant;

        $(#[$doc])*
        pub fn $name<const D: usize>(x: Tensor<D>) -> Tensor<D> {
            if is_fused(&x) {
                Tensor::from_dispatch(<Dispatch as Kernels>::elementwise(x.into_dispatch(), Elementwise::$variant))
            } else {
                let composed: fn(Tensor<D>) -> Tensor<D> = $composed;
                composed(x)
            }
        })*
    };
}

functions! {
    /// The hyperbolic tangent, elementwise.
    tanh = Tanh, otherwise activation::tanh;

    /// The logistic function `1 / (1 + e^−x)`, elementwise.
    sigmoid = Sigmoid, otherwise activation::sigmoid;

    /// `log(1 + eˣ)`, elementwise and without PyTorch's switch to `x` above 20.
    // Half of `x + |x|` in place of a clamp, whose slope at 0 is not ½.
    softplus = Softplus, otherwise |x| (x.clone() + x.clone().abs()) * 0.5 + x.abs().neg().exp().log1p();

    /// `x` if `x > 0`, else `eˣ − 1`, elementwise (Clevert et al. 2016, α = 1).
    elu = Elu, otherwise |x| activation::elu(x, 1.0);

    /// `x·σ(x)`, elementwise (also called swish).
    silu = Silu, otherwise activation::silu;

    /// `x·Φ(x)` with the exact normal distribution function, elementwise: PyTorch's default, not
    /// its tanh approximation (Hendrycks & Gimpel 2016).
    gelu = Gelu, otherwise activation::gelu;

    /// `eˣ`, elementwise.
    exponential = Exponential, otherwise Tensor::exp;

    /// The distribution function `Φ(x)` of the standard normal, elementwise.
    normal_cdf = NormalCdf, otherwise |x| (x * std::f64::consts::FRAC_1_SQRT_2).erf() * 0.5 + 0.5;

    /// `log Γ(x)` for `x ≥ 0`, elementwise; not a number below.
    log_gamma = LogGamma, otherwise composed_log_gamma;

    /// `ψ(x) = d log Γ(x) / dx` for `x ≥ 0`, elementwise; not a number below.
    digamma = Digamma, otherwise composed_digamma;

    /// `log Γ(x) − x log x + x` for `x ≥ 0`, elementwise; not a number below. Grows as `−½ log x`: what
    /// is left of `log Γ` where the leading terms of large arguments cancel against others.
    log_gamma_remainder = LogGammaRemainder, otherwise composed_log_gamma_remainder;

    /// `ψ(x) − log x` for `x ≥ 0`, elementwise; not a number below. Falls as `−1/2x`.
    digamma_remainder = DigammaRemainder, otherwise composed_digamma_remainder;
}

impl Function for Tanh {
    const SAVES_OUTPUT: bool = true;

    /// Cephes `tanhf`: a polynomial near zero, else from `e^−2|x|`.
    #[inline(always)]
    fn value(x: f32) -> f32 {
        let square = x * x;
        let mut p = -5.704_988_7e-3;
        for c in [2.063_908_8e-2, -5.373_971_5e-2, 1.333_144_2e-1, -3.333_328e-1] {
            p = p * square + c;
        }
        let near = p * square * x + x;
        let e = exp(-2.0 * x.abs());
        let far = ((1.0 - e) / (1.0 + e)).copysign(x);
        if x.abs() < 0.625 { near } else { far }
    }

    #[inline(always)]
    fn slope(y: f32) -> f32 {
        (1.0 - y) * (1.0 + y)
    }
}

impl Function for Sigmoid {
    const SAVES_OUTPUT: bool = true;

    #[inline(always)]
    fn value(x: f32) -> f32 {
        logistic(x).0
    }

    #[inline(always)]
    fn slope(y: f32) -> f32 {
        y * (1.0 - y)
    }
}

impl Function for Softplus {
    const SAVES_OUTPUT: bool = false;

    #[inline(always)]
    fn value(x: f32) -> f32 {
        x.max(0.0) + log1p_unit(exp(-x.abs()))
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        logistic(x).0
    }
}

impl Function for Elu {
    const SAVES_OUTPUT: bool = true;

    #[inline(always)]
    fn value(x: f32) -> f32 {
        if x > 0.0 { x } else { expm1_nonpositive(x) }
    }

    #[inline(always)]
    fn slope(y: f32) -> f32 {
        if y > 0.0 { 1.0 } else { y + 1.0 }
    }
}

impl Function for Silu {
    const SAVES_OUTPUT: bool = false;

    #[inline(always)]
    fn value(x: f32) -> f32 {
        x * logistic(x).0
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        let (y, rest) = logistic(x);
        y + x * (y * rest)
    }
}

impl Function for Gelu {
    const SAVES_OUTPUT: bool = false;

    #[inline(always)]
    fn value(x: f32) -> f32 {
        x * normal_cdf_and_exponential(x).0
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        let (cdf, e) = normal_cdf_and_exponential(x);
        cdf + x * (INV_SQRT_TAU * e)
    }
}

impl Function for Exponential {
    const SAVES_OUTPUT: bool = true;

    #[inline(always)]
    fn value(x: f32) -> f32 {
        exp(x)
    }

    #[inline(always)]
    fn slope(y: f32) -> f32 {
        y
    }
}

impl Function for NormalCdf {
    const SAVES_OUTPUT: bool = false;

    #[inline(always)]
    fn value(x: f32) -> f32 {
        normal_cdf_and_exponential(x).0
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        INV_SQRT_TAU * exp(-0.5 * (x * x))
    }
}

/// `1/√2π`
const INV_SQRT_TAU: f32 = 3.989_423e-1;

/// `σ(x)` and `σ(−x)`, whose digits `1 − σ(x)` would cancel.
#[inline(always)]
fn logistic(x: f32) -> (f32, f32) {
    let e = exp(-x.abs());
    let (large, small) = (1.0 / (1.0 + e), e / (1.0 + e));
    if x > 0.0 { (large, small) } else { (small, large) }
}

/// `Φ(x)` and `e^(−x²/2)`.
///
/// The tail is `½·e^(−z²)·t·P(t)` with `z = |x|/√2` and `t = 1/(1 + 0.4 z)`; `P` interpolates
/// `e^(z²) erfc(z)/t` at the Chebyshev nodes of `t ∈ [0, 1]` with relative error below 1e-8.
#[inline(always)]
fn normal_cdf_and_exponential(x: f32) -> (f32, f32) {
    let e = exp(-0.5 * (x * x));
    let t = 1.0 / (1.0 + (0.4 * std::f32::consts::FRAC_1_SQRT_2) * x.abs());
    let mut p = -2.986_862_9e-2;
    for c in [
        1.438_410_7e-1,
        -2.430_417_4e-1,
        1.468_032_4e-1,
        -5.379_316_6e-2,
        8.712_064_5e-2,
        1.180_951_2e-1,
        1.718_905_7e-1,
        2.076_007_1e-1,
        2.256_763_1e-1,
        2.256_758_4e-1,
    ] {
        p = p * t + c;
    }
    let tail = 0.5 * e * (t * p);
    (if x > 0.0 { 1.0 - tail } else { tail }, e)
}

/// The kernel behind the functions; in place where nobody else holds `x`.
pub(crate) fn forward(x: FloatTensor<Flex>, function: Elementwise) -> FloatTensor<Flex> {
    let mut x = dense(x);
    let values = x.storage_mut::<f32>();
    if values.len() < PARALLEL_FROM {
        function.map(values);
    } else {
        values.par_chunks_mut(PARALLEL_FROM / 4).for_each(|values| function.map(values));
    }
    x
}

/// `gradient · f′(saved)`, in place where nobody else holds `gradient`.
pub(crate) fn backward(
    saved: FloatTensor<Flex>,
    gradient: FloatTensor<Flex>,
    function: Elementwise,
) -> FloatTensor<Flex> {
    let (saved, mut gradient) = (dense(saved), dense(gradient));
    let (s, g) = (saved.storage::<f32>(), gradient.storage_mut::<f32>());
    if g.len() < PARALLEL_FROM {
        function.multiply_by_slope(g, s);
    } else {
        let chunk = PARALLEL_FROM / 4;
        g.par_chunks_mut(chunk).zip(s.par_chunks(chunk)).for_each(|(g, s)| function.multiply_by_slope(g, s));
    }
    gradient
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn map<F: Function>(values: &mut [f32]) {
    for value in values {
        *value = F::value(*value);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn multiply_by_slope<F: Function>(gradient: &mut [f32], saved: &[f32]) {
    for (gradient, &saved) in gradient.iter_mut().zip(saved) {
        *gradient *= F::slope(saved);
    }
}
