use burn::tensor::{DType, Device, Tensor};
use jensen_kernels::scalar::trigamma;
use jensen_prob::{Distribution, Entropy, Gamma, KlDivergence, Reparameterized, Rng};
use jensen_testing::{
    Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, check_gradients, double,
};

use crate::golden;

fn family(concentration: &[f64], rate: &[f64]) -> Conformance<Gamma> {
    let shape = [concentration.len() / 2, 2];
    let parameters = [double(&shape, concentration), double(&shape, rate)];
    Conformance::new(&parameters, |p| Gamma::new(p[0].clone(), p[1].clone()))
}

fn checks(family: Conformance<Gamma>) -> Conformance<Gamma> {
    family.basics().moments().entropy_and_gradients().independent_dimensions().divergence().value_gradients()
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    // Densities that vanish with their slopes at 0, for the trapezoidal rule.
    let support = Support::Interval { low: 1e-6, high: 60.0, points: 60_001 };
    checks(
        family(&[3.0, 4.5, 9.0, 3.7, 5.0, 20.0], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0])
            .normalisation(&support)
            .draws(&support)
            .cdf(),
    )
    .verdict()
}

/// Concentrations about and below 1, where draws take the other way and the density has no bound.
#[test]
fn conforms_where_the_density_has_no_bound() -> Result<(), Nonconformance> {
    checks(family(&[0.3, 0.9, 1.0, 0.5, 1.2, 2.0], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0])).verdict()
}

/// `F(x; ½) = erf √x`: the distribution function at draws for `α = ½` is uniform.
#[test]
fn draws_of_half_a_concentration_are_squares_of_normal_ones() {
    let n = 20_000;
    let half = Tensor::full([n, 1], 0.5, &Device::flex());
    let draws = Gamma::new(half, Tensor::ones([1, 1], &Device::flex())).sample(&Rng::seed(11));
    let mut ranks: Vec<f32> = draws.sqrt().erf().into_data().iter().collect();
    ranks.sort_by(f32::total_cmp);
    let off =
        ranks.iter().enumerate().map(|(i, rank)| ((i as f64 + 0.5) / n as f64 - f64::from(*rank)).abs());
    assert!(off.fold(0.0, f64::max) < jensen_testing::dkw_radius(n, 1e-9));
}

/// `E[log x] = ψ(α) − log β`, so the gradient of the mean of log-draws is `ψ′(α)` for `α`; within five
/// standard errors (false alarm 6e-7 each). For `β` it is `−1/β` at every draw.
#[test]
fn gradients_of_draws_are_those_of_their_expectation() {
    const DRAWS: usize = 100_000;
    let device = Device::flex().autodiff();
    for alpha in [0.4f32, 1.0, 2.5, 30.0, 1e3] {
        let leaf = |value: f32| Tensor::<2>::full([DRAWS, 1], value, &device).require_grad();
        let (concentration, rate) = (leaf(alpha), leaf(2.0));
        let draws = Gamma::new(concentration.clone(), rate.clone()).rsample(&Rng::seed(5));
        let gradients = draws.log().sum().backward();
        let of = |leaf: &Tensor<2>| -> Vec<f64> {
            leaf.grad(&gradients).expect("a gradient").into_data().iter().collect()
        };
        let estimate = MonteCarlo::of(of(&concentration));
        let exact = trigamma(f64::from(alpha));
        assert!(estimate.agrees(exact, 5.0, 1e-5 * exact), "α = {alpha}: {estimate:?}, not {exact}");
        assert!(of(&rate).iter().all(|slope| (slope + 0.5).abs() < 1e-5), "the rate");
    }
}

#[test]
fn a_reparameterised_draw_is_the_draw() {
    let family = Gamma::new(
        Tensor::from_data([[0.2f32, 3.0], [80.0, 1.0]], &Device::flex().autodiff()).require_grad(),
        Tensor::from_data([[2.0f32]], &Device::flex().autodiff()),
    );
    let rng = Rng::seed(2);
    let (draw, sample) = (family.rsample(&rng), family.sample(&rng));
    assert!(draw.is_tracked() && !sample.is_tracked());
    assert_eq!(draw.into_data(), sample.into_data());
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let concentration = double(&[5, 1], &[1e-3, 1e-3, 1.0, 1e6, 1e6]);
    let log_rate = double(&[5, 1], &[-15.0, 15.0, 0.0, -15.0, 15.0]);
    Conformance::new(&[concentration, log_rate], |p| Gamma::from_log_rate(p[0].clone(), p[1].clone()))
        .finite("log_prob", |q| q.log_prob(&Tensor::ones([1, 1], &Device::flex())))
        .finite("log_prob at 0", |q| q.log_prob(&Tensor::zeros([1, 1], &Device::flex())))
        .finite("entropy", Entropy::entropy)
        .finite("KL", |q| {
            let one = Tensor::ones([1, 1], &Device::flex());
            q.kl_divergence(&Gamma::new(one.clone(), one))
        })
        .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([5]))
        .verdict()
}

/// The density at 0 of a concentration of 1 is the rate.
#[test]
fn an_exponential_density_has_a_value_at_zero() {
    let at = |rate: f32| Tensor::<2>::full([1, 1], rate, &Device::flex());
    let log_prob = Gamma::new(at(1.0), at(3.0)).log_prob(&at(0.0)).into_scalar::<f32>();
    assert!((log_prob - 3f32.ln()).abs() < 1e-5, "{log_prob}");
    assert!(Gamma::new(at(1.0), at(3.0)).log_prob(&at(-1.0)).into_scalar::<f32>().is_nan());
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/gamma.json"));
    let family = Gamma::new(table.tensor("concentration", 1)?, table.tensor("rate", 1)?);
    // The ratio βx/α is rounded twice, and its distance to 1, of size 1/√α, is multiplied by α.
    let tolerance = Tolerance { relative: 2e-6, absolute: 5e-4 };
    table.compare("log_prob", &family.log_prob(&table.tensor("x", 1)?), tolerance)?;
    table.compare("entropy", &family.entropy(), Tolerance::both(2e-6))?;
    let table = golden(include_str!("../references/gamma_kl.json"));
    let side = |a: &str, b: &str| Ok::<_, GoldenError>(Gamma::new(table.tensor(a, 1)?, table.tensor(b, 1)?));
    let (q, p) = (side("q_concentration", "q_rate")?, side("p_concentration", "p_rate")?);
    table.compare("kl", &q.kl_divergence(&p), Tolerance { relative: 5e-6, absolute: 1e-6 })
}

/// At large concentrations that hardly differ, where `q` and `p` are a deviation apart, `f32` has what its
/// rounding of the means leaves: the ratio of the means, at 1e-3 from 1, to 1e-7.
#[test]
fn the_divergence_of_neighbours_keeps_its_digits() {
    let kl = |dtype| {
        let one = |x: f64| double(&[1, 1], &[x]).cast(dtype);
        Gamma::new(one(1e6), one(1e3))
            .kl_divergence(&Gamma::new(one(1.001e6), one(1e3)))
            .into_data()
            .iter::<f64>()
            .next()
            .expect("a number")
    };
    let (single, double) = (kl(DType::F32), kl(DType::F64));
    assert!((double - 0.4998).abs() < 1e-3, "{double}");
    assert!((single / double - 1.0).abs() < 5e-4, "{single}, not {double}");
}

/// The gradient that `digamma` has of its own enters the divergence.
#[test]
fn the_divergence_has_the_right_slope_at_a_large_concentration() {
    let one = |x: f64| double(&[1, 1], &[x]);
    let kl = |p: &[Tensor<2>]| {
        Gamma::new(p[0].clone(), p[1].clone()).kl_divergence(&Gamma::new(p[2].clone(), p[3].clone()))
    };
    let inputs = [one(5000.0), one(2.0), one(4000.0), one(2.5)];
    check_gradients(&inputs, kl, Tolerance { relative: 1e-3, absolute: 1e-5 }).expect("the slope");
}

#[test]
#[should_panic(expected = "does not fit a concentration of shape [2, 3]")]
fn a_rate_of_another_shape_is_refused() {
    let device = Device::flex();
    Gamma::new(Tensor::ones([2, 3], &device), Tensor::ones([3, 2], &device));
}
