//! Draws that all members of a family share.

use burn::tensor::Tensor;

use crate::Rng;

/// Uniform draws in the shape, type and place of `like`, off the gradient graph: multiples of 2⁻²⁴ with half
/// a step in the place of 0.
pub(crate) fn uniform(rng: &Rng, like: &Tensor<2>) -> Tensor<2> {
    const HALF_STEP: f64 = 1.0 / (1 << 25) as f64;
    let device = like.device().without_autodiff();
    rng.uniform(like.dims(), &device).clamp_min(HALF_STEP).cast(like.dtype())
}
