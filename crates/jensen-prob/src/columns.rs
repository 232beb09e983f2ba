//! Rows of numbers as the right-hand sides of matrices, by the row rule of
//! [`Distribution`](crate::Distribution).

use burn::tensor::Tensor;

/// `[k · matrices, n]`, sample-major, to `[matrices, n, k]`: row `r` becomes a column beside matrix
/// `r % matrices`.
pub(crate) fn columns_of(rows: Tensor<2>, matrices: usize) -> Tensor<3> {
    let [count, n] = rows.dims();
    rows.reshape([count / matrices, matrices, n]).permute([1, 2, 0])
}

/// Back to `[k · matrices, n]`.
pub(crate) fn rows_of(columns: Tensor<3>) -> Tensor<2> {
    let [matrices, n, k] = columns.dims();
    columns.permute([2, 0, 1]).reshape([k * matrices, n])
}

/// One number for each of some rows, repeated sample-major to `rows`.
pub(crate) fn repeat_to(numbers: Tensor<1>, rows: usize) -> Tensor<1> {
    let [own] = numbers.dims();
    if own == rows { numbers } else { numbers.repeat_dim(0, rows / own) }
}

/// Matrices repeated sample-major to `count`.
pub(crate) fn repeat_matrices(matrices: Tensor<3>, count: usize) -> Tensor<3> {
    let own = matrices.dims()[0];
    if own == count { matrices } else { matrices.repeat_dim(0, count / own) }
}

/// # Panics
/// If `matrices`, called `name`, are not one for each row of the other parameter or one for all, of as many
/// rows as it has dimensions.
pub(crate) fn check_matrices(name: &str, matrices: &Tensor<3>, name_of_other: &str, other: &Tensor<2>) {
    let ([rows, d], [own, height, width]) = (other.dims(), matrices.dims());
    assert!(
        (own == rows || own == 1) && height == d,
        "{name} of shape [{own}, {height}, {width}] does not fit {name_of_other} of shape [{rows}, {d}]"
    );
}
