//! Triangular factors of covariances.

use faer::linalg::triangular_inverse::invert_lower_triangular;
use faer::{Mat, MatRef, Par, Side};

/// `L` with `L Lᵀ` the matrix, of which only the lower triangle is read, or `None` if it is not positive definite.
///
/// A pivot that is no more than the rounding error of its diagonal entry is no pivot: what it leaves is noise.
pub(crate) fn cholesky(matrix: MatRef<'_, f64>) -> Option<Mat<f64>> {
    let n = matrix.nrows();
    let factor = matrix.llt(Side::Lower).ok()?.L().to_owned();
    let noise = n as f64 * f64::EPSILON;
    let sound = (0..n).all(|j| {
        let pivot = factor[(j, j)] * factor[(j, j)];
        pivot.is_normal() && pivot > noise * matrix[(j, j)]
    });
    sound.then_some(factor)
}

/// Makes the two triangles of a square matrix of `n` columns one: they are the same sums in another order of rounding.
pub(crate) fn symmetrise(matrix: &mut [f64], n: usize) {
    for i in 0..n {
        for j in 0..i {
            matrix[i * n + j] = 0.5 * (matrix[i * n + j] + matrix[j * n + i]);
            matrix[j * n + i] = matrix[i * n + j];
        }
    }
}

/// `L⁻¹`, which makes the coordinates independent and of variance one.
pub(crate) fn whitening(factor: MatRef<'_, f64>) -> Mat<f64> {
    let n = factor.nrows();
    let mut inverse = Mat::zeros(n, n);
    invert_lower_triangular(inverse.as_mut(), factor, Par::Seq);
    inverse
}

/// `log |L|`.
pub(crate) fn log_det(factor: MatRef<'_, f64>) -> f64 {
    (0..factor.nrows()).map(|j| factor[(j, j)].ln()).sum()
}

/// The numbers of a matrix, column by column.
pub(crate) fn column_major(matrix: MatRef<'_, f64>) -> impl Iterator<Item = f64> {
    (0..matrix.ncols()).flat_map(move |j| (0..matrix.nrows()).map(move |i| matrix[(i, j)]))
}
