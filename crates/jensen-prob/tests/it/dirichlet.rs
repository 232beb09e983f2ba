use burn::tensor::{DType, Device, Tensor};
use jensen_kernels::scalar::trigamma;
use jensen_prob::{Dirichlet, Distribution, Entropy, KlDivergence, Mode, Reparameterized, Rng};
use jensen_testing::{Conformance, GoldenError, MonteCarlo, Nonconformance, Region, Tolerance, double};

use crate::golden;

fn family(concentration: &[f64]) -> Conformance<Dirichlet> {
    let concentration = double(&[concentration.len() / 3, 3], concentration);
    Conformance::joint(&[concentration], |p| Dirichlet::new(p[0].clone()))
}

fn checks(family: Conformance<Dirichlet>) -> Conformance<Dirichlet> {
    family.basics().moments().entropy_and_gradients().divergence().value_gradients()
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    checks(family(&[5.0, 6.0, 8.0, 4.5, 4.0, 12.0, 9.0, 5.5, 4.2]).region(&Region::simplex(200))).verdict()
}

#[test]
fn conforms_where_the_density_has_no_bound() -> Result<(), Nonconformance> {
    checks(family(&[0.5, 0.9, 1.0, 0.7, 1.2, 2.0, 1.0, 1.0, 1.0])).verdict()
}

/// `E[log x_c] = ψ(α_c) − ψ(n)`, so the gradients of the mean of log-draws of the first class are
/// `ψ′(α_1) − ψ′(n)` and, for the others, `−ψ′(n)`; within five standard errors (false alarm 6e-7 each).
#[test]
fn gradients_of_draws_are_those_of_their_expectation() {
    const DRAWS: usize = 50_000;
    let device = Device::flex().autodiff();
    for alpha in [[0.3f32, 0.4, 0.5], [1.0, 1.0, 1.0], [2.5, 7.0, 0.6], [400.0, 30.0, 90.0]] {
        let leaf = Tensor::<2>::from_data([alpha], &device).repeat_dim(0, DRAWS).detach().require_grad();
        let draws = Dirichlet::new(leaf.clone()).rsample(&Rng::seed(5));
        let gradients = draws.narrow(1, 0, 1).log().sum().backward();
        let slopes: Vec<f64> = leaf.grad(&gradients).expect("a gradient").into_data().iter().collect();
        let total = trigamma(f64::from(alpha.iter().sum::<f32>()));
        for (class, exact) in [trigamma(f64::from(alpha[0])) - total, -total, -total].into_iter().enumerate()
        {
            let estimate = MonteCarlo::of(slopes.iter().skip(class).step_by(3).copied());
            assert!(estimate.agrees(exact, 5.0, 1e-5 * exact.abs()), "{alpha:?}: {estimate:?}, not {exact}");
        }
    }
}

#[test]
fn a_reparameterised_draw_is_the_draw() {
    let concentration = Tensor::from_data([[0.01f32, 0.02], [80.0, 1.0]], &Device::flex().autodiff());
    let family = Dirichlet::new(concentration.require_grad());
    let (draw, sample) = (family.rsample(&Rng::seed(2)), family.sample(&Rng::seed(2)));
    assert!(draw.is_tracked() && !sample.is_tracked());
    assert_eq!(draw.into_data(), sample.into_data());
}

/// Where the density has no bound, the mode is on a side or in a corner.
#[test]
fn modes_on_the_sides() {
    let concentration = double(&[4, 3], &[3.0, 0.5, 2.0, 0.2, 0.9, 0.9, 1.0, 1.0, 1.0, 2.0, 2.0, 4.0]);
    let modes: Vec<f64> = Dirichlet::new(concentration).mode().into_data().iter().collect();
    let expected = [2.0 / 3.0, 0.0, 1.0 / 3.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.2, 0.2, 0.6];
    assert!(modes.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{modes:?}");
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let value = |x: [f32; 3]| Tensor::<2>::from_data([x], &Device::flex());
    family(&[1e-3, 1e-3, 1e-3, 1e-3, 1e6, 1.0, 1e6, 1e6, 1e6, 1.0, 1.0, 1e6])
        .finite("log_prob", move |q| q.log_prob(&value([0.3, 0.5, 0.2])))
        .finite("log_prob in a corner", move |q| q.log_prob(&value([0.0, 0.0, 1.0])))
        .finite("entropy", Entropy::entropy)
        .finite("KL", move |q| q.kl_divergence(&Dirichlet::new(value([1.0, 2.0, 0.5]))))
        .finite("rsample", |q| {
            let (draw, log_prob) = q.rsample_with_log_prob(&Rng::seed(1));
            draw.narrow(1, 0, 1).reshape([4]) + log_prob
        })
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/dirichlet.json"));
    let family = Dirichlet::new(table.tensor("concentration", 3)?);
    // The shares are rounded, and their distance from the mean, of size 1/√n, is multiplied by n.
    let tolerance = Tolerance { relative: 2e-6, absolute: 5e-4 };
    table.compare("log_prob", &family.log_prob(&table.tensor("x", 3)?), tolerance)?;
    table.compare("entropy", &family.entropy(), Tolerance::both(2e-6))?;
    let table = golden(include_str!("../references/dirichlet_kl.json"));
    let [q, p] = ["q", "p"].map(|side| table.tensor(side, 3).map(Dirichlet::new));
    table.compare("kl", &q?.kl_divergence(&p?), Tolerance { relative: 5e-6, absolute: 1e-6 })
}

/// A concentration of 1e-4 draws shares of e^−10000: none is 0, none is no number, and all add up to 1.
#[test]
fn draws_of_small_concentrations_do_not_underflow() {
    let family = Dirichlet::new(double(&[500, 4], &[1e-4; 2000]).cast(DType::F32));
    let draws = family.sample(&Rng::seed(4));
    let totals: Vec<f32> = draws.clone().sum_dim(1).into_data().iter().collect();
    assert!(totals.iter().all(|total| (total - 1.0).abs() < 1e-6));
    assert!(draws.into_data().iter::<f32>().all(|x| x >= f32::MIN_POSITIVE));
}
