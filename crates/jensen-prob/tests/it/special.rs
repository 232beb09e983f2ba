use burn::tensor::{Device, Tensor};
use jensen_prob::special::{
    digamma, digamma_remainder, log_gamma, log_gamma_remainder, log_sigmoid, log1mexp, logsumexp, softplus,
};
use jensen_testing::{Golden, GoldenError, Tolerance, check_gradients, double};

use crate::golden;

/// Two roundings of `f32`, relative: these functions are used in sums of logarithms and in tails.
const TOLERANCE: Tolerance = Tolerance { relative: 5e-7, absolute: 1e-37 };

fn against_golden(
    table: &Golden,
    f: fn(Tensor<2>) -> Tensor<2>,
    slope: Tolerance,
) -> Result<(), GoldenError> {
    let x = table.tensor("x", 1)?.autodiff().require_grad();
    let y = f(x.clone());
    table.compare("value", &y.clone().inner(), TOLERANCE)?;
    let gradient = x.grad(&y.sum().backward()).expect("a gradient");
    table.compare("slope", &gradient, slope)
}

#[test]
fn softplus_and_its_slope_at_extremes() -> Result<(), GoldenError> {
    against_golden(&golden(include_str!("../references/softplus.json")), softplus, TOLERANCE)
}

#[test]
fn log1mexp_and_its_slope_at_extremes() -> Result<(), GoldenError> {
    // The slope above the switch is e^−x/(1 − e^−x), exact relative to 1 but not to itself; below
    // it is a difference of two terms.
    let slope = Tolerance { relative: 1e-6, absolute: 1e-7 };
    against_golden(&golden(include_str!("../references/log1mexp.json")), log1mexp, slope)
}

#[test]
fn the_gamma_function_and_its_slopes() -> Result<(), GoldenError> {
    let table = |json| golden(json);
    against_golden(&table(include_str!("../references/log_gamma.json")), log_gamma, TOLERANCE)?;
    against_golden(&table(include_str!("../references/digamma.json")), digamma, TOLERANCE)?;
    let remainder = table(include_str!("../references/log_gamma_remainder.json"));
    against_golden(&remainder, log_gamma_remainder, TOLERANCE)?;
    against_golden(&table(include_str!("../references/digamma_remainder.json")), digamma_remainder, TOLERANCE)
}

#[test]
fn log_sigmoid_mirrors_softplus() {
    let x = Tensor::<1>::from_data([-1e4, -3.0, 0.0, 3.0, 1e4], &Device::flex());
    assert_eq!(log_sigmoid(x.clone()).into_data(), (-softplus(-x)).into_data());
}

#[test]
fn logsumexp_shifts_and_has_the_softmax_as_gradient() {
    let device = Device::flex();
    let infinity = f32::INFINITY;
    let x = Tensor::<2>::from_data(
        [[1e4, 1e4 - 1.0], [-1e4, -1e4], [0.0, -infinity], [-infinity, -infinity], [infinity, 0.0]],
        &device,
    );
    let expected = [1e4 + (-1f32).exp().ln_1p(), -1e4 + 2f32.ln(), 0.0, -infinity, infinity];
    assert_eq!(logsumexp(x, 1).into_data().try_into_vec::<f32>().expect("f32"), expected);

    let x = double(&[2, 3], &[0.3, -2.0, 1.0, 5.0, 5.0, -1.0]);
    let along = |dim: usize| {
        move |x: &[Tensor<2>]| {
            let y = logsumexp(x[0].clone(), dim);
            let n = y.shape().num_elements();
            y.reshape([n])
        }
    };
    check_gradients(std::slice::from_ref(&x), along(0), Tolerance::both(1e-5)).expect("over rows");
    check_gradients(&[x], along(1), Tolerance::both(1e-5)).expect("over columns");
}

#[test]
fn logsumexp_of_nothing_likely_has_gradient_zero() {
    let x = Tensor::<2>::full([1, 2], f32::NEG_INFINITY, &Device::flex()).autodiff().require_grad();
    let gradient = x.grad(&logsumexp(x.clone(), 1).backward()).expect("a gradient");
    assert_eq!(gradient.into_data().try_into_vec::<f32>().expect("f32"), [0.0, 0.0]);
}
