//! The Cholesky factor of small symmetric matrices.

use burn::backend::{Dispatch, Flex, tensor::FloatTensor};
use burn::tensor::{Int, Tensor, TensorData};
use multiversion::multiversion;

use crate::{
    backend::Kernels,
    flex::is_on_cpu,
    matrices::{Matrices, dot},
    triangular::{Factor, solve},
};

/// The lower triangular `L` with positive diagonal of which `L Lᵀ = ½(A + Aᵀ)`, `[batch, n, n]`, for
/// matrices of up to some hundred rows.
///
/// A matrix that is not positive definite gives a factor that is not a number, and no other of its batch
/// does. The gradient is symmetric (Murray 2016, "Differentiation of the Cholesky decomposition").
/// On the CPU computed in `f64` and rounded once.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_kernels::{cholesky, log_det_from_cholesky};
///
/// let covariance = Tensor::<3>::from_data([[[4.0f32, 2.0], [2.0, 5.0]]], &Device::flex());
/// let factor = cholesky(covariance);
/// assert_eq!(factor.to_data().as_slice::<f32>().unwrap(), [2.0, 0.0, 1.0, 2.0]);
/// assert_eq!(log_det_from_cholesky(factor).into_scalar::<f32>(), 16f32.ln());
/// ```
///
/// # Panics
/// If the matrices are not square.
pub fn cholesky(a: Tensor<3>) -> Tensor<3> {
    let [_, rows, columns] = a.dims();
    assert_eq!(rows, columns, "cholesky: matrices of {rows} × {columns} are not square");
    if is_on_cpu(&a) {
        Tensor::from_dispatch(<Dispatch as Kernels>::cholesky(a.into_dispatch()))
    } else {
        composed(a)
    }
}

/// `log |A| = 2 Σ_i log L_ii` of the factors `[batch, n, n]` of matrices `A = L Lᵀ`, `[batch]`: no product
/// of pivots that leaves the range.
pub fn log_det_from_cholesky(factor: Tensor<3>) -> Tensor<1> {
    let batch = factor.dims()[0];
    diagonal(factor).log().sum_dim(1).reshape([batch]) * 2.0
}

/// The diagonals `[batch, n]` of square matrices `[batch, n, n]`.
///
/// # Panics
/// If the matrices are not square.
pub fn diagonal(matrices: Tensor<3>) -> Tensor<2> {
    let [batch, n, columns] = matrices.dims();
    assert_eq!(n, columns, "diagonal: matrices of {n} × {columns} are not square");
    let device = matrices.device().without_autodiff();
    let places: Vec<i32> = (0i32..).step_by(n + 1).take(n).collect();
    let places = Tensor::<1, Int>::from_data(TensorData::new(places, [n]), &device);
    matrices.reshape([batch, n * n]).select(1, places)
}

/// Column by column from Burn's own operations.
fn composed(a: Tensor<3>) -> Tensor<3> {
    let n = a.dims()[1];
    if n == 0 {
        return a;
    }
    let a = (a.clone() + a.transpose()) * 0.5;
    let mut columns: Vec<Tensor<3>> = Vec::with_capacity(n);
    for j in 0..n {
        let mut column = a.clone().narrow(2, j, 1);
        if j > 0 {
            let before = Tensor::cat(columns.clone(), 2);
            column = column - before.clone().matmul(before.narrow(1, j, 1).transpose());
        }
        let pivot = column.clone().narrow(1, j, 1);
        let is_none = pivot.clone().lower_equal_elem(0.0);
        columns.push(column / pivot.mask_fill(is_none, f64::NAN).sqrt());
    }
    let factor = Tensor::cat(columns, 2).tril(0);
    // Once a pivot is none, so is the last: it carries over to the columns before.
    let last = factor.clone().inner().narrow(1, n - 1, 1).narrow(2, n - 1, 1);
    factor.clone() + (last * 0.0).expand(factor.dims())
}

/// The kernel behind [`cholesky`].
pub(crate) fn forward(a: FloatTensor<Flex>) -> FloatTensor<Flex> {
    let mut a = Matrices::of(a);
    let n = a.rows;
    a.for_each(n, |_, a| {
        for i in 0..n {
            for j in 0..i {
                a[i * n + j] = 0.5 * (a[i * n + j] + a[j * n + i]);
                a[j * n + i] = 0.0;
            }
        }
        if factorise(a, n).is_none() {
            a.fill(f64::NAN);
        }
    });
    a.into_tensor()
}

/// Row by row, in place of the lower triangle; nothing if a pivot is not positive.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn factorise(a: &mut [f64], n: usize) -> Option<()> {
    for i in 0..n {
        let (above, row) = a.split_at_mut(i * n);
        for j in 0..i {
            let other = &above[j * n..j * n + n];
            row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        if !(pivot > 0.0 && pivot.is_finite()) {
            return None;
        }
        row[i] = pivot.sqrt();
    }
    Some(())
}

/// `½ L⁻ᵀ (P + Pᵀ) L⁻¹`, where `P` is the lower triangle of `Lᵀ L̄` with half its diagonal (Murray 2016,
/// §3).
pub(crate) fn gradient(factor: FloatTensor<Flex>, gradient: FloatTensor<Flex>) -> FloatTensor<Flex> {
    let (factor, mut gradient) = (Matrices::of(factor), Matrices::of(gradient));
    let n = factor.rows;
    gradient.for_each(n, |matrix, gradient| {
        let factor = factor.matrix(matrix);
        let mut symmetric = product(factor, gradient, n);
        solve(factor, &mut symmetric, n, n, Factor::Transposed);
        for i in 0..n {
            for j in 0..n {
                gradient[i * n + j] = 0.5 * symmetric[j * n + i];
            }
        }
        solve(factor, gradient, n, n, Factor::Transposed);
    });
    gradient.into_tensor()
}

/// `P + Pᵀ`
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn product(factor: &[f64], gradient: &[f64], n: usize) -> Vec<f64> {
    let mut symmetric = vec![0.0; n * n];
    for i in 0..n {
        for k in i..n {
            let (of_factor, of_gradient) = (factor[k * n + i], &gradient[k * n..]);
            for (sum, gradient) in symmetric[i * n..=i * n + i].iter_mut().zip(of_gradient) {
                *sum += of_factor * gradient;
            }
        }
        for j in 0..i {
            symmetric[j * n + i] = symmetric[i * n + j];
        }
    }
    symmetric
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrices::tests::{assert_near, positive_definite, slope};

    #[test]
    fn composed_of_burns_operations_it_is_the_same() {
        for n in [1, 2, 5] {
            let a = positive_definite(3, n);
            assert_near(composed(a.clone()), cholesky(a.clone()), 1e-13);
            assert_near(slope(&a, composed), slope(&a, cholesky), 1e-12);
        }
    }

    #[test]
    fn composed_it_leaves_out_what_is_not_positive_definite() {
        let one = positive_definite(1, 3);
        let both = Tensor::cat(vec![one.clone().neg(), one.clone()], 0);
        let factors = composed(both);
        assert!(factors.clone().narrow(0, 0, 1).is_nan().all().into_scalar::<bool>());
        assert_near(factors.narrow(0, 1, 1), cholesky(one), 1e-13);
    }
}
