//! The logistic function.

use burn::tensor::Tensor;

use super::{Curve, Elementwise, above_zero};
use crate::special::{sigmoid, softplus};

/// `y = 1/(1 + e^{−x})`, real numbers to those between 0 and 1.
pub type Sigmoid = Elementwise<SigmoidCurve>;

/// `f(x) = 1/(1 + e^{−x})`
#[derive(Clone, Copy, Debug)]
pub enum SigmoidCurve {}

impl Curve for SigmoidCurve {
    fn value(x: Tensor<2>) -> Tensor<2> {
        sigmoid(x)
    }

    fn inverse(y: Tensor<2>) -> Tensor<2> {
        let y = above_zero(y);
        let y = y.clone().mask_fill(y.equal_elem(1.0), 1.0 - f32::EPSILON / 2.0);
        y.clone().log() - y.neg().log1p()
    }

    fn log_slope(x: Tensor<2>) -> Tensor<2> {
        (softplus(x.clone()) + softplus(x.neg())).neg()
    }
}
