//! The normal distribution function, its logarithm and their inverses.

use burn::tensor::{DType, Tensor};
use jensen_kernels::scalar;

use crate::host::pointwise;

/// `½ log 2π`
pub(crate) const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

/// `log φ(x)` of the standard normal density.
fn log_density(x: f64) -> f64 {
    -0.5 * x * x - HALF_LOG_TAU
}

/// The distribution function `Φ(x)` of the standard normal, elementwise, with the digits of its lower tail.
pub fn normal_cdf<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if x.dtype() == DType::F64 {
        pointwise([x], |[x]| scalar::normal_cdf(x), |[x], _| [log_density(x).exp()])
    } else {
        jensen_kernels::normal_cdf(x)
    }
}

/// `log Φ(x)`, elementwise: exact in the far lower tail, where `Φ` is 0, and near 0 in the upper.
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// # use jensen_prob::special::log_normal_cdf;
/// let y = log_normal_cdf(Tensor::<1>::from_data([-300f32, 9.0], &Device::flex()));
/// let y = y.into_data().try_into_vec::<f32>().expect("f32");
/// assert_eq!(y, [-45_006.623, -1.128_588_4e-19]);
/// ```
pub fn log_normal_cdf<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    pointwise([x], |[x]| scalar::log_normal_cdf(x), |[x], _| [scalar::log_normal_cdf_slope(x)])
}

/// `Φ⁻¹(p)`, elementwise: infinite at 0 and 1, no number outside. Its gradient is `1/φ(Φ⁻¹(p))`.
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// # use jensen_prob::special::normal_icdf;
/// let x = normal_icdf(Tensor::<1>::from_data([0.975f32, 1e-30], &Device::flex()));
/// let x = x.into_data().try_into_vec::<f32>().expect("f32");
/// assert!((x[0] - 1.959_964).abs() < 1e-6 && (x[1] + 11.464_025).abs() < 1e-5);
/// ```
pub fn normal_icdf<const D: usize>(p: Tensor<D>) -> Tensor<D> {
    pointwise([p], |[p]| scalar::normal_icdf(p), |_, x| [(-log_density(x)).exp()])
}

/// The inverse of the error function, elementwise: infinite at −1 and 1, no number outside.
pub fn erfinv<const D: usize>(y: Tensor<D>) -> Tensor<D> {
    pointwise([y], |[y]| scalar::erfinv(y), |_, x| [(x * x).exp() / std::f64::consts::FRAC_2_SQRT_PI])
}
