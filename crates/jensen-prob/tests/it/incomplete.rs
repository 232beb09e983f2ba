//! The inverse of the normal distribution function and the incomplete gamma and beta functions.

use burn::tensor::{DType, Device, Tensor};
use jensen_prob::special::{
    erfinv, incomplete_beta, incomplete_gamma, incomplete_gamma_complement, log_normal_cdf, normal_cdf,
    normal_icdf,
};
use jensen_testing::{Golden, GoldenError, Tolerance, double};

use crate::golden;

/// Computed in `f64` and rounded once.
const ROUNDED: Tolerance = Tolerance { relative: 1.2e-7, absolute: 2e-45 };

/// Values and slopes in both types; in `f64` to these tolerances.
fn check(
    table: &Golden,
    arguments: &[&str],
    f: impl Fn(&[Tensor<2>]) -> Tensor<2>,
    [value, slopes]: [&str; 2],
    tolerances: [Tolerance; 2],
) -> Result<(), GoldenError> {
    for (dtype, [of_value, of_slopes]) in [(DType::F32, [ROUNDED; 2]), (DType::F64, tolerances)] {
        let leaf = |name: &&str| {
            let column = table.column(name)?;
            Ok(double(&[column.len(), 1], column).cast(dtype).autodiff().require_grad())
        };
        let leaves = arguments.iter().map(leaf).collect::<Result<Vec<_>, GoldenError>>()?;
        let y = f(&leaves);
        assert_eq!(y.dtype(), dtype);
        table.compare(value, &y.clone().inner(), of_value)?;
        let gradients = y.sum().backward();
        for (name, leaf) in arguments.iter().zip(&leaves) {
            let column = if slopes.is_empty() { "slope".to_owned() } else { format!("{slopes}{name}") };
            table.compare(&column, &leaf.grad(&gradients).expect("a gradient"), of_slopes)?;
        }
    }
    Ok(())
}

#[test]
fn normal_functions_and_their_slopes() -> Result<(), GoldenError> {
    // Slopes of the inverses are exponentials of squares of values.
    let inverse = Tolerance { relative: 1e-13, absolute: 0.0 };
    let of = |f: fn(Tensor<2>) -> Tensor<2>| move |x: &[Tensor<2>]| f(x[0].clone());
    let logarithm = golden(include_str!("../references/log_normal_cdf.json"));
    check(&logarithm, &["x"], of(log_normal_cdf), ["value", ""], [inverse; 2])?;
    let table = golden(include_str!("../references/normal_icdf.json"));
    check(&table, &["x"], of(normal_icdf), ["value", ""], [inverse; 2])?;
    let table = golden(include_str!("../references/erfinv.json"));
    check(&table, &["x"], of(erfinv), ["value", ""], [inverse; 2])
}

#[test]
fn the_normal_distribution_function_keeps_its_tail_in_double_precision() {
    let x = double(&[3, 1], &[-30.0, -8.0, 1.5]).autodiff().require_grad();
    let y = normal_cdf(x.clone());
    let expected = [4.906_713_927_148_187e-198, 6.220_960_574_271_784e-16, 0.933_192_798_731_141_9];
    let near = |ours: Vec<f64>, exact: &[f64]| {
        ours.iter().zip(exact).all(|(ours, exact)| (ours / exact - 1.0).abs() < 1e-12)
    };
    assert!(near(y.clone().into_data().iter().collect(), &expected), "{y}");
    let slope = x.grad(&y.sum().backward()).expect("a gradient");
    let density = [-30.0f64, -8.0, 1.5].map(|x| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt());
    assert!(near(slope.into_data().iter().collect(), &density));
}

/// Relative to themselves, so that both tails count.
#[test]
fn incomplete_gamma_functions_and_their_slopes() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/incomplete_gamma.json"));
    let lower = |t: &[Tensor<2>]| incomplete_gamma(t[0].clone(), t[1].clone());
    let tolerance = Tolerance { relative: 1e-11, absolute: 1e-300 };
    // From 1e5 on the gradient for `a` is that of an expansion of the quantile.
    let slopes = Tolerance { relative: 1e-8, absolute: 1e-300 };
    check(&table, &["a", "x"], lower, ["lower", "by_"], [tolerance, slopes])?;
    let upper = |t: &[Tensor<2>]| incomplete_gamma_complement(t[0].clone(), t[1].clone());
    check(&table, &["a", "x"], upper, ["upper", "upper_by_"], [tolerance, slopes])
}

#[test]
fn the_incomplete_beta_function_and_its_slopes() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/incomplete_beta.json"));
    let f = |t: &[Tensor<2>]| incomplete_beta(t[0].clone(), t[1].clone(), t[2].clone());
    let tolerance = Tolerance { relative: 1e-11, absolute: 1e-300 };
    check(&table, &["a", "b", "x"], f, ["value", "by_"], [tolerance; 2])
}

#[test]
fn ends_and_what_lies_outside() {
    let at = |x: f32| Tensor::<1>::from_data([x], &Device::flex()).autodiff().require_grad();
    let slope = |f: &dyn Fn(Tensor<1>) -> Tensor<1>, x: f32| {
        let x = at(x);
        let y = f(x.clone());
        let gradient = x.grad(&y.clone().sum().backward()).expect("a gradient");
        (y.into_scalar::<f32>(), gradient.into_scalar::<f32>())
    };
    let gamma = |a: f32| move |x: Tensor<1>| incomplete_gamma(Tensor::from_data([a], &Device::flex()), x);
    assert_eq!(slope(&gamma(1.0), 0.0), (0.0, 1.0));
    assert_eq!(slope(&gamma(0.5), 0.0), (0.0, f32::MAX));
    assert_eq!(slope(&gamma(2.0), f32::INFINITY), (1.0, 0.0));
    assert!(slope(&gamma(2.0), -1.0).0.is_nan() && slope(&gamma(-2.0), 1.0).0.is_nan());
    let beta = |x: Tensor<1>| {
        let parameter = |x: f32| Tensor::from_data([x], &Device::flex());
        incomplete_beta(parameter(1.0), parameter(3.0), x)
    };
    assert_eq!(slope(&beta, 0.0), (0.0, 3.0));
    assert_eq!(slope(&beta, 1.0), (1.0, 0.0));
    assert!(slope(&beta, 1.5).0.is_nan());
    assert_eq!(slope(&normal_icdf, 0.0), (f32::NEG_INFINITY, f32::MAX));
    assert_eq!(slope(&log_normal_cdf, f32::NEG_INFINITY), (f32::NEG_INFINITY, 0.0));
    assert!(slope(&normal_icdf, 1.5).0.is_nan());
}
