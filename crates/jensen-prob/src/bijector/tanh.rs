//! The hyperbolic tangent.

use burn::tensor::Tensor;

use super::{Curve, Elementwise};
use crate::special::softplus;

/// `y = tanh x`, real numbers to those between −1 and 1: actions within bounds.
pub type Tanh = Elementwise<TanhCurve>;

/// `f(x) = tanh x`
#[derive(Clone, Copy, Debug)]
pub enum TanhCurve {}

impl Curve for TanhCurve {
    fn value(x: Tensor<2>) -> Tensor<2> {
        jensen_kernels::tanh(x)
    }

    /// `½ (log(1 + y) − log(1 − y))`
    fn inverse(y: Tensor<2>) -> Tensor<2> {
        const BELOW_ONE: f32 = 1.0 - f32::EPSILON / 2.0;
        let y = y.clone().mask_fill(y.clone().equal_elem(1.0), BELOW_ONE);
        let y = y.clone().mask_fill(y.equal_elem(-1.0), -BELOW_ONE);
        (y.clone().log1p() - y.neg().log1p()) * 0.5
    }

    /// `log(1 − tanh² x) = 2 (log 2 − x − log(1 + e^{−2x}))`, which does not lose what `1 − tanh²` rounds
    /// away.
    fn log_slope(x: Tensor<2>) -> Tensor<2> {
        (x.clone() + softplus(x * -2.0)) * -2.0 + 2.0 * std::f64::consts::LN_2
    }
}
