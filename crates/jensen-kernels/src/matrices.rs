//! Batches of small matrices in the memory of the CPU.

use burn::backend::{Flex, TensorMetadata, tensor::FloatTensor};
use burn::tensor::{DType, TensorData};
use rayon::prelude::*;

use crate::flex::PARALLEL_FROM;

/// Partial sums of a product; fixed, so that the bits do not depend on the instruction set.
const LANES: usize = 8;

/// `[batch, rows, columns]` in `f64`, whatever the type of the tensor.
pub(crate) struct Matrices {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    batch: usize,
    numbers: Vec<f64>,
    dtype: DType,
}

impl Matrices {
    pub(crate) fn of(tensor: FloatTensor<Flex>) -> Self {
        let dtype = tensor.dtype();
        let [batch, rows, columns] = tensor.shape().dims();
        Self::new([batch, rows, columns], tensor.into_data().iter().collect(), dtype)
    }

    /// Zeros, to be returned in the type of another batch.
    pub(crate) fn zeros_beside(other: &Self, rows: usize, columns: usize) -> Self {
        Self::new([other.batch, rows, columns], vec![0.0; other.batch * rows * columns], other.dtype)
    }

    fn new([batch, rows, columns]: [usize; 3], numbers: Vec<f64>, dtype: DType) -> Self {
        Self { rows, columns, batch, numbers, dtype }
    }

    /// A matrix, row-major.
    pub(crate) fn matrix(&self, matrix: usize) -> &[f64] {
        let size = self.rows * self.columns;
        &self.numbers[matrix * size..(matrix + 1) * size]
    }

    /// Changes each matrix by its index, at `operations` a number; a matrix is never cut, so threads cannot
    /// move a bit.
    pub(crate) fn for_each(&mut self, operations: usize, change: impl Fn(usize, &mut [f64]) + Sync) {
        let size = self.rows * self.columns;
        if size == 0 {
            return;
        }
        let change = |(matrix, numbers): (usize, &mut [f64])| change(matrix, numbers);
        if self.numbers.len() * operations < PARALLEL_FROM {
            self.numbers.chunks_mut(size).enumerate().for_each(change);
        } else {
            let matrices_per_task = (PARALLEL_FROM / 4 / (size * operations)).max(1);
            self.numbers.par_chunks_mut(size).enumerate().with_min_len(matrices_per_task).for_each(change);
        }
    }

    pub(crate) fn into_tensor(self) -> FloatTensor<Flex> {
        let shape = [self.batch, self.rows, self.columns];
        FloatTensor::<Flex>::from_data(TensorData::new(self.numbers, shape).convert_dtype(self.dtype))
    }
}

/// `Σ_i a_i b_i` in an order that depends on the length alone.
#[inline(always)]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; LANES];
    for (a, b) in a.zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use burn::tensor::{Device, Tensor};

    /// Numbers between −1 and 1 in `f64`.
    pub(crate) fn numbers(shape: [usize; 3]) -> Tensor<3> {
        let count = shape.iter().product();
        let values: Vec<f64> = (0..count).map(|i| (1.0 + 12.9898 * i as f64).sin()).collect();
        Tensor::from_data(TensorData::new(values, shape), (&Device::flex(), DType::F64))
    }

    pub(crate) fn positive_definite(batch: usize, n: usize) -> Tensor<3> {
        let m = numbers([batch, n, n]);
        let ridge = Tensor::<2>::eye(n, &Device::flex()).cast(DType::F64) * 0.1;
        m.clone().matmul(m.transpose()) + ridge.unsqueeze()
    }

    /// The gradient of a weighted sum of `f`.
    pub(crate) fn slope(x: &Tensor<3>, f: impl Fn(Tensor<3>) -> Tensor<3>) -> Tensor<3> {
        let x = x.clone().autodiff().require_grad();
        let y = f(x.clone());
        let gradients = (y.clone() * numbers(y.dims())).sum().backward();
        x.grad(&gradients).expect("a gradient")
    }

    pub(crate) fn assert_near(a: Tensor<3>, b: Tensor<3>, tolerance: f64) {
        assert_eq!(a.dims(), b.dims());
        let distance: f64 = (a - b).abs().max().into_scalar();
        assert!(distance < tolerance, "{distance}");
    }

    #[test]
    fn a_product_has_all_its_terms() {
        for n in 0..11 {
            let numbers: Vec<f64> = (0..n).map(f64::from).collect();
            assert_eq!(dot(&numbers, &numbers), f64::from((n - 1) * n * (2 * n - 1) / 6));
        }
    }
}
