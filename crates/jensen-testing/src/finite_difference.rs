//! Gradients against central differences.

use burn::tensor::{DType, Tensor};
use thiserror::Error;

use crate::{Tolerance, Value};

/// Near the cube root of the precision of `f64`, where truncation and rounding balance.
const STEP: f64 = 1e-5;

/// Automatic differentiation and central differences disagree.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error(
    "the gradient of input {input} at position {position} is {gradient}, by central differences {difference}"
)]
pub struct GradientMismatch {
    /// Which input.
    pub input: usize,
    /// Which number of it, row-major.
    pub position: usize,
    /// By automatic differentiation in `f32`.
    pub gradient: f64,
    /// By central differences in `f64`.
    pub difference: f64,
}

/// Compares the gradient of `Σ_r w_r f(inputs)_r`, with a different weight for each row so that
/// no error cancels, with central differences.
///
/// `f` runs on `f32` leaves of the gradient graph and on plain `f64` tensors, so the differences
/// are good to about 1e-9 and `tolerance` is that of an `f32` backward pass. An input without a
/// gradient counts as gradient 0.
///
/// # Errors
/// The first number that disagrees.
///
/// # Panics
/// If the output of `f` cannot be read from its device.
///
/// ```
/// use jensen_testing::{Tolerance, check_gradients, double};
/// let x = double(&[1, 2], &[0.5, 2.0]);
/// let tolerance = Tolerance::both(1e-5);
/// check_gradients(std::slice::from_ref(&x), |x| x[0].clone().square().sum_dim(1).reshape([1]), tolerance)?;
/// let broken = check_gradients(&[x], |x| (x[0].clone().detach() * x[0].clone()).sum(), tolerance);
/// assert!(broken.is_err()); // half of the product rule is cut off
/// # Ok::<(), jensen_testing::GradientMismatch>(())
/// ```
pub fn check_gradients(
    inputs: &[Tensor<2>],
    f: impl Fn(&[Tensor<2>]) -> Tensor<1>,
    tolerance: Tolerance,
) -> Result<(), GradientMismatch> {
    let weight = |row: usize| 1.0 + 0.5 * (1.7 * row as f64).cos();
    let total = |inputs: &[Tensor<2>]| {
        let rows: Vec<f64> = f(inputs).try_to_vec_as().expect("f gives numbers");
        rows.iter().enumerate().map(|(row, y)| weight(row) * y).sum::<f64>()
    };

    let leaves: Vec<_> =
        inputs.iter().map(|t| t.clone().cast(DType::F32).autodiff().require_grad()).collect();
    let output = f(&leaves);
    let weights: Vec<f64> = (0..output.dims()[0]).map(weight).collect();
    let weights = crate::double(&[weights.len()], &weights).cast(DType::F32);
    let gradients = (output * weights).sum().backward();

    for (input, leaf) in leaves.iter().enumerate() {
        let point = inputs[input].numbers();
        let gradient = leaf.grad(&gradients).map_or_else(|| vec![0.0; point.len()], |g| g.numbers());
        for (position, &x) in point.iter().enumerate() {
            let step = STEP * x.abs().max(1.0);
            let shifted = |by: f64| {
                let (mut moved, mut numbers) = (inputs.to_vec(), point.clone());
                numbers[position] += by;
                moved[input] = crate::double(&inputs[input].dims(), &numbers);
                total(&moved)
            };
            let difference = (shifted(step) - shifted(-step)) / (2.0 * step);
            let gradient = gradient[position];
            if !tolerance.accepts(gradient, difference) {
                return Err(GradientMismatch { input, position, gradient, difference });
            }
        }
    }
    Ok(())
}
