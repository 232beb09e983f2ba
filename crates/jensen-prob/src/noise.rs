//! Random numbers that families make their draws of.

use burn::tensor::Tensor;

use crate::Rng;

/// Uniform draws in the shape, type and place of `like`, off the gradient graph: multiples of 2⁻²⁴ with half
/// a step in the place of 0.
pub(crate) fn uniform(rng: &Rng, like: &Tensor<2>) -> Tensor<2> {
    const HALF_STEP: f64 = 1.0 / (1 << 25) as f64;
    let device = like.device().without_autodiff();
    rng.uniform(like.dims(), &device).clamp_min(HALF_STEP).cast(like.dtype())
}

/// Numbers uniform on `[0, 1)` with 48 bits.
pub(crate) fn uniforms(rng: &Rng, [rows, columns]: [usize; 2]) -> Vec<f64> {
    let halves = rng.uniforms(rows, 2 * columns);
    halves.chunks_exact(2).map(|pair| f64::from(pair[0]) + f64::from(pair[1]) * 2f64.powi(-24)).collect()
}

/// A number for each of `[rows, event]` places, from the `noise` of a round of all places, by an `attempt` that may
/// reject it. What is rejected is drawn again from the next stream of its own row: rows do not move one another's
/// draws.
pub(crate) fn until_accepted<Noise>(
    [rows, event]: [usize; 2],
    rng: &Rng,
    noise: impl Fn(&Rng) -> Noise,
    attempt: impl Fn(usize, &Noise) -> Option<f64>,
) -> Vec<f64> {
    let mut draws = vec![f64::NAN; rows * event];
    let mut left: Vec<usize> = (0..draws.len()).collect();
    for round in 0.. {
        if left.is_empty() {
            break;
        }
        let noise = noise(&rng.at(round));
        left.retain(|&at| {
            let draw = attempt(at, &noise);
            draws[at] = draw.unwrap_or(f64::NAN);
            draw.is_none()
        });
    }
    draws
}
