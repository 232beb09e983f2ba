//! Real numbers to shares.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;

use super::{Bijector, SelectMaps, above_zero};
use crate::rows::sum_event;

/// `y = softmax(x_1, …, x_d, 0)`: `d` real numbers to `d + 1` positive shares that add up to 1, in which the
/// last share is the measure of the others.
///
/// The determinant is that of the first `d` shares, the measure under which densities on the simplex, as
/// that of a Dirichlet distribution, are written: `log |det| = Σ_{i ≤ d + 1} log y_i`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::bijector::{Bijector, SoftmaxCentered};
///
/// let y = SoftmaxCentered.forward(Tensor::<2>::zeros([1, 3], &Device::flex()));
/// assert_eq!(y.into_data().as_slice::<f32>().unwrap(), [0.25; 4]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SoftmaxCentered;

impl Bijector for SoftmaxCentered {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let last = x.clone().inner().narrow(1, 0, 1).zeros_like();
        let log_shares = log_softmax(Tensor::cat(vec![x, last], 1), 1);
        (exponential(log_shares.clone()), sum_event(log_shares))
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let d = y.dims()[1] - 1;
        let log_shares = above_zero(y).log();
        let last = log_shares.clone().narrow(1, d, 1);
        (log_shares.clone().narrow(1, 0, d) - last, sum_event(log_shares).neg())
    }

    fn detach_params(&self) -> Self {
        *self
    }
}

impl SelectMaps for SoftmaxCentered {
    fn select_maps(&self, _rows: &Tensor<1, Int>) -> Self {
        *self
    }
}
