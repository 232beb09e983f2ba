//! Equations with a triangular matrix.

use burn::backend::{Dispatch, Flex, tensor::FloatTensor};
use burn::tensor::Tensor;
use multiversion::multiversion;

use crate::{
    backend::Kernels,
    flex::is_on_cpu,
    matrices::{Matrices, dot},
};

/// Which of the two equations with a lower triangular matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// `L x = b`
    Lower,
    /// `Lᵀ x = b`
    Transposed,
}

impl Factor {
    pub(crate) fn transposed(self) -> Self {
        match self {
            Self::Lower => Self::Transposed,
            Self::Transposed => Self::Lower,
        }
    }
}

/// The `x` of `L x = b`, of the shape of `b`, by forward substitution.
///
/// `L` is `[batch, n, n]`, of which the lower triangle is read, `b` is `[batch, n, k]`: `k` right-hand
/// sides for each matrix. On the CPU computed in `f64` and rounded once.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_kernels::{solve_lower, solve_lower_transposed};
///
/// let device = Device::flex();
/// let factor = Tensor::<3>::from_data([[[2.0f32, 0.0], [1.0, 4.0]]], &device);
/// let b = Tensor::<3>::from_data([[[2.0f32], [9.0]]], &device);
/// let x = solve_lower(factor.clone(), b.clone()).into_data();
/// assert_eq!(x.as_slice::<f32>().unwrap(), [1.0, 2.0]);
/// // A x = b with A = L Lᵀ.
/// let x = solve_lower_transposed(factor.clone(), solve_lower(factor, b)).into_data();
/// assert_eq!(x.as_slice::<f32>().unwrap(), [0.25, 0.5]);
/// ```
///
/// # Panics
/// If the matrices are not square or do not fit the right-hand sides.
pub fn solve_lower(factor: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
    solve_triangular(factor, b, Factor::Lower)
}

/// The `x` of `Lᵀ x = b`, of the shape of `b`, by back substitution; shapes as in [`solve_lower`].
///
/// # Panics
/// If the matrices are not square or do not fit the right-hand sides.
pub fn solve_lower_transposed(factor: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
    solve_triangular(factor, b, Factor::Transposed)
}

fn solve_triangular(factor: Tensor<3>, b: Tensor<3>, which: Factor) -> Tensor<3> {
    let ([batch, n, columns], of_b) = (factor.dims(), b.dims());
    assert!(
        n == columns && [batch, n] == of_b[..2],
        "a triangular solve: matrices [{batch}, {n}, {columns}] do not fit right-hand sides {of_b:?}"
    );
    if is_on_cpu(&factor) && is_on_cpu(&b) && factor.dtype() == b.dtype() {
        let (factor, b) = (factor.into_dispatch(), b.into_dispatch());
        Tensor::from_dispatch(<Dispatch as Kernels>::solve_triangular(factor, b, which))
    } else {
        composed(factor, b, which)
    }
}

/// Row by row from Burn's own operations.
fn composed(factor: Tensor<3>, b: Tensor<3>, which: Factor) -> Tensor<3> {
    let n = factor.dims()[1];
    if n == 0 {
        return b;
    }
    let row = |x: &Tensor<3>, i| x.clone().narrow(1, i, 1);
    let mut x: Vec<Tensor<3>> = Vec::with_capacity(n);
    for step in 0..n {
        let i = if which == Factor::Lower { step } else { n - 1 - step };
        let mut rest = row(&b, i);
        if step > 0 {
            let known = match which {
                Factor::Lower => row(&factor, i).narrow(2, 0, step),
                Factor::Transposed => factor.clone().narrow(1, i + 1, step).narrow(2, i, 1).transpose(),
            };
            rest = rest - known.matmul(Tensor::cat(x.clone(), 1));
        }
        let next = rest / row(&factor, i).narrow(2, i, 1);
        x.insert(if which == Factor::Lower { step } else { 0 }, next);
    }
    Tensor::cat(x, 1)
}

/// The kernel behind both; its own adjoint with the other equation.
pub(crate) fn forward(factor: FloatTensor<Flex>, b: FloatTensor<Flex>, which: Factor) -> FloatTensor<Flex> {
    let (factor, mut b) = (Matrices::of(factor), Matrices::of(b));
    let (n, k) = (b.rows, b.columns);
    b.for_each(n, |matrix, b| solve(factor.matrix(matrix), b, n, k, which));
    b.into_tensor()
}

/// Solves for `k` right-hand sides in place.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
pub(crate) fn solve(factor: &[f64], b: &mut [f64], n: usize, k: usize, which: Factor) {
    match which {
        Factor::Lower => {
            for i in 0..n {
                let (known, rest) = b.split_at_mut(i * k);
                let row = &mut rest[..k];
                for (j, x) in known.chunks_exact(k).enumerate() {
                    subtract(row, factor[i * n + j], x);
                }
                divide(row, factor[i * n + i]);
            }
        }
        Factor::Transposed => {
            for i in (0..n).rev() {
                let (open, rest) = b.split_at_mut(i * k);
                let row = &mut rest[..k];
                divide(row, factor[i * n + i]);
                for (j, b) in open.chunks_exact_mut(k).enumerate() {
                    subtract(b, factor[i * n + j], row);
                }
            }
        }
    }
}

#[inline(always)]
fn divide(row: &mut [f64], by: f64) {
    for x in row {
        *x /= by;
    }
}

#[inline(always)]
fn subtract(from: &mut [f64], times: f64, row: &[f64]) {
    for (from, x) in from.iter_mut().zip(row) {
        *from -= times * x;
    }
}

/// The gradient for `L`: minus the lower triangle of `b̄ xᵀ` for `L x = b`, of `x b̄ᵀ` for `Lᵀ x = b`, where
/// `b̄` is the gradient for `b`.
pub(crate) fn factor_gradient(
    x: FloatTensor<Flex>,
    b_gradient: FloatTensor<Flex>,
    which: Factor,
) -> FloatTensor<Flex> {
    let (x, b_gradient) = (Matrices::of(x), Matrices::of(b_gradient));
    let (left, right) = match which {
        Factor::Lower => (b_gradient, x),
        Factor::Transposed => (x, b_gradient),
    };
    let (n, k) = (left.rows, left.columns);
    let mut gradient = Matrices::zeros_beside(&left, n, n);
    gradient.for_each(k, |matrix, gradient| {
        let (left, right) = (left.matrix(matrix), right.matrix(matrix));
        subtract_product(gradient, left, right, n, k);
    });
    gradient.into_tensor()
}

/// Takes away the lower triangle of `A Bᵀ` of matrices `[n, k]`.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn subtract_product(from: &mut [f64], a: &[f64], b: &[f64], n: usize, k: usize) {
    for i in 0..n {
        for j in 0..=i {
            from[i * n + j] -= dot(&a[i * k..(i + 1) * k], &b[j * k..(j + 1) * k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cholesky,
        matrices::tests::{assert_near, numbers, positive_definite, slope},
    };

    #[test]
    fn composed_of_burns_operations_it_is_the_same() {
        for (n, k) in [(1, 1), (4, 1), (3, 5)] {
            let (factor, b) = (cholesky(positive_definite(2, n)), numbers([2, n, k]));
            for which in [Factor::Lower, Factor::Transposed] {
                let ways = [composed as fn(_, _, _) -> _, solve_triangular];
                let [ours, kernel] = ways.map(|f| f(factor.clone(), b.clone(), which));
                assert_near(ours, kernel, 1e-12);
                let [ours, kernel] = ways.map(|f| slope(&b, |b| f(factor.clone(), b, which)));
                assert_near(ours, kernel, 1e-12);
                let [ours, kernel] = ways.map(|f| slope(&factor, |l| f(l, b.clone(), which)));
                assert_near(ours, kernel, 1e-10);
            }
        }
    }
}
