use burn::tensor::{Device, Tensor};
use jensen_kernels::scalar::trigamma;
use jensen_prob::{Beta, Distribution, Entropy, KlDivergence, Reparameterized, Rng};
use jensen_testing::{Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, double};

use crate::golden;

fn family(alpha: &[f64], beta: &[f64]) -> Conformance<Beta> {
    let shape = [alpha.len() / 2, 2];
    Conformance::new(&[double(&shape, alpha), double(&shape, beta)], |p| {
        Beta::new(p[0].clone(), p[1].clone())
    })
}

fn checks(family: Conformance<Beta>) -> Conformance<Beta> {
    family.basics().moments().entropy_and_gradients().independent_dimensions().divergence().value_gradients()
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    // Densities that vanish with their slopes at both ends, for the trapezoidal rule.
    let support = Support::Interval { low: 1e-6, high: 1.0 - 1e-6, points: 20_001 };
    checks(
        family(&[3.0, 4.5, 9.0, 3.7, 5.0, 20.0], &[3.5, 6.0, 4.0, 3.2, 12.0, 5.0])
            .normalisation(&support)
            .draws(&support)
            .cdf(),
    )
    .verdict()
}

#[test]
fn conforms_where_the_density_has_no_bound() -> Result<(), Nonconformance> {
    checks(family(&[0.5, 0.9, 1.0, 0.7, 1.2, 2.0], &[1.0, 0.8, 1.0, 3.0, 0.6, 0.9])).verdict()
}

/// `E[log x] = ψ(α) − ψ(α + β)`, so the gradients of the mean of log-draws are `ψ′(α) − ψ′(n)` and
/// `−ψ′(n)`; within five standard errors (false alarm 6e-7 each).
#[test]
fn gradients_of_draws_are_those_of_their_expectation() {
    const DRAWS: usize = 100_000;
    let device = Device::flex().autodiff();
    for (a, b) in [(0.3f32, 0.4f32), (1.0, 1.0), (2.5, 7.0), (40.0, 3.0), (500.0, 800.0)] {
        let leaf = |value: f32| Tensor::<2>::full([DRAWS, 1], value, &device).require_grad();
        let (alpha, beta) = (leaf(a), leaf(b));
        let draws = Beta::new(alpha.clone(), beta.clone()).rsample(&Rng::seed(5));
        let gradients = draws.log().sum().backward();
        let total = trigamma(f64::from(a + b));
        for (leaf, exact) in [(alpha, trigamma(f64::from(a)) - total), (beta, -total)] {
            let slopes = leaf.grad(&gradients).expect("a gradient").into_data();
            let estimate = MonteCarlo::of(slopes.iter::<f64>());
            let rounding = 1e-5 * exact.abs();
            assert!(estimate.agrees(exact, 5.0, rounding), "α = {a}, β = {b}: {estimate:?}, not {exact}");
        }
    }
}

#[test]
fn a_reparameterised_draw_is_the_draw() {
    let parameter =
        |numbers: [[f32; 2]; 2]| Tensor::from_data(numbers, &Device::flex().autodiff()).require_grad();
    let family = Beta::new(parameter([[0.2, 3.0], [80.0, 1.0]]), parameter([[0.3, 2.0], [1.0, 1e3]]));
    let (draw, sample) = (family.rsample(&Rng::seed(2)), family.sample(&Rng::seed(2)));
    assert!(draw.is_tracked() && !sample.is_tracked());
    assert_eq!(draw.into_data(), sample.into_data());
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let alpha = double(&[5, 1], &[1e-3, 1e-3, 1.0, 1e6, 1e6]);
    let beta = double(&[5, 1], &[1e-3, 1e6, 1.0, 1e-3, 1e6]);
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    Conformance::new(&[alpha, beta], |p| Beta::new(p[0].clone(), p[1].clone()))
        .finite("log_prob", move |q| q.log_prob(&at(0.3)))
        .finite("log_prob at 0", move |q| q.log_prob(&at(0.0)))
        .finite("log_prob at 1", move |q| q.log_prob(&at(1.0)))
        .finite("entropy", Entropy::entropy)
        .finite("KL", move |q| q.kl_divergence(&Beta::new(at(1.0), at(2.0))))
        .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([5]))
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/beta.json"));
    let family = Beta::new(table.tensor("alpha", 1)?, table.tensor("beta", 1)?);
    // The shares are rounded, and their distance from the mean, of size 1/√n, is multiplied by n.
    let tolerance = Tolerance { relative: 2e-6, absolute: 5e-4 };
    table.compare("log_prob", &family.log_prob(&table.tensor("x", 1)?), tolerance)?;
    table.compare("entropy", &family.entropy(), Tolerance::both(2e-6))?;
    let table = golden(include_str!("../references/beta_kl.json"));
    let side = |a: &str, b: &str| Ok::<_, GoldenError>(Beta::new(table.tensor(a, 1)?, table.tensor(b, 1)?));
    let (q, p) = (side("q_alpha", "q_beta")?, side("p_alpha", "p_beta")?);
    table.compare("kl", &q.kl_divergence(&p), Tolerance { relative: 5e-6, absolute: 1e-6 })
}

#[test]
#[should_panic(expected = "α of shape [2, 3] meets β of shape [1, 3]")]
fn parameters_of_other_shapes_are_refused() {
    let device = Device::flex();
    Beta::new(Tensor::ones([2, 3], &device), Tensor::ones([1, 3], &device));
}
