use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Cdf, Distribution, Entropy, Icdf, KlDivergence, Mean, Reparameterized, Rng, Variance, Weibull,
};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Support, Tolerance, check_gradients, double};

use crate::golden;

fn build(p: &[Tensor<2>]) -> Weibull {
    Weibull::new(p[0].clone(), p[1].clone())
}

fn checks(concentration: &[f64]) -> Conformance<Weibull> {
    let scale = double(&[3, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0]);
    Conformance::new(&[double(&[3, 2], concentration), scale], build)
        .basics()
        .moments()
        .icdf()
        .entropy_and_gradients()
        .independent_dimensions()
        .divergence()
        .value_gradients()
        .reparameterized()
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    // Densities that vanish with their slopes at 0, for the trapezoidal rule.
    let support = Support::Interval { low: 1e-6, high: 12.0, points: 60_001 };
    checks(&[3.0, 4.5, 9.0, 3.7, 5.0, 6.0]).normalisation(&support).draws(&support).cdf().verdict()
}

#[test]
fn conforms_where_the_density_has_no_bound() -> Result<(), Nonconformance> {
    checks(&[0.6, 0.9, 1.0, 0.7, 1.2, 2.0]).verdict()
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let log_concentration = double(&[4, 1], &[-6.0, -2.0, 8.0, 15.0]);
    let log_scale = double(&[4, 1], &[0.0, 15.0, 1e-4, 0.0]);
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    Conformance::new(&[log_concentration, log_scale], |p| Weibull::from_logs(p[0].clone(), p[1].clone()))
        .finite("log_prob", move |q| q.log_prob(&at(1.0)))
        .finite("log_prob at 0", move |q| q.log_prob(&at(0.0)))
        .finite("cdf", move |q| q.cdf(&at(1.0)).reshape([4]))
        .finite("cdf at 0", move |q| q.cdf(&at(0.0)).reshape([4]))
        .finite("entropy", Entropy::entropy)
        .finite("log of rsample", |q| q.rsample(&Rng::seed(1)).log().clamp_max(80.0).reshape([4]))
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/weibull.json"));
    let family = build(&[table.tensor("concentration", 1)?, table.tensor("scale", 1)?]);
    let x = table.tensor("x", 1)?;
    // k log(x/λ) is rounded to 1e-6 of itself, which the exponential multiplies by 9.
    table.compare("log_prob", &family.log_prob(&x), Tolerance { relative: 2e-6, absolute: 2e-5 })?;
    table.compare("cdf", &family.cdf(&x), Tolerance { relative: 2e-5, absolute: 0.0 })?;
    table.compare("entropy", &family.entropy(), Tolerance::both(2e-6))?;
    table.compare("first", &family.mean(), Tolerance { relative: 5e-7, absolute: 0.0 })?;
    table.compare("second", &family.variance(), Tolerance { relative: 5e-7, absolute: 0.0 })
}

#[test]
fn moments_have_the_right_slopes() {
    let inputs = [double(&[3, 1], &[0.4, 2.0, 300.0]), double(&[3, 1], &[7.0, 0.6, 3.0])];
    let moments = |p: &[Tensor<2>]| (build(p).mean() + build(p).variance().log()).reshape([3]);
    check_gradients(&inputs, moments, Tolerance::both(1e-5)).expect("the slopes");
}

#[test]
fn the_ends_of_its_support() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = build(&[at(2.0), at(0.5)]);
    assert_eq!([-1.0, 0.0, f32::INFINITY].map(|x| family.cdf(&at(x)).into_scalar::<f32>()), [0.0, 0.0, 1.0]);
    assert_eq!([0.0, 1.0].map(|p| family.icdf(&at(p)).into_scalar::<f32>()), [0.0, f32::INFINITY]);
    assert!(family.log_prob(&at(-1.0)).into_scalar::<f32>().is_nan());
    assert_eq!(family.kl_divergence(&family).into_scalar::<f32>(), 0.0);
}
