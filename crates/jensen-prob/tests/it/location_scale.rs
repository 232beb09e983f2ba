use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Cauchy, CauchyShape, Cdf, Distribution, Divergence, Entropy, Gumbel, GumbelShape, Icdf, KlDivergence,
    Laplace, LaplaceShape, LocationScale, Logistic, LogisticShape, Reparameterized, Rng, Shape,
};
use jensen_testing::{Conformance, Golden, GoldenError, Nonconformance, Support, Tolerance, double};

use crate::golden;

/// `f32` rounds the standardised value to 6e-8 of itself.
const TOLERANCE: Tolerance = Tolerance { relative: 1e-6, absolute: 1e-6 };
/// The share below a point counts in digits, however small it is, and `f32` exponentials of large
/// arguments lose some.
const SHARE: Tolerance = Tolerance { relative: 2e-5, absolute: 1e-37 };

fn family<S: Shape + 'static>() -> Conformance<LocationScale<S>> {
    let location = double(&[4, 2], &[0.0, 1.5, -2.0, 0.3, 4.0, -0.7, 0.1, 0.0]);
    let scale = double(&[4, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0, 1.1, 0.6]);
    Conformance::new(&[location, scale], |p| LocationScale::new(p[0].clone(), p[1].clone()))
}

/// What every shape must pass.
fn common<S: Shape + 'static>() -> Conformance<LocationScale<S>> {
    family().basics().mode().entropy_and_gradients().cdf().icdf().events().value_gradients().reparameterized()
}

/// What a shape with an exact divergence must pass beside.
fn divergence<S: Divergence + 'static>(
    family: Conformance<LocationScale<S>>,
) -> Conformance<LocationScale<S>> {
    family.independent_dimensions().divergence()
}

/// The density of a Laplace distribution has a kink, where the trapezoidal rule is only of second order.
#[test]
fn laplace_conforms() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: -60.0, high: 60.0, points: 240_001 };
    divergence(common::<LaplaceShape>().normalisation(&support).draws(&support).mean().variance()).verdict()
}

#[test]
fn logistic_conforms() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: -60.0, high: 60.0, points: 6001 };
    common::<LogisticShape>().normalisation(&support).draws(&support).mean().variance().verdict()
}

#[test]
fn gumbel_conforms() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: -30.0, high: 60.0, points: 6001 };
    divergence(common::<GumbelShape>().normalisation(&support).draws(&support).mean().variance()).verdict()
}

/// No interval holds all but a negligible share: the slope of the distribution function, from 0 to 1,
/// takes the place of the sum.
#[test]
fn cauchy_conforms() -> Result<(), Nonconformance> {
    divergence(common::<CauchyShape>()).verdict()
}

/// From the far ends of both parameters, value and gradient are finite.
fn is_finite_at_extremes<S: Shape + 'static>(far: f64) -> Result<(), Nonconformance> {
    let location = double(&[4, 1], &[1e6, -1e6, 0.0, 3.0]);
    let log_scale = double(&[4, 1], &[15.0, 15.0, 15.0, far]);
    Conformance::new(&[location, log_scale], |p| {
        LocationScale::<S>::from_log_scale(p[0].clone(), p[1].clone())
    })
    .finite("log_prob", |q| q.log_prob(&Tensor::zeros([1, 1], &Device::flex())))
    .finite("entropy", Entropy::entropy)
    .finite("rsample_with_log_prob", |q| {
        let (value, log_prob) = q.rsample_with_log_prob(&Rng::seed(1));
        value.reshape([4]) + log_prob
    })
    .verdict()
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    is_finite_at_extremes::<LaplaceShape>(-15.0)?;
    is_finite_at_extremes::<LogisticShape>(-15.0)?;
    is_finite_at_extremes::<CauchyShape>(-30.0)?;
    // The lower tail of e^{−e^{−z}} leaves single precision at z = −88.
    is_finite_at_extremes::<GumbelShape>(-3.0)
}

/// Draws and densities of the noise itself, at every value it can take.
#[test]
fn the_ends_of_the_uniform_numbers_are_finite() {
    let ends = [2f32.powi(-25), 2f32.powi(-24), 0.5, 1.0 - 2f32.powi(-23), 1.0 - 2f32.powi(-24)];
    let ends = Tensor::<1>::from_data(ends, &Device::flex()).reshape([5, 1]);
    for quantile in [
        Laplace::standard(1, 1, &Device::flex()).icdf(&ends),
        Logistic::standard(1, 1, &Device::flex()).icdf(&ends),
        Gumbel::standard(1, 1, &Device::flex()).icdf(&ends),
        Cauchy::standard(1, 1, &Device::flex()).icdf(&ends),
    ] {
        let quantile: Vec<f32> = quantile.into_data().iter().collect();
        assert!(quantile.iter().all(|x| x.is_finite()), "{quantile:?}");
        assert!(quantile.windows(2).all(|pair| pair[0] < pair[1]), "{quantile:?}");
    }
}

fn matches<S: Shape>(json: &str, share: Tolerance) -> Result<(), GoldenError> {
    let table = golden(json);
    let at = |table: &Golden| -> Result<LocationScale<S>, GoldenError> {
        Ok(LocationScale::new(table.tensor("location", 1)?, table.tensor("scale", 1)?))
    };
    let (family, x) = (at(&table)?, table.tensor("x", 1)?);
    table.compare("log_prob", &family.log_prob(&x), TOLERANCE)?;
    table.compare("entropy", &family.entropy(), TOLERANCE)?;
    table.compare("cdf", &family.cdf(&x), share)?;
    table.compare("icdf", &family.icdf(&table.tensor("u", 1)?), Tolerance::both(3e-6))
}

#[test]
fn references() -> Result<(), GoldenError> {
    matches::<LaplaceShape>(include_str!("../references/laplace.json"), SHARE)?;
    matches::<LogisticShape>(include_str!("../references/logistic.json"), SHARE)?;
    matches::<GumbelShape>(include_str!("../references/gumbel.json"), SHARE)?;
    matches::<CauchyShape>(include_str!("../references/cauchy.json"), SHARE)
}

fn diverges<S: Divergence>(json: &str) -> Result<(), GoldenError> {
    let table = golden(json);
    let side = |location: &str, scale: &str| {
        Ok::<_, GoldenError>(LocationScale::<S>::new(table.tensor(location, 1)?, table.tensor(scale, 1)?))
    };
    let (q, p) = (side("q_location", "q_scale")?, side("p_location", "p_scale")?);
    table.compare("kl", &q.kl_divergence(&p), TOLERANCE)
}

#[test]
fn divergence_references() -> Result<(), GoldenError> {
    diverges::<LaplaceShape>(include_str!("../references/laplace_kl.json"))?;
    diverges::<GumbelShape>(include_str!("../references/gumbel_kl.json"))?;
    diverges::<CauchyShape>(include_str!("../references/cauchy_kl.json"))
}

#[test]
#[should_panic(expected = "does not fit a location of shape [2, 3]")]
fn a_scale_of_another_shape_is_refused() {
    let device = Device::flex();
    Laplace::new(Tensor::zeros([2, 3], &device), Tensor::ones([3, 2], &device));
}
