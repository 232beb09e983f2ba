//! Whether a bijector is one, and its determinant that of its Jacobian.

use burn::tensor::{DType, Tensor};
use jensen_prob::bijector::Bijector;

use crate::{Tolerance, Value, check_gradients, double};

/// Near the cube root of the precision of `f64`.
const STEP: f64 = 1e-5;
/// Of an inverse, and of a determinant against central differences, in `f64`.
const DOUBLE: Tolerance = Tolerance { relative: 1e-6, absolute: 1e-6 };
/// An `f32` backward pass of some dozen operations.
const GRADIENT: Tolerance = Tolerance { relative: 5e-4, absolute: 1e-4 };
/// How often all rows are repeated.
const SAMPLES: usize = 3;

/// What every bijector must pass, at `f64` parameters, each with as many rows as `x` or one, and values `x`
/// `[rows, event]`:
///
/// - the inverse leads back, and its determinant is the reciprocal one;
/// - the determinant is that of the Jacobian by central differences, of the first outputs where there are
///   more than inputs;
/// - values alone are those that come with determinants;
/// - gradients of values and determinants, in both directions, for `x` and for the parameters;
/// - parameters meet more rows, and fewer, sample-major, and can be cut from the gradient graph.
///
/// # Errors
/// The first of these that fails, with its numbers.
///
/// # Panics
/// If a result cannot be read from its device.
pub fn check_bijector<B: Bijector>(
    parameters: &[Tensor<2>],
    build: impl Fn(&[Tensor<2>]) -> B,
    x: &Tensor<2>,
) -> Result<(), String> {
    let map = build(parameters);
    let (y, log_det) = map.forward_with_log_det(x.clone());
    let (back, log_det_back) = map.inverse_with_log_det(y.clone());
    let compare = |what: &str, ours: &[f64], expected: &[f64]| match DOUBLE.first_difference(ours, expected) {
        None => Ok(()),
        Some((at, ours, expected)) => Err(format!("{what}: number {at} is {ours} in place of {expected}")),
    };
    let log_dets = |t: &Tensor<1>| -> Vec<f64> { t.try_to_vec_as().expect("a float tensor holds numbers") };
    compare("inverse", &back.numbers(), &x.numbers())?;
    compare("determinant of the inverse", &log_dets(&log_det_back.clone().neg()), &log_dets(&log_det))?;
    compare("determinant", &log_dets(&log_det), &log_dets_by_differences(&map, x))?;
    compare("forward", &map.forward(x.clone()).numbers(), &y.numbers())?;
    compare("inverse alone", &map.inverse(y.clone()).numbers(), &back.numbers())?;

    let repeated: Vec<_> =
        parameters.iter().map(|p| p.repeat(if p.rows() == 1 { 1 } else { SAMPLES })).collect();
    for (what, parameters) in [("more values than parameters", parameters), ("as many", &repeated)] {
        let (many, log_det_of_many) = build(parameters).forward_with_log_det(x.repeat(SAMPLES));
        compare(what, &many.numbers(), &Value::repeat(&y, SAMPLES).numbers())?;
        compare(what, &log_dets(&log_det_of_many), &log_dets(&log_det).repeat(SAMPLES))?;
    }

    if parameters.iter().any(|p| p.rows() > 1) {
        let (many, _) = build(&repeated).forward_with_log_det(x.clone());
        compare("more parameters than values", &many.numbers(), &Value::repeat(&y, SAMPLES).numbers())?;
        let (many, log_det_of_many) = build(&repeated).inverse_with_log_det(y.clone());
        compare("more parameters than values", &many.numbers(), &x.repeat(SAMPLES).numbers())?;
        let expected: Vec<f64> = log_dets(&log_det_back).repeat(SAMPLES);
        compare("more parameters than values", &log_dets(&log_det_of_many), &expected)?;
    }

    let inputs: Vec<_> = std::iter::once(x.clone()).chain(parameters.iter().cloned()).collect();
    let weigh = |(y, log_det): (Tensor<2>, Tensor<1>)| {
        let [rows, event] = y.dims();
        let weights: Vec<f64> = (0..rows * event).map(|i| 1.0 + 0.3 * (i as f64).sin()).collect();
        let weighted = y.clone() * double(&[rows, event], &weights).cast(y.dtype());
        weighted.sum_dim(1).reshape([rows]) + log_det
    };
    let forward = |p: &[Tensor<2>]| weigh(build(&p[1..]).forward_with_log_det(p[0].clone()));
    check_gradients(&inputs, forward, GRADIENT).map_err(|e| format!("forward: {e}"))?;
    let inputs: Vec<_> = std::iter::once(y).chain(parameters.iter().cloned()).collect();
    let inverse = |p: &[Tensor<2>]| weigh(build(&p[1..]).inverse_with_log_det(p[0].clone()));
    check_gradients(&inputs, inverse, GRADIENT).map_err(|e| format!("inverse: {e}"))?;

    let leaves: Vec<_> =
        parameters.iter().map(|p| p.clone().cast(DType::F32).autodiff().require_grad()).collect();
    let (y, log_det) = build(&leaves).detach_params().forward_with_log_det(x.clone().cast(DType::F32));
    if y.is_tracked() || log_det.is_tracked() {
        return Err("detached parameters still have a gradient".to_owned());
    }
    Ok(())
}

/// `log |det ∂f/∂x|` of each row.
fn log_dets_by_differences(map: &impl Bijector, x: &Tensor<2>) -> Vec<f64> {
    let ([rows, event], numbers) = (x.dims(), x.numbers());
    let mut jacobians = vec![vec![vec![0.0; event]; event]; rows];
    for input in 0..event {
        let moved = |by: f64| {
            let moved: Vec<f64> = numbers
                .iter()
                .enumerate()
                .map(|(i, x)| if i % event == input { x + by } else { *x })
                .collect();
            let y = map.forward(double(&[rows, event], &moved));
            (y.dims()[1], y.numbers())
        };
        let ((width, above), (_, below)) = (moved(STEP), moved(-STEP));
        for (row, jacobian) in jacobians.iter_mut().enumerate() {
            for (output, line) in jacobian.iter_mut().enumerate() {
                let at = row * width + output;
                line[input] = (above[at] - below[at]) / (2.0 * STEP);
            }
        }
    }
    jacobians.into_iter().map(log_det).collect()
}

/// By elimination with the largest pivot of each column.
fn log_det(mut matrix: Vec<Vec<f64>>) -> f64 {
    let mut log_det = 0.0;
    while let Some(width) = matrix.first().map(Vec::len) {
        let column = width - matrix.len();
        let largest =
            (0..matrix.len()).max_by(|&i, &j| matrix[i][column].abs().total_cmp(&matrix[j][column].abs()));
        let pivot = matrix.swap_remove(largest.expect("a row is left"));
        log_det += pivot[column].abs().ln();
        for line in &mut matrix {
            let times = line[column] / pivot[column];
            for (x, y) in line.iter_mut().zip(&pivot) {
                *x -= times * y;
            }
        }
    }
    log_det
}

#[cfg(test)]
mod tests {
    use super::log_det;

    #[test]
    fn the_determinant_of_a_small_matrix() {
        let matrix = vec![vec![0.0, 2.0, 1.0], vec![3.0, 1.0, 0.0], vec![1.0, 1.0, 1.0]];
        assert!((log_det(matrix) - 4f64.ln()).abs() < 1e-14); // −6 + 2
    }
}
