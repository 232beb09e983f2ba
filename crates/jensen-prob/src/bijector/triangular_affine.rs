//! A linear map with a triangular matrix, and a shift.

use burn::tensor::{Int, Tensor};

use super::{Bijector, SelectMaps, selected};
use crate::columns::repeat_to;
use crate::rows::{Meeting, meet_rows, repeat_rows};
use crate::triangular_factor::{TriangularFactor, check_square};

/// `y = μ + L x` with a lower triangular `L` of positive diagonal: `log |det| = Σ_i log L_ii`.
///
/// The shift is `[rows, d]`, the matrix `[rows, d, d]`, or `[1, d, d]` for all rows. Of a standard normal
/// distribution it makes a [`MultivariateNormal`](crate::MultivariateNormal).
#[derive(Clone, Debug)]
pub struct TriangularAffine {
    shift: Tensor<2>,
    factor: TriangularFactor,
}

impl TriangularAffine {
    /// From `μ` and `L`, of which the lower triangle is read; its diagonal must be positive.
    ///
    /// # Panics
    /// If the matrices are not square or do not fit the shift.
    pub fn new(shift: Tensor<2>, matrices: Tensor<3>) -> Self {
        check_square("a matrix", &matrices, &shift, "a shift");
        Self { shift, factor: TriangularFactor::new(matrices) }
    }

    /// From `μ` and any real numbers: those on the diagonal become positive by a softplus.
    ///
    /// # Panics
    /// If the matrices are not square or do not fit the shift.
    pub fn from_unconstrained(shift: Tensor<2>, matrices: Tensor<3>) -> Self {
        check_square("an unconstrained matrix", &matrices, &shift, "a shift");
        Self { shift, factor: TriangularFactor::from_unconstrained(matrices) }
    }

    fn log_det(&self, rows: usize) -> Tensor<1> {
        repeat_to(self.factor.log_det(), rows)
    }
}

impl Bijector for TriangularAffine {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let of_x = x.dims()[0];
        let (rows, _) = meet_rows(self.shift.dims()[0], of_x);
        let turned = self.factor.multiply(repeat_rows(x, of_x, rows / of_x));
        let meeting = Meeting::of(self.shift.dims(), turned.dims());
        let y = meeting.unfold(meeting.fold(turned) + meeting.fold(self.shift.clone()));
        (y, self.log_det(rows))
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let meeting = Meeting::of(self.shift.dims(), y.dims());
        let moved = meeting.unfold(meeting.fold(y) - meeting.fold(self.shift.clone()));
        let x = self.factor.solve(moved);
        let rows = x.dims()[0];
        (x, self.log_det(rows).neg())
    }

    fn detach_params(&self) -> Self {
        Self { shift: self.shift.clone().inner(), factor: self.factor.inner() }
    }
}

impl SelectMaps for TriangularAffine {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        let own = self.shift.dims()[0];
        let places = rows.clone().remainder_scalar(own as u64);
        let factor = if own == 1 { self.factor.clone() } else { self.factor.select(own, &places) };
        Self { shift: selected(&self.shift, rows), factor }
    }
}
