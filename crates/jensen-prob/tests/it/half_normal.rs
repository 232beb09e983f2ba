use burn::tensor::{Device, Tensor};
use jensen_prob::{Cdf, Distribution, Entropy, HalfNormal, Icdf, Reparameterized, Rng};
use jensen_testing::{Conformance, Nonconformance, double};

/// The density jumps at 0, where the trapezoidal rule is off: the distribution function takes the place of
/// the sum.
#[test]
fn conforms() -> Result<(), Nonconformance> {
    Conformance::new(&[double(&[3, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0])], |p| HalfNormal::new(p[0].clone()))
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
    Conformance::new(&[double(&[3, 1], &[-15.0, 15.0, 80.0])], |p| HalfNormal::from_log_scale(p[0].clone()))
        .finite("log_prob", |q| q.log_prob(&Tensor::ones([1, 1], &Device::flex())))
        .finite("entropy", Entropy::entropy)
        .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([3]))
        .verdict()
}

#[test]
fn the_ends_of_its_support() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = HalfNormal::new(at(2.0));
    assert_eq!(family.log_prob(&at(-1e-30)).into_scalar::<f32>(), f32::NEG_INFINITY);
    assert_eq!([-1.0, 0.0, 1e9].map(|x| family.cdf(&at(x)).into_scalar::<f32>()), [0.0, 0.0, 1.0]);
    assert_eq!([0.0, 1.0].map(|p| family.icdf(&at(p)).into_scalar::<f32>()), [0.0, f32::INFINITY]);
    // The density 2φ(0)/σ at 0 is the slope of the distribution function, whose digits are kept.
    let share = family.cdf(&at(1e-20)).into_scalar::<f32>();
    assert!((share / 3.989_423e-21 - 1.0).abs() < 1e-6, "{share}");
}
