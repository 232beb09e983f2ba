//! Lower triangular matrices with a positive diagonal: factors of covariances.

use burn::tensor::{Int, Tensor, TensorData};
use jensen_kernels::{diagonal, softplus, solve_lower};

use crate::columns::{check_matrices, columns_of, repeat_matrices, rows_of};
use crate::rows::{repeat_rows, select_rows, sum_event};

/// `L`, one matrix for each row or one for all, `[rows | 1, d, d]`.
#[derive(Clone, Debug)]
pub(crate) struct TriangularFactor {
    matrices: Tensor<3>,
    /// `log L_ii`, as exact as what it was made from.
    log_diagonal: Tensor<2>,
}

impl TriangularFactor {
    /// From matrices of which the lower triangle is read.
    pub(crate) fn new(matrices: Tensor<3>) -> Self {
        let log_diagonal = diagonal(matrices.clone()).log();
        Self::from_parts(matrices.tril(0), log_diagonal)
    }

    /// From any real numbers: those on the diagonal become positive by a softplus.
    pub(crate) fn from_unconstrained(matrices: Tensor<3>) -> Self {
        let on_diagonal = softplus(diagonal(matrices.clone()));
        let log_diagonal = on_diagonal.clone().log();
        Self::from_parts(matrices.tril(-1) + diagonal_matrices(on_diagonal), log_diagonal)
    }

    /// From lower triangular matrices and the logarithms of their diagonals.
    pub(crate) fn from_parts(matrices: Tensor<3>, log_diagonal: Tensor<2>) -> Self {
        Self { matrices, log_diagonal }
    }

    pub(crate) fn matrices(&self) -> Tensor<3> {
        self.matrices.clone()
    }

    /// `log L_ii`, `[count, d]`.
    pub(crate) fn log_diagonal(&self) -> Tensor<2> {
        self.log_diagonal.clone()
    }

    /// How many matrices there are.
    pub(crate) fn count(&self) -> usize {
        self.matrices.dims()[0]
    }

    /// `Σ_i log L_ii`, `[count]`.
    pub(crate) fn log_det(&self) -> Tensor<1> {
        sum_event(self.log_diagonal())
    }

    /// `L x` of each of sample-major rows.
    pub(crate) fn multiply(&self, rows: Tensor<2>) -> Tensor<2> {
        rows_of(self.matrices().matmul(columns_of(rows, self.count())))
    }

    /// `L⁻¹ x` of each of sample-major rows.
    pub(crate) fn solve(&self, rows: Tensor<2>) -> Tensor<2> {
        rows_of(solve_lower(self.matrices(), columns_of(rows, self.count())))
    }

    /// Off the gradient graph.
    pub(crate) fn inner(&self) -> Self {
        Self::from_parts(self.matrices().inner(), self.log_diagonal().inner())
    }

    /// The matrices of some rows, of a family of `rows` rows.
    pub(crate) fn select(&self, rows: usize, indices: &Tensor<1, Int>) -> Self {
        if self.count() != rows {
            return self.clone();
        }
        let matrices = self.matrices().select(0, indices.clone());
        Self::from_parts(matrices, select_rows(self.log_diagonal(), rows, indices))
    }

    /// Repeated over samples, of a family of `rows` rows.
    pub(crate) fn repeat(&self, rows: usize, samples: usize) -> Self {
        let count = if self.count() == rows { samples * rows } else { self.count() };
        let log_diagonal = repeat_rows(self.log_diagonal(), rows, samples);
        Self::from_parts(repeat_matrices(self.matrices(), count), log_diagonal)
    }
}

/// # Panics
/// If `matrices`, called `name`, are not square, or not one for each row of the other parameter or one for all.
pub(crate) fn check_square(name: &str, matrices: &Tensor<3>, other: &Tensor<2>, name_of_other: &str) {
    check_matrices(name, matrices, name_of_other, other);
    let [count, height, width] = matrices.dims();
    assert_eq!(height, width, "{name} of shape [{count}, {height}, {width}] is not square");
}

/// `[1, d, d]` in the type and place of `[…, d, …]` matrices, off the gradient graph.
pub(crate) fn identity(like: &Tensor<3>) -> Tensor<3> {
    let d = like.dims()[1];
    let mut numbers = vec![0.0f32; d * d];
    for number in numbers.iter_mut().step_by(d + 1) {
        *number = 1.0;
    }
    let device = like.device().without_autodiff();
    Tensor::<3>::from_data(TensorData::new(numbers, [1, d, d]), &device).cast(like.dtype())
}

/// `[count, d]` as the diagonals of `[count, d, d]`.
pub(crate) fn diagonal_matrices(diagonals: Tensor<2>) -> Tensor<3> {
    let columns: Tensor<3> = diagonals.unsqueeze_dim(2);
    let one = identity(&columns);
    columns * one
}
