//! Planar flows.

use burn::tensor::{Int, Tensor, TensorData};
use jensen_kernels::{exponential, tanh};

use super::{Bijector, LEAST, SelectMaps, selected, slope, spread};
use crate::rows::{meet_rows, repeat_rows};

/// `y = x + û tanh(wᵀx + b)`: along `û`, the plane `wᵀx + b = 0` draws space in or pushes it away (Rezende &
/// Mohamed 2015, eq. 10), `[rows, d]`.
///
/// Invertible for any parameters: `û` is `u` moved along `w` until `1 + wᵀû = 0.001 + log(1 + e^{a + wᵀu})`,
/// which is positive (appendix A.1). There `a` is 0; here it is the one with which `u = 0` is the identity and
/// `û` stays in reach of `u` as `w` goes to 0. The inverse, a root of one number a row, is found by bisection.
#[derive(Clone, Debug)]
pub struct Planar {
    /// `û`
    direction: Tensor<2>,
    /// `w`
    weight: Tensor<2>,
    /// `b`, `[rows, 1]`
    bias: Tensor<2>,
    /// `1 + wᵀû`, `[rows, 1]`: positive.
    gain: Tensor<2>,
}

impl Planar {
    /// From `u` and `w`, `[rows, d]`, and `b`, `[rows, 1]`; any real numbers.
    ///
    /// # Panics
    /// If the shapes do not fit.
    pub fn new(u: Tensor<2>, w: Tensor<2>, b: Tensor<2>) -> Self {
        let [rows, _] = u.dims();
        let (of_w, of_b) = (w.dims(), b.dims());
        assert_eq!(of_w, u.dims(), "w of shape {of_w:?} meets u of shape {:?}", u.dims());
        assert_eq!(of_b, [rows, 1], "b has shape {of_b:?} in place of [{rows}, 1]");
        let product = (u.clone() * w.clone()).sum_dim(1);
        // The largest number is taken out of the length, whose square could underflow; its gradient cancels.
        let largest = w.clone().inner().abs().max_dim(1);
        let is_none = largest.clone().equal_elem(0.0);
        let largest = largest.mask_fill(is_none.clone(), 1.0);
        let along = w.clone() / largest.clone();
        let square = along.clone().square().sum_dim(1).mask_fill(is_none, 1.0);
        let moved = along * (excess(product.clone()) / largest / square);
        Self { direction: u + moved, weight: w, bias: b, gain: slope(product) }
    }

    /// The same for as many rows as meet `x`, and `x` as many times.
    fn meet(&self, x: Tensor<2>) -> (Self, Tensor<2>) {
        let (own, of_x) = (self.weight.dims()[0], x.dims()[0]);
        let (rows, _) = meet_rows(own, of_x);
        let [direction, weight, bias, gain] =
            [&self.direction, &self.weight, &self.bias, &self.gain].map(|t| spread(t, rows));
        (Self { direction, weight, bias, gain }, repeat_rows(x, of_x, rows / of_x))
    }

    /// `log |1 + wᵀû (1 − t²)|` with `t = tanh(wᵀx + b)`, as `log(t² + (1 + wᵀû)(1 − t²))` of terms that are
    /// not negative.
    fn log_det(&self, t: &Tensor<2>) -> Tensor<1> {
        let rows = t.dims()[0];
        self.growth(t).log().reshape([rows])
    }

    /// How fast `wᵀy` grows with `wᵀx`.
    fn growth(&self, t: &Tensor<2>) -> Tensor<2> {
        t.clone().square() + self.gain.clone() * (t.clone().neg() + 1.0) * (t.clone() + 1.0)
    }
}

impl Bijector for Planar {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let (own, x) = self.meet(x);
        let t = tanh((own.weight.clone() * x.clone()).sum_dim(1) + own.bias.clone());
        let log_det = own.log_det(&t);
        (x + own.direction * t, log_det)
    }

    /// From the root `v` of `v + wᵀû tanh v = wᵀy + b`, on the host in `f64`; its gradient is that of the
    /// implicit function.
    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let (own, y) = self.meet(y);
        let rows = y.dims()[0];
        let target = (own.weight.clone() * y.clone()).sum_dim(1) + own.bias.clone();
        let root = root(&own.gain.clone().expand([rows, 1]), &target);
        let remainder = target - (own.gain.clone() - 1.0) * tanh(root.clone());
        // 0, with a gradient.
        let moved = remainder.clone() - remainder.inner();
        let growth = own.growth(&tanh(root.clone())).inner();
        let t = tanh(root + moved / growth);
        let log_det = own.log_det(&t).neg();
        (y - own.direction * t, log_det)
    }

    fn detach_params(&self) -> Self {
        let [direction, weight, bias, gain] =
            [&self.direction, &self.weight, &self.bias, &self.gain].map(|t| t.clone().inner());
        Self { direction, weight, bias, gain }
    }
}

impl SelectMaps for Planar {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        let [direction, weight, bias, gain] =
            [&self.direction, &self.weight, &self.bias, &self.gain].map(|t| selected(t, rows));
        Self { direction, weight, bias, gain }
    }
}

/// `slope(x) − 1 − x`: near 0 as `log(1 + e^{least − 1} (e^{−x} − 1))`, which keeps its digits, with
/// `e^{−x} − 1 = −tanh(x/2)(1 + e^{−x})`.
fn excess(x: Tensor<2>) -> Tensor<2> {
    let is_far = x.clone().abs().greater_elem(1.0);
    let near = x.clone().mask_fill(is_far.clone(), 0.0);
    let far = slope(x.clone()) - 1.0 - x;
    let fall = tanh(near.clone() * 0.5) * (exponential(near.neg()) + 1.0);
    (fall * -(LEAST - 1.0).exp()).log1p().mask_where(is_far, far)
}

/// `v` of `v + (gain − 1) tanh v = target`, off the gradient graph.
fn root(gain: &Tensor<2>, target: &Tensor<2>) -> Tensor<2> {
    let numbers = |t: &Tensor<2>| t.clone().inner().into_data().iter::<f64>().collect::<Vec<_>>();
    let roots: Vec<f64> =
        numbers(gain).iter().zip(numbers(target)).map(|(gain, target)| bisect(gain - 1.0, target)).collect();
    let roots = TensorData::new(roots, target.dims()).convert_dtype(target.dtype());
    Tensor::from_data(roots, (&target.device().without_autodiff(), target.dtype()))
}

/// `v` of `v + by tanh v = target` with `by ≥ −1`, between numbers that hold it since `|tanh| < 1`.
fn bisect(by: f64, target: f64) -> f64 {
    let (mut low, mut high) = (target - by.abs(), target + by.abs());
    loop {
        let middle = 0.5 * (low + high);
        // Not a number stops too.
        if !(low < middle && middle < high) {
            return middle;
        }
        if middle + by * middle.tanh() < target { low = middle } else { high = middle }
    }
}
