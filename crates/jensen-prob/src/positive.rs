//! Positive parameters, such as scales and rates.

use burn::tensor::{Device, Int, Tensor};
use jensen_kernels::exponential;

use crate::rows::{check_fits, expand, repeat_rows, select_rows};

/// A positive parameter and its logarithm, each as exact as what it was made from; it may be shared by
/// rows, by dimensions or by both, and is not repeated.
#[derive(Clone, Debug)]
pub(crate) struct Positive {
    value: Tensor<2>,
    log: Tensor<2>,
}

impl Positive {
    pub(crate) fn new(value: Tensor<2>) -> Self {
        Self { log: value.clone().log(), value }
    }

    pub(crate) fn from_log(log: Tensor<2>) -> Self {
        Self { value: exponential(log.clone()), log }
    }

    /// 1 for all rows and dimensions.
    pub(crate) fn one(device: &Device) -> Self {
        Self { value: Tensor::ones([1, 1], device), log: Tensor::zeros([1, 1], device) }
    }

    /// The same, if it broadcasts to the shape of the other parameter.
    ///
    /// # Panics
    /// If it does not; `name` and `name_of_other` say what does not fit what.
    pub(crate) fn beside(self, name: &str, other: &Tensor<2>, name_of_other: &str) -> Self {
        check_fits(name, &self.value, name_of_other, other);
        self
    }

    pub(crate) fn value(&self) -> Tensor<2> {
        self.value.clone()
    }

    pub(crate) fn log(&self) -> Tensor<2> {
        self.log.clone()
    }

    /// The value for each row and dimension.
    pub(crate) fn value_in(&self, shape: [usize; 2]) -> Tensor<2> {
        expand(self.value(), shape)
    }

    /// The logarithm for each row and dimension.
    pub(crate) fn log_in(&self, shape: [usize; 2]) -> Tensor<2> {
        expand(self.log(), shape)
    }

    /// Off the gradient graph.
    pub(crate) fn inner(&self) -> Self {
        self.map(Tensor::inner)
    }

    /// Repeated over samples, of a family of `rows` rows.
    pub(crate) fn repeat(&self, rows: usize, samples: usize) -> Self {
        self.map(|tensor| repeat_rows(tensor, rows, samples))
    }

    /// The rows at `indices`, of a family of `rows` rows.
    pub(crate) fn select(&self, rows: usize, indices: &Tensor<1, Int>) -> Self {
        self.map(|tensor| select_rows(tensor, rows, indices))
    }

    fn map(&self, f: impl Fn(Tensor<2>) -> Tensor<2>) -> Self {
        Self { value: f(self.value()), log: f(self.log()) }
    }
}

/// `x` of `log x`, at least the smallest normal number.
pub(crate) fn positive_from_log(log: Tensor<2>) -> Tensor<2> {
    exponential(normal_log(log))
}

/// `log x`, at least that of the smallest normal number.
pub(crate) fn normal_log(log: Tensor<2>) -> Tensor<2> {
    const SMALLEST: f64 = -87.336_54; // log f32::MIN_POSITIVE
    log.clone().mask_fill(log.lower_elem(SMALLEST), SMALLEST)
}
