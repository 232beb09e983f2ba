//! Each number moved and stretched.

use burn::tensor::{Int, Tensor};

use super::{Bijector, SelectMaps, selected};
use crate::columns::repeat_to;
use crate::positive::Positive;
use crate::rows::{Meeting, sum_event};

/// `y = μ + s x` of each number, `[rows, event]`: `log |det| = Σ_d log s_d`.
///
/// The scale may be shared by rows, by dimensions or by both (`[1, event]`, `[rows, 1]`, `[1, 1]`).
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::bijector::{Affine, Bijector};
///
/// let row = |x: [f32; 2]| Tensor::<2>::from_data([x], &Device::flex());
/// let (y, log_det) = Affine::new(row([1.0, 0.0]), row([2.0, 4.0])).forward_with_log_det(row([3.0, 1.0]));
/// assert_eq!(y.into_data().as_slice::<f32>().unwrap(), [7.0, 4.0]);
/// assert_eq!(log_det.into_scalar::<f32>(), 8f32.ln());
/// ```
#[derive(Clone, Debug)]
pub struct Affine {
    shift: Tensor<2>,
    scale: Positive,
}

impl Affine {
    /// From `μ` and `s`, which must be positive.
    ///
    /// # Panics
    /// If `scale` does not broadcast to the shape of `shift`.
    pub fn new(shift: Tensor<2>, scale: Tensor<2>) -> Self {
        Self::from_parts(shift, Positive::new(scale))
    }

    /// From `μ` and `log s`, any real numbers.
    ///
    /// # Panics
    /// If `log_scale` does not broadcast to the shape of `shift`.
    pub fn from_log_scale(shift: Tensor<2>, log_scale: Tensor<2>) -> Self {
        Self::from_parts(shift, Positive::from_log(log_scale))
    }

    fn from_parts(shift: Tensor<2>, scale: Positive) -> Self {
        let scale = scale.beside("a scale", &shift, "a shift");
        Self { shift, scale }
    }

    fn log_det(&self, rows: usize) -> Tensor<1> {
        repeat_to(sum_event(self.scale.log_in(self.shift.dims())), rows)
    }
}

impl Bijector for Affine {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let meeting = Meeting::of(self.shift.dims(), x.dims());
        let stretched = meeting.fold(x) * meeting.fold(self.scale.value());
        let y = meeting.unfold(stretched + meeting.fold(self.shift.clone()));
        let rows = y.dims()[0];
        (y, self.log_det(rows))
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let meeting = Meeting::of(self.shift.dims(), y.dims());
        let moved = meeting.fold(y) - meeting.fold(self.shift.clone());
        let x = meeting.unfold(moved / meeting.fold(self.scale.value()));
        let rows = x.dims()[0];
        (x, self.log_det(rows).neg())
    }

    fn detach_params(&self) -> Self {
        Self { shift: self.shift.clone().inner(), scale: self.scale.inner() }
    }
}

impl SelectMaps for Affine {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        let own = self.shift.dims()[0];
        let places = rows.clone().remainder_scalar(own as u64);
        let scale = if own == 1 { self.scale.clone() } else { self.scale.select(own, &places) };
        Self { shift: selected(&self.shift, rows), scale }
    }
}
