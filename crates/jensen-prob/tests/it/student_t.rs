use burn::tensor::{Device, Tensor};
use jensen_kernels::scalar::trigamma;
use jensen_prob::{Cdf, Distribution, Entropy, Mean, Reparameterized, Rng, StudentT, Variance};
use jensen_testing::{Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, double};

use crate::golden;

fn build(p: &[Tensor<2>]) -> StudentT {
    StudentT::new(p[0].clone(), p[1].clone(), p[2].clone())
}

fn family(degrees: &[f64]) -> Conformance<StudentT> {
    let location = double(&[3, 2], &[0.0, 1.5, -2.0, 0.3, 4.0, -0.7]);
    let scale = double(&[3, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0]);
    Conformance::new(&[double(&[3, 2], degrees), location, scale], build)
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: -500.0, high: 500.0, points: 50_001 };
    family(&[5.0, 6.5, 30.0, 9.0, 200.0, 12.0])
        .normalisation(&support)
        .draws(&support)
        .basics()
        .moments()
        .cdf()
        .entropy_and_gradients()
        .events()
        .value_gradients()
        .verdict()
}

#[test]
fn conforms_with_heavy_tails() -> Result<(), Nonconformance> {
    family(&[0.5, 1.0, 2.0, 1.7, 0.8, 3.0])
        .basics()
        .mode()
        .cdf()
        .entropy_and_gradients()
        .value_gradients()
        .verdict()
}

/// `E[log |z|]` of a standard draw is that of a normal one and `½ (log ν/2 − ψ(ν/2))`, whose slope for `ν` is
/// `½/ν − ¼ ψ′(ν/2)`; within five standard errors (false alarm 6e-7 each).
#[test]
fn gradients_of_draws_are_those_of_their_expectation() {
    const DRAWS: usize = 50_000;
    let device = Device::flex().autodiff();
    for degrees in [0.2f32, 1.0, 4.0, 100.0] {
        let leaf = |value: f32| Tensor::<2>::full([DRAWS, 1], value, &device).require_grad();
        let (nu, scale) = (leaf(degrees), leaf(2.0));
        let draws = build(&[nu.clone(), leaf(0.0), scale.clone()]).rsample(&Rng::seed(5));
        let gradients = draws.abs().log().sum().backward();
        let of = |leaf: &Tensor<2>| leaf.grad(&gradients).expect("a gradient").into_data();
        let estimate = MonteCarlo::of(of(&nu).iter::<f64>());
        let nu = f64::from(degrees);
        let exact = 0.5 / nu - 0.25 * trigamma(0.5 * nu);
        assert!(estimate.agrees(exact, 5.0, 1e-4 * exact.abs()), "ν = {nu}: {estimate:?}, not {exact}");
        assert!(of(&scale).iter::<f32>().all(|slope| (slope - 0.5).abs() < 1e-5), "the scale");
    }
}

#[test]
fn a_reparameterised_draw_is_the_draw() {
    let leaf =
        |numbers: [f32; 2]| Tensor::<2>::from_data([numbers], &Device::flex().autodiff()).require_grad();
    let family = build(&[leaf([0.1, 7.0]), leaf([1.0, 2.0]), leaf([3.0, 0.5])]);
    let (draw, sample) = (family.rsample(&Rng::seed(2)), family.sample(&Rng::seed(2)));
    assert!(draw.is_tracked() && !sample.is_tracked());
    assert_eq!(draw.into_data(), sample.into_data());
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let log_degrees = double(&[6, 1], &[-9.0, -4.0, 0.0, 14.0, 40.0, 1.0]);
    let location = double(&[6, 1], &[0.0, 0.0, 1e6, -1e6, 0.0, 1e20]);
    let log_scale = double(&[6, 1], &[-1.0, 1.0, 15.0, 15.0, 0.0, -15.0]);
    Conformance::new(&[log_degrees, location, log_scale], |p| {
        StudentT::from_logs(p[0].clone(), p[1].clone(), p[2].clone())
    })
    .finite("log_prob", |q| q.log_prob(&Tensor::zeros([1, 1], &Device::flex())))
    .finite("log_prob at the mode", |q| q.log_prob(&q.location().detach()))
    .finite("entropy", Entropy::entropy)
    .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([6]))
    .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/student_t.json"));
    let at = |name| table.tensor(name, 1);
    let (family, x) = (build(&[at("degrees")?, at("location")?, at("scale")?]), at("x")?);
    table.compare("log_prob", &family.log_prob(&x), Tolerance::both(2e-6))?;
    table.compare("entropy", &family.entropy(), Tolerance::both(2e-6))?;
    // At forty deviations of a nearly normal tail one rounding of z is multiplied by 1600.
    table.compare("cdf", &family.cdf(&x), Tolerance { relative: 2e-4, absolute: 1e-45 })
}

#[test]
fn the_distribution_function_has_the_right_slopes() {
    let inputs = [double(&[1, 4], &[0.7, 3.0, 50.0, 2.0]), double(&[1, 4], &[0.5, -2.0, 1.0, 0.0])];
    let cdf = |p: &[Tensor<2>]| {
        let one = p[0].clone().ones_like();
        let x = Tensor::<2>::from_data([[0.1f32, 3.0, -1.0, 0.0]], &Device::flex()).cast(p[0].dtype());
        build(&[p[0].clone(), p[1].clone(), one]).cdf(&x).sum()
    };
    jensen_testing::check_gradients(&inputs, cdf, Tolerance::both(1e-5)).expect("the slopes");
}

#[test]
fn moments_that_are_none() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = |nu: f32| build(&[at(nu), at(3.0), at(2.0)]);
    assert!(family(1.0).mean().into_scalar::<f32>().is_nan());
    assert_eq!(family(1.5).mean().into_scalar::<f32>(), 3.0);
    assert_eq!(
        [1.5, 2.0, 4.0].map(|nu| family(nu).variance().into_scalar::<f32>()),
        [f32::INFINITY, f32::INFINITY, 8.0]
    );
    assert!(family(0.5).variance().into_scalar::<f32>().is_nan());
}

#[test]
#[should_panic(expected = "degrees of freedom of shape [3, 2] does not fit a location of shape [2, 3]")]
fn degrees_of_another_shape_are_refused() {
    let device = Device::flex();
    build(&[Tensor::ones([3, 2], &device), Tensor::zeros([2, 3], &device), Tensor::ones([2, 3], &device)]);
}
