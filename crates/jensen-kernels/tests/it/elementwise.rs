use burn::tensor::{DType, Device, Tensor, TensorData};
use jensen_kernels::{elu, exponential, gelu, sigmoid, silu, softplus, tanh};

use crate::{same_bits_on_any_number_of_threads, values};

type OnTensor = fn(Tensor<1>) -> Tensor<1>;
/// A function, its formula in f64, and the derivative of that.
type Case = (&'static str, OnTensor, fn(f64) -> f64, fn(f64) -> f64);

/// The formulas of the PyTorch 2 documentation (`softplus` without its threshold).
const CASES: [Case; 7] = [
    ("tanh", tanh, f64::tanh, |x| 1.0 - x.tanh().powi(2)),
    ("sigmoid", sigmoid, logistic, |x| logistic(x) * logistic(-x)),
    ("softplus", softplus, |x| x.max(0.0) + (-x.abs()).exp().ln_1p(), logistic),
    ("elu", elu, |x| if x > 0.0 { x } else { x.exp_m1() }, |x| if x > 0.0 { 1.0 } else { x.exp() }),
    ("silu", silu, |x| x * logistic(x), |x| logistic(x) * (1.0 + x * logistic(-x))),
    (
        "gelu",
        gelu,
        |x| x * normal_cdf(x),
        |x| normal_cdf(x) + x * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt(),
    ),
    ("exponential", exponential, f64::exp, f64::exp),
];

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `Φ(x)`: its power series near zero (Abramowitz & Stegun 26.2.11), a continued fraction in the
/// tails (26.2.14).
fn normal_cdf(x: f64) -> f64 {
    let density = (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    if x.abs() < 3.0 {
        let mut term = x;
        let mut sum = x;
        for k in 1..60 {
            term *= x * x / f64::from(2 * k + 1);
            sum += term;
        }
        0.5 + density * sum
    } else {
        let tail = density / (1..200).rev().fold(x.abs(), |f, k| x.abs() + f64::from(k) / f);
        if x < 0.0 { tail } else { 1.0 - tail }
    }
}

fn value_and_slope(function: OnTensor, x: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let device = Device::flex().autodiff();
    let x = Tensor::<1>::from_data(TensorData::new(x.to_vec(), [x.len()]), &device).require_grad();
    let y = function(x.clone());
    let gradients = y.clone().sum().backward();
    (values(y), values(x.grad(&gradients).expect("a gradient")))
}

#[test]
fn values_and_slopes_follow_the_formulas() {
    let near_zero = (-30..30).map(|i| 10f32.powi(-(i / 2)) * if i % 2 == 0 { 1.0 } else { -1.0 });
    let x: Vec<f32> =
        (-4000..=4000).map(|i| i as f32 / 200.0).chain(near_zero.filter(|x| x.abs() < 20.0)).collect();
    for (name, function, value, slope) in CASES {
        let (values, slopes) = value_and_slope(function, &x);
        for (i, &x) in x.iter().enumerate() {
            let truth = value(f64::from(x));
            // In the tails an argument's own rounding, x·2⁻²⁴, appears as a relative error.
            let relative = 6e-7 + 1.2e-7 * f64::from(x * x).min(400.0) / 2.0;
            let relative = if name == "gelu" { relative } else { 6e-7 };
            assert!(
                (f64::from(values[i]) - truth).abs() <= relative * truth.abs() + 1e-37,
                "{name}({x}) is {}, not {truth}",
                values[i]
            );
            let truth = slope(f64::from(x));
            assert!(
                (f64::from(slopes[i]) - truth).abs() <= 6e-7 * truth.abs().max(1.0),
                "the slope of {name} at {x} is {}, not {truth}",
                slopes[i]
            );
        }
    }
}

#[test]
fn saturation_and_what_is_not_finite() {
    let x = [1e4, -1e4, 0.0, -0.0, f32::NAN, 100.0, -100.0];
    for (name, function, expected) in [
        ("tanh", tanh as OnTensor, [1.0, -1.0, 0.0, -0.0, f32::NAN, 1.0, -1.0]),
        ("sigmoid", sigmoid, [1.0, 0.0, 0.5, 0.5, f32::NAN, 1.0, 3.8e-44]),
        (
            "softplus",
            softplus,
            [1e4, 0.0, std::f32::consts::LN_2, std::f32::consts::LN_2, f32::NAN, 100.0, 3.8e-44],
        ),
        ("elu", elu, [1e4, -1.0, 0.0, 0.0, f32::NAN, 100.0, -1.0]),
        ("silu", silu, [1e4, 0.0, 0.0, 0.0, f32::NAN, 100.0, -3.784e-42]),
        ("gelu", gelu, [1e4, 0.0, 0.0, 0.0, f32::NAN, 100.0, 0.0]),
        ("exponential", exponential, [f32::INFINITY, 0.0, 1.0, 1.0, f32::NAN, f32::INFINITY, 3.8e-44]),
    ] {
        let (values, slopes) = value_and_slope(function, &x);
        for (i, (ours, expected)) in values.iter().zip(expected).enumerate() {
            let same = ours.is_nan() && expected.is_nan()
                || *ours == expected
                || (ours - expected).abs() <= 2e-2 * expected.abs();
            assert!(same, "{name}({}) is {ours}, not {expected}", x[i]);
        }
        assert!(slopes[4].is_nan(), "{name} hides NaN in its slope");
    }
}

#[test]
fn composed_path_agrees() {
    let x: Vec<f64> = (-50..50).map(|i| f64::from(i) / 7.0).collect();
    let input = Tensor::<1>::from_data(TensorData::new(x.clone(), [100]), (&Device::flex(), DType::F64));
    for (name, function, value, slope) in CASES {
        let leaf = input.clone().autodiff().require_grad();
        let output = function(leaf.clone());
        let gradients = output.clone().sum().backward();
        let slopes = leaf.grad(&gradients).expect("a gradient").into_data();
        for ((ours, own_slope), &x) in output.into_data().iter::<f64>().zip(slopes.iter::<f64>()).zip(&x) {
            assert!((ours - value(x)).abs() < 1e-6 * (1.0 + value(x).abs()), "{name}({x}) is {ours}");
            assert!((own_slope - slope(x)).abs() < 1e-6, "the slope of {name} at {x} is {own_slope}");
        }
    }
}

#[test]
fn the_input_survives_its_function() {
    let x = Tensor::<1>::from_data([1.0, 2.0], &Device::flex());
    let _ = tanh(x.clone());
    assert_eq!(values(x), [1.0, 2.0]);
}

#[test]
fn views_keep_their_order() {
    let x = Tensor::<2>::from_data([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], &Device::flex());
    assert_eq!(values(elu(x.transpose().narrow(0, 1, 2))), [2.0, 5.0, 3.0, 6.0]);
}

#[test]
fn threads_do_not_move_a_bit() {
    let x: Vec<f32> = (0..100_003).map(|i| (i as f32 * 0.113).sin() * 8.0).collect();
    for (_, function, ..) in CASES {
        same_bits_on_any_number_of_threads(|| {
            let (values, slopes) = value_and_slope(function, &x);
            [values, slopes].concat()
        });
    }
}
