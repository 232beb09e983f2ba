use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Cdf, Distribution, Entropy, Icdf, KlDivergence, LogNormal, Mean, Normal, Reparameterized, Rng, Variance,
};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Support, Tolerance, double};

use crate::golden;

fn family() -> Conformance<LogNormal> {
    let mean = double(&[3, 2], &[0.0, 1.5, -0.5, 0.3, 1.0, -0.2]);
    let std = double(&[3, 2], &[0.5, 0.4, 0.7, 0.3, 0.2, 0.6]);
    Conformance::new(&[mean, std], |p| LogNormal::new(Normal::new(p[0].clone(), p[1].clone())))
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: 1e-6, high: 60.0, points: 60_001 };
    family()
        .normalisation(&support)
        .draws(&support)
        .basics()
        .moments()
        .cdf()
        .icdf()
        .entropy_and_gradients()
        .independent_dimensions()
        .divergence()
        .value_gradients()
        .reparameterized()
        .verdict()
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let mean = double(&[4, 1], &[60.0, -1e6, 0.0, 3.0]);
    let log_std = double(&[4, 1], &[-15.0, 3.0, 15.0, -15.0]);
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    Conformance::new(&[mean, log_std], |p| LogNormal::new(Normal::from_log_std(p[0].clone(), p[1].clone())))
        .finite("log_prob", move |q| q.log_prob(&at(1.0)))
        .finite("log_prob at 0", move |q| q.log_prob(&at(0.0)))
        .finite("cdf", move |q| q.cdf(&at(1.0)).reshape([4]))
        .finite("cdf at 0", move |q| q.cdf(&at(0.0)).reshape([4]))
        .finite("entropy", Entropy::entropy)
        .finite("KL", |q| q.kl_divergence(&LogNormal::new(Normal::standard(1, 1, &Device::flex()))))
        .verdict()?;
    // Draws that leave the range below.
    let family = LogNormal::new(Normal::new(at(-1e6), at(1.0)));
    assert_eq!(
        family.sample(&Rng::seed(0)).into_scalar::<f32>(),
        family.rsample(&Rng::seed(0)).into_scalar::<f32>()
    );
    assert!(family.sample(&Rng::seed(0)).into_scalar::<f32>() >= f32::MIN_POSITIVE);
    Ok(())
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/log_normal.json"));
    let family = LogNormal::new(Normal::new(table.tensor("mean", 1)?, table.tensor("std", 1)?));
    let x = table.tensor("x", 1)?;
    // The logarithm is rounded to 2e-7 and divided by σ ≥ 0.05, squared at four deviations.
    let tolerance = Tolerance { relative: 2e-6, absolute: 4e-5 };
    table.compare("log_prob", &family.log_prob(&x), tolerance)?;
    table.compare("cdf", &family.cdf(&x), Tolerance { relative: 5e-5, absolute: 1e-37 })?;
    table.compare("entropy", &family.entropy(), Tolerance::both(1e-6))?;
    table.compare("first", &family.mean(), Tolerance { relative: 5e-6, absolute: 0.0 })?;
    table.compare("second", &family.variance(), Tolerance { relative: 2e-5, absolute: 0.0 })
}

#[test]
fn the_ends_of_its_support() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = LogNormal::new(Normal::standard(1, 1, &Device::flex()));
    let numbers = |t: Tensor<2>| t.into_scalar::<f32>();
    assert_eq!([0.0, -1.0, f32::INFINITY].map(|x| numbers(family.cdf(&at(x)))), [0.0, 0.0, 1.0]);
    assert_eq!([0.0, 1.0].map(|p| numbers(family.icdf(&at(p)))), [0.0, f32::INFINITY]);
    assert!(numbers(family.cdf(&at(f32::NAN))).is_nan());
    assert!(family.log_prob(&at(-1.0)).into_scalar::<f32>().is_nan());
}
