//! The exponential function.

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use super::{Curve, Elementwise, above_zero};

/// `y = eˣ`, real numbers to positive ones.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::bijector::{Bijector, Exp};
///
/// let x = Tensor::<2>::from_data([[0.0f32, 1.0]], &Device::flex());
/// let (y, log_det) = Exp::new().forward_with_log_det(x);
/// assert_eq!(log_det.into_scalar::<f32>(), 1.0); // Σ x
/// assert!((y.sum().into_scalar::<f32>() - 1.0 - std::f32::consts::E).abs() < 1e-6);
/// ```
pub type Exp = Elementwise<ExpCurve>;

/// `f(x) = eˣ`
#[derive(Clone, Copy, Debug)]
pub enum ExpCurve {}

impl Curve for ExpCurve {
    fn value(x: Tensor<2>) -> Tensor<2> {
        exponential(x)
    }

    fn inverse(y: Tensor<2>) -> Tensor<2> {
        above_zero(y).log()
    }

    fn log_slope(x: Tensor<2>) -> Tensor<2> {
        x
    }
}
