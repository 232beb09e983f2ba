use burn::tensor::{DType, Device, Tensor, TensorData};
use jensen_kernels::{cholesky, diagonal, log_det_from_cholesky, solve_lower, solve_lower_transposed};

use crate::same_bits_on_any_number_of_threads;

fn tensor(numbers: &[f64], shape: [usize; 3]) -> Tensor<3> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), shape), (&Device::flex(), DType::F64))
}

fn numbers<const D: usize>(x: &Tensor<D>) -> Vec<f64> {
    x.to_data().iter().collect()
}

/// Numbers between −1 and 1.
fn noise(shape: [usize; 3], phase: f64) -> Tensor<3> {
    let count = shape.iter().product::<usize>();
    tensor(&(0..count).map(|i| (phase + 12.9898 * i as f64).sin()).collect::<Vec<_>>(), shape)
}

fn eye(n: usize) -> Tensor<3> {
    Tensor::<2>::eye(n, &Device::flex()).cast(DType::F64).unsqueeze()
}

/// A lower triangular matrix with a diagonal between 1 and 2.
fn factor(batch: usize, n: usize) -> Tensor<3> {
    let noise = noise([batch, n, n], 0.3) / (n as f64).sqrt();
    noise.clone().tril(-1) + (noise * 0.5 + 1.5) * eye(n)
}

fn positive_definite(batch: usize, n: usize) -> Tensor<3> {
    let factor = factor(batch, n);
    factor.clone().matmul(factor.transpose())
}

fn assert_near<const D: usize>(ours: &Tensor<D>, expected: &Tensor<D>, tolerance: f64) {
    assert_eq!(ours.dims(), expected.dims());
    for (i, (ours, expected)) in numbers(ours).iter().zip(numbers(expected)).enumerate() {
        assert!((ours - expected).abs() <= tolerance * (1.0 + expected.abs()), "{i}: {ours}, not {expected}");
    }
}

/// The gradient of `Σ w f(inputs)` with a different weight for each number, against central differences.
fn check_gradients(inputs: &[Tensor<3>], f: impl Fn(&[Tensor<3>]) -> Tensor<3>) {
    let weigh = |y: Tensor<3>| {
        let weights = noise(y.dims(), 0.7);
        y * weights
    };
    let leaves: Vec<_> = inputs.iter().map(|x| x.clone().autodiff().require_grad()).collect();
    let gradients = weigh(f(&leaves)).sum().backward();
    for (input, leaf) in leaves.iter().enumerate() {
        let gradient = numbers(&leaf.grad(&gradients).expect("a gradient"));
        for (at, gradient) in gradient.iter().enumerate() {
            let moved = |by: f64| {
                let mut moved = inputs.to_vec();
                let mut values = numbers(&moved[input]);
                values[at] += by;
                moved[input] = tensor(&values, inputs[input].dims());
                weigh(f(&moved)).sum().into_scalar::<f64>()
            };
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!(
                (gradient - difference).abs() < 1e-7 * (1.0 + difference.abs()),
                "input {input} at {at}: {gradient}, not {difference}"
            );
        }
    }
}

#[test]
fn the_factor_of_a_product_is_the_one_it_was_made_of() {
    for (n, batch) in [(1, 4), (2, 3), (7, 5), (130, 2)] {
        let (expected, a) = (factor(batch, n), positive_definite(batch, n));
        assert_near(&cholesky(a.clone()), &expected, 1e-12);
        let single = cholesky(a.cast(DType::F32));
        assert_eq!(single.dtype(), DType::F32);
        assert_near(&single, &expected, 2e-5);
        assert_near(
            &log_det_from_cholesky(expected.clone()),
            &{
                let pivots = numbers(&diagonal(expected.clone()));
                let logs: Vec<f64> =
                    pivots.chunks(n).map(|p| 2.0 * p.iter().map(|x| x.ln()).sum::<f64>()).collect();
                tensor(&logs, [batch, 1, 1]).reshape([batch])
            },
            1e-13,
        );
    }
}

#[test]
fn what_is_solved_fits_its_equation() {
    for (n, k) in [(1, 1), (5, 1), (4, 7), (90, 3)] {
        let (factor, b) = (factor(3, n), noise([3, n, k], 2.0));
        let above = noise([3, n, n], 5.0).triu(1);
        let x = solve_lower(factor.clone() + above.clone(), b.clone());
        assert_near(&factor.clone().matmul(x), &b, 1e-12);
        let x = solve_lower_transposed(factor.clone() + above, b.clone());
        assert_near(&factor.clone().transpose().matmul(x), &b, 1e-12);
        let single = solve_lower(factor.clone().cast(DType::F32), b.clone().cast(DType::F32));
        assert_near(&single, &solve_lower(factor, b), 1e-5);
    }
}

#[test]
fn gradients_are_slopes() {
    // Of the symmetric part: also where a single number off the diagonal moves.
    check_gradients(&[positive_definite(2, 4)], |x| cholesky(x[0].clone()));
    check_gradients(&[positive_definite(3, 1)], |x| cholesky(x[0].clone()));
    for k in [1, 3] {
        let inputs = [factor(2, 4), noise([2, 4, k], 2.0)];
        check_gradients(&inputs, |x| solve_lower(x[0].clone(), x[1].clone()));
        check_gradients(&inputs, |x| solve_lower_transposed(x[0].clone(), x[1].clone()));
    }
    check_gradients(&[factor(2, 3)], |x| log_det_from_cholesky(x[0].clone()).reshape([2, 1, 1]));
}

/// `d log |A| / dA = A⁻¹`
#[test]
fn the_gradient_of_the_log_determinant_is_the_inverse() {
    let n = 40;
    let a = positive_definite(1, n).autodiff().require_grad();
    let factor = cholesky(a.clone());
    let gradients = log_det_from_cholesky(factor).sum().backward();
    let inverse = a.grad(&gradients).expect("a gradient");
    assert_near(&a.inner().matmul(inverse), &eye(n), 1e-11);
}

#[test]
fn a_matrix_that_is_not_positive_definite_harms_no_other() {
    let good = positive_definite(1, 3);
    let semidefinite = tensor(&[1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0], [1, 3, 3]);
    let infinite = good.clone() * f64::INFINITY;
    let bad = [good.clone().neg(), semidefinite, good.clone() * f64::NAN, infinite];
    for bad in bad {
        for dtype in [DType::F32, DType::F64] {
            let batch = Tensor::cat(vec![bad.clone(), good.clone()], 0).cast(dtype).autodiff().require_grad();
            let factor = cholesky(batch.clone());
            let b = noise([2, 3, 1], 1.0).cast(dtype);
            let gradients = solve_lower(factor.clone(), b).sum().backward();
            for result in [factor.inner(), batch.grad(&gradients).expect("a gradient")] {
                let result = numbers(&result);
                assert!(result[..9].iter().all(|x| x.is_nan()), "{result:?}");
                assert!(result[9..].iter().all(|x| x.is_finite()), "{result:?}");
            }
        }
    }
}

/// Hilbert's matrix of 8 rows has a condition number of 1.5e10 and a determinant of 2.737 050 113 791 513e-33
/// (mpmath).
#[test]
fn an_ill_conditioned_matrix_keeps_its_determinant() {
    let hilbert: Vec<f64> = (0..64).map(|i| 1.0 / ((i / 8 + i % 8 + 1) as f64)).collect();
    let a = tensor(&hilbert, [1, 8, 8]);
    let factor = cholesky(a.clone());
    assert_near(&factor.clone().matmul(factor.clone().transpose()), &a, 1e-15);
    let log_det = log_det_from_cholesky(factor).into_scalar::<f64>();
    assert!((log_det - 2.737_050_113_791_513e-33f64.ln()).abs() < 1e-6, "{log_det}");
}

/// Pivots of `f32` numbers count in `f64`: what single precision would call indefinite is not.
#[test]
fn a_nearly_singular_matrix_in_single_precision_has_a_factor() {
    let rho = 1.0 - f32::EPSILON / 2.0;
    let a = Tensor::<3>::from_data([[[1.0, rho], [rho, 1.0]]], &Device::flex());
    let factor = numbers(&cholesky(a));
    assert!((factor[3] - (1.0 - f64::from(rho).powi(2)).sqrt()).abs() < 1e-10, "{factor:?}");
}

#[test]
fn neither_batch_nor_threads_move_a_bit() {
    let (a, b) = (positive_definite(50, 30).cast(DType::F32), noise([50, 30, 4], 1.0).cast(DType::F32));
    let all = |a: Tensor<3>, b: Tensor<3>| {
        let a = a.autodiff().require_grad();
        let x = solve_lower_transposed(cholesky(a.clone()), b);
        let gradients = x.clone().sum().backward();
        let gradient = a.grad(&gradients).expect("a gradient");
        [x.inner(), gradient].map(crate::values)
    };
    same_bits_on_any_number_of_threads(|| all(a.clone(), b.clone()).concat());
    let [x, gradient] = all(a.clone(), b.clone());
    let [one, one_gradient] = all(a.narrow(0, 7, 1), b.narrow(0, 7, 1));
    assert_eq!((&x[7 * 120..8 * 120], &gradient[7 * 900..8 * 900]), (&one[..], &one_gradient[..]));
}

#[test]
#[should_panic(expected = "matrices of 2 × 3 are not square")]
fn a_matrix_that_is_not_square_is_refused() {
    cholesky(noise([1, 2, 3], 0.0));
}

#[test]
#[should_panic(expected = "do not fit right-hand sides [3, 2, 1]")]
fn right_hand_sides_of_another_batch_are_refused() {
    solve_lower(factor(2, 2), noise([3, 2, 1], 0.0));
}
