//! Numbers between 0 and 1.

use burn::tensor::Tensor;

/// The largest number below 1 in single precision.
pub(crate) const BELOW_ONE: f32 = 1.0 - f32::EPSILON / 2.0;

/// The ends 0 and 1 moved to the nearest normal number between them: of two logarithms that are infinite
/// there the difference need not be.
pub(crate) fn off_the_ends(value: &Tensor<2>) -> Tensor<2> {
    let value = value.clone().mask_fill(value.clone().equal_elem(0.0), f32::MIN_POSITIVE);
    value.clone().mask_fill(value.equal_elem(1.0), BELOW_ONE)
}
