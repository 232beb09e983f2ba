use burn::tensor::{Device, Tensor};
use jensen_prob::{Cdf, Distribution, Entropy, Icdf, Kumaraswamy, Mean, Reparameterized, Rng, Variance};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Support, Tolerance, check_gradients, double};

use crate::golden;

fn build(p: &[Tensor<2>]) -> Kumaraswamy {
    Kumaraswamy::new(p[0].clone(), p[1].clone())
}

fn checks(a: &[f64], b: &[f64]) -> Conformance<Kumaraswamy> {
    let shape = [a.len() / 2, 2];
    Conformance::new(&[double(&shape, a), double(&shape, b)], build)
        .basics()
        .moments()
        .icdf()
        .entropy_and_gradients()
        .events()
        .value_gradients()
        .reparameterized()
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    // Densities that vanish with their slopes at both ends, for the trapezoidal rule.
    let support = Support::Interval { low: 1e-6, high: 1.0 - 1e-6, points: 20_001 };
    checks(&[3.0, 4.5, 9.0, 3.7, 5.0, 20.0], &[3.5, 6.0, 4.0, 3.2, 12.0, 5.0])
        .normalisation(&support)
        .draws(&support)
        .cdf()
        .verdict()
}

#[test]
fn conforms_where_the_density_has_no_bound() -> Result<(), Nonconformance> {
    checks(&[0.5, 0.9, 1.0, 0.7, 1.2, 2.0], &[1.0, 0.8, 1.0, 3.0, 0.6, 0.9]).verdict()
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let a = double(&[5, 1], &[1e-3, 1e-3, 1.0, 1e6, 1e6]);
    let b = double(&[5, 1], &[1e-3, 1e6, 1.0, 1e-3, 1e6]);
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    Conformance::new(&[a, b], build)
        .finite("log_prob", move |q| q.log_prob(&at(0.3)))
        .finite("log_prob at 0", move |q| q.log_prob(&at(0.0)))
        .finite("log_prob at 1", move |q| q.log_prob(&at(1.0)))
        .finite("cdf", move |q| q.cdf(&at(0.3)).reshape([5]))
        .finite("mean", |q| q.mean().reshape([5]))
        .finite("variance", |q| q.variance().reshape([5]))
        .finite("entropy", Entropy::entropy)
        .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([5]))
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/kumaraswamy.json"));
    let family = build(&[table.tensor("a", 1)?, table.tensor("b", 1)?]);
    let x = table.tensor("x", 1)?;
    // a log x and (b − 1) log(1 − xᵃ) are rounded, and where the one is large the other is small.
    table.compare("log_prob", &family.log_prob(&x), Tolerance { relative: 2e-6, absolute: 2e-5 })?;
    table.compare("cdf", &family.cdf(&x), Tolerance { relative: 2e-5, absolute: 1e-37 })?;
    table.compare("entropy", &family.entropy(), Tolerance::both(2e-6))?;
    let rounded = Tolerance { relative: 1.2e-7, absolute: 2e-45 };
    table.compare("first", &family.mean(), rounded)?;
    table.compare("second", &family.variance(), rounded)
}

#[test]
fn moments_have_the_right_slopes() {
    let inputs = [double(&[3, 1], &[0.4, 2.0, 30.0]), double(&[3, 1], &[7.0, 0.6, 3.0])];
    let moments = |p: &[Tensor<2>]| {
        let family = build(p);
        (family.mean() + family.variance().log()).reshape([3])
    };
    check_gradients(&inputs, moments, Tolerance::both(1e-5)).expect("the slopes");
}

#[test]
fn the_ends_of_its_support() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = build(&[at(2.0), at(0.5)]);
    let cdf = |x: f32| family.cdf(&at(x)).into_scalar::<f32>();
    assert_eq!([-1.0, 0.0, 1.0, 2.0].map(cdf), [0.0, 0.0, 1.0, 1.0]);
    assert_eq!([0.0, 1.0].map(|p| family.icdf(&at(p)).into_scalar::<f32>()), [0.0, 1.0]);
    assert!(cdf(f32::NAN).is_nan() && family.log_prob(&at(1.5)).into_scalar::<f32>().is_nan());
}
