//! The softplus function.

use burn::tensor::Tensor;

use super::{Curve, Elementwise, above_zero};
use crate::special::{log_sigmoid, log1mexp, softplus};

/// `y = log(1 + eˣ)`, real numbers to positive ones, linear where [`Exp`](super::Exp) overflows.
pub type Softplus = Elementwise<SoftplusCurve>;

/// `f(x) = log(1 + eˣ)`
#[derive(Clone, Copy, Debug)]
pub enum SoftplusCurve {}

impl Curve for SoftplusCurve {
    fn value(x: Tensor<2>) -> Tensor<2> {
        softplus(x)
    }

    /// `y + log(1 − e^{−y})`
    fn inverse(y: Tensor<2>) -> Tensor<2> {
        let y = above_zero(y);
        y.clone() + log1mexp(y)
    }

    fn log_slope(x: Tensor<2>) -> Tensor<2> {
        log_sigmoid(x)
    }
}
