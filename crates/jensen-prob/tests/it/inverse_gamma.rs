use burn::tensor::{Device, Tensor};
use jensen_kernels::scalar::trigamma;
use jensen_prob::{
    Cdf, Distribution, Entropy, Gamma, InverseGamma, KlDivergence, Mean, Reparameterized, Rng, Variance,
};
use jensen_testing::{Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, double};

use crate::golden;

fn build(p: &[Tensor<2>]) -> InverseGamma {
    InverseGamma::new(Gamma::new(p[0].clone(), p[1].clone()))
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: 1e-4, high: 60.0, points: 60_001 };
    let concentration = double(&[3, 2], &[6.0, 9.0, 12.0, 20.0, 7.0, 40.0]);
    let scale = double(&[3, 2], &[3.0, 4.0, 20.0, 9.0, 2.0, 30.0]);
    Conformance::new(&[concentration, scale], build)
        .normalisation(&support)
        .draws(&support)
        .basics()
        .moments()
        .cdf()
        .entropy_and_gradients()
        .independent_dimensions()
        .divergence()
        .value_gradients()
        .verdict()
}

/// `E[log x] = log β − ψ(α)`, so the gradient of the mean of log-draws is `−ψ′(α)` for `α`; within five
/// standard errors (false alarm 6e-7). For `β` it is `1/β` at every draw.
#[test]
fn gradients_of_draws_are_those_of_their_expectation() {
    const DRAWS: usize = 20_000;
    let device = Device::flex().autodiff();
    let leaf = |value: f32| Tensor::<2>::full([DRAWS, 1], value, &device).require_grad();
    let (concentration, scale) = (leaf(2.5), leaf(4.0));
    let draws = build(&[concentration.clone(), scale.clone()]).rsample(&Rng::seed(5));
    let gradients = draws.log().sum().backward();
    let of = |leaf: &Tensor<2>| leaf.grad(&gradients).expect("a gradient").into_data();
    let estimate = MonteCarlo::of(of(&concentration).iter::<f64>());
    assert!(estimate.agrees(-trigamma(2.5), 5.0, 1e-5), "{estimate:?}");
    assert!(of(&scale).iter::<f32>().all(|slope| (slope - 0.25).abs() < 1e-5));
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let concentration = double(&[5, 1], &[1e-3, 1e-3, 1.0, 1e6, 1e6]);
    let log_scale = double(&[5, 1], &[-15.0, 0.0, 15.0, -15.0, 15.0]);
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    Conformance::new(&[concentration, log_scale], |p| {
        InverseGamma::new(Gamma::from_log_rate(p[0].clone(), p[1].clone()))
    })
    .finite("log_prob", move |q| q.log_prob(&at(1.0)))
    .finite("cdf", move |q| q.cdf(&at(1.0)).reshape([5]))
    .finite("cdf at 0", move |q| q.cdf(&at(0.0)).reshape([5]))
    .finite("entropy", Entropy::entropy)
    .finite("KL", move |q| q.kl_divergence(&build(&[at(1.0), at(1.0)])))
    .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([5]))
    .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/inverse_gamma.json"));
    let family = build(&[table.tensor("concentration", 1)?, table.tensor("scale", 1)?]);
    let x = table.tensor("x", 1)?;
    // The ratio β/αx is rounded three times, and its distance to 1, of size 1/√α, is multiplied by α.
    table.compare("log_prob", &family.log_prob(&x), Tolerance { relative: 2e-6, absolute: 1e-4 })?;
    table.compare("cdf", &family.cdf(&x), Tolerance { relative: 5e-5, absolute: 0.0 })?;
    table.compare("entropy", &family.entropy(), Tolerance::both(2e-6))
}

#[test]
fn moments_that_are_infinite() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = |alpha: f32| build(&[at(alpha), at(3.0)]);
    assert_eq!([1.0, 4.0].map(|a| family(a).mean().into_scalar::<f32>()), [f32::INFINITY, 1.0]);
    assert_eq!([1.5, 4.0].map(|a| family(a).variance().into_scalar::<f32>()), [f32::INFINITY, 0.5]);
    assert_eq!(family(2.0).cdf(&at(-1.0)).into_scalar::<f32>(), 0.0);
}
