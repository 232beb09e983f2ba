use std::f64::consts::PI;

use burn::tensor::{DType, Device, Tensor};
use jensen_prob::special::bessel_ratio;
use jensen_prob::{Cdf, Distribution, Entropy, KlDivergence, Reparameterized, Rng, VonMises};
use jensen_testing::{
    Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, check_gradients, dkw_radius,
    double,
};

use crate::golden;

fn family(location: &[f64], concentration: &[f64]) -> Conformance<VonMises> {
    let shape = [location.len() / 2, 2];
    let parameters = [double(&shape, location), double(&shape, concentration)];
    Conformance::new(&parameters, |p| VonMises::new(p[0].clone(), p[1].clone()))
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    // Of a periodic density the trapezoidal rule is exact.
    let support = Support::Interval { low: -PI, high: PI, points: 1001 };
    family(&[0.0, 3.0, -1.0, 0.3, 2.0, -3.1], &[1.0, 0.4, 20.0, 3.0, 0.05, 60.0])
        .normalisation(&support)
        .draws(&support)
        .basics()
        .mode()
        .entropy_and_gradients()
        .independent_dimensions()
        .divergence()
        .value_gradients()
        .cdf()
        .verdict()
}

/// What is far below one half keeps the digits of `f32`, and the mass of a turn those of `f64`.
#[test]
fn the_distribution_function_has_its_references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/von_mises_cdf.json"));
    let column = |name: &str| table.column(name).map(|numbers| double(&[numbers.len(), 1], numbers));
    for (dtype, tolerance) in [
        (DType::F32, Tolerance { relative: 1e-7, absolute: 1e-13 }),
        (DType::F64, Tolerance { relative: 1e-12, absolute: 1e-13 }),
    ] {
        let family = VonMises::new(column("location")?.cast(dtype), column("concentration")?.cast(dtype));
        table.compare("cdf", &family.cdf(&column("x")?.cast(dtype)), tolerance)?;
    }
    Ok(())
}

/// Its gradients for the angle and for both parameters; it stops at the ends of the turn that draws lie in.
#[test]
fn the_distribution_function_has_its_gradients_and_ends() {
    let location = double(&[4, 2], &[0.0, 3.0, -1.0, 7.0, 2.0, -3.1, 0.5, 0.0]);
    let concentration = double(&[4, 2], &[1.0, 0.4, 20.0, 3.0, 0.05, 60.0, 0.0, 2e3]);
    let x = double(&[4, 2], &[0.3, -2.9, -1.2, 0.1, 3.1, 3.0, 1.0, 0.02]);
    let cdf =
        |p: &[Tensor<2>]| VonMises::new(p[0].clone(), p[1].clone() + 1e-3).cdf(&p[2]).sum_dim(1).reshape([4]);
    check_gradients(&[location, concentration, x], cdf, Tolerance { relative: 1e-4, absolute: 1e-5 })
        .expect("the gradient");
    let number = |x: f64| double(&[1, 1], &[x]);
    for (location, kappa) in [(0.0, 0.0), (3.0, 2.0), (-100.0, 50.0), (PI, 1e6)] {
        let family = VonMises::new(number(location), number(kappa));
        let at = |x: f64| family.cdf(&number(x)).into_scalar::<f64>();
        assert_eq!((at(-PI), at(-4.0)), (0.0, 0.0), "below, κ = {kappa}");
        assert!((at(PI) - 1.0).abs() < 1e-13 && at(4.0) == at(PI), "above, κ = {kappa}");
        assert!(at(f64::NAN).is_nan());
    }
    assert!(VonMises::new(number(0.0), number(-1.0)).cdf(&number(1.0)).into_scalar::<f64>().is_nan());
}

/// At large concentrations `√κ (x − μ)` is normal, up to `1/κ`; false alarm 1e-9 each.
#[test]
fn concentrated_draws_are_normal() {
    const DRAWS: usize = 20_000;
    for kappa in [1e4, 1e8, 1e15] {
        let family = VonMises::new(double(&[DRAWS, 1], &vec![0.0; DRAWS]), double(&[1, 1], &[kappa]));
        let z = family.sample(&Rng::seed(6)) * (kappa / 2.0).sqrt();
        let mut ranks: Vec<f64> = ((z.erf() + 1.0) * 0.5).into_data().iter().collect();
        ranks.sort_by(f64::total_cmp);
        let off = |(i, rank): (usize, &f64)| ((i as f64 + 0.5) / DRAWS as f64 - rank).abs();
        let off = ranks.iter().enumerate().map(off).fold(0.0, f64::max);
        assert!(off < dkw_radius(DRAWS, 1e-9), "κ = {kappa}: {off}");
    }
}

/// `E[cos(x − μ)] = A(κ)`, so the gradient of the mean cosine of draws is `A′(κ)` for `κ`; within five standard
/// errors (false alarm 6e-7 each). For `μ` it is 1 at every draw.
#[test]
fn gradients_of_draws_are_those_of_their_expectation() {
    const DRAWS: usize = 20_000;
    let device = Device::flex().autodiff();
    for kappa in [0.0f32, 0.01, 0.9, 4.0, 50.0, 1e5] {
        let leaf = |value: f32| Tensor::<2>::full([DRAWS, 1], value, &device).require_grad();
        let (location, concentration) = (leaf(0.5), leaf(kappa));
        let family = VonMises::new(location.clone(), concentration.clone());
        let draws = family.rsample(&Rng::seed(5));
        // The cosine less 1, which single precision has no digits for.
        let cosines = ((draws - 0.5) * 0.5).sin().square() * -2.0;
        let gradients = cosines.sum().backward();
        let slopes = concentration.grad(&gradients).expect("a gradient").into_data();
        let estimate = MonteCarlo::of(slopes.iter::<f64>());
        let one = double(&[1, 1], &[f64::from(kappa)]).autodiff().require_grad();
        let exact = one.grad(&bessel_ratio(0.0, one.clone()).sum().backward()).expect("a gradient");
        let exact = exact.into_scalar::<f64>();
        assert!(estimate.agrees(exact, 5.0, 1e-4 * exact), "κ = {kappa}: {estimate:?}, not {exact}");
        let gradients = family.rsample(&Rng::seed(5)).sum().backward();
        let slopes = location.grad(&gradients).expect("a gradient").into_data();
        assert!(slopes.iter::<f32>().all(|slope| slope == 1.0), "the location");
    }
}

#[test]
fn a_reparameterised_draw_is_the_draw() {
    let leaf = |numbers: [[f32; 2]; 2]| Tensor::from_data(numbers, &Device::flex().autodiff()).require_grad();
    let family = VonMises::new(leaf([[3.0, -30.0], [0.0, 1e3]]), leaf([[0.0, 3.0], [80.0, 1e6]]));
    let (draw, sample) = (family.rsample(&Rng::seed(2)), family.sample(&Rng::seed(2)));
    assert!(draw.is_tracked() && !sample.is_tracked());
    assert_eq!(draw.into_data(), sample.clone().into_data());
    let half_turn = std::f32::consts::PI * (1.0 + 1e-6);
    assert!(sample.into_data().iter::<f32>().all(|x| x.abs() <= half_turn));
}

#[test]
fn extremes_stay_finite() -> Result<(), Nonconformance> {
    let location = double(&[5, 1], &[0.0, 1e3, -2.0, 1.0, 3.0]);
    let concentration = double(&[5, 1], &[0.0, 1e-30, 1.0, 1e6, 1e15]);
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    Conformance::new(&[location, concentration], |p| VonMises::new(p[0].clone(), p[1].clone()))
        .finite("log_prob", move |q| q.log_prob(&at(3.0)))
        .finite("log_prob a turn away", move |q| q.log_prob(&at(-100.0)))
        .finite("cdf", move |q| q.cdf(&at(2.5)).reshape([5]))
        .finite("entropy", Entropy::entropy)
        .finite("KL", move |q| q.kl_divergence(&VonMises::new(at(1.0), at(2.0))))
        .finite("KL to what is concentrated", move |q| q.kl_divergence(&VonMises::new(at(1.0), at(1e15))))
        .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([5]))
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/von_mises.json"));
    let column = |name: &str| table.column(name).map(|numbers| double(&[numbers.len(), 1], numbers));
    for (dtype, relative, absolute) in [(DType::F32, 4e-7, 1e-6), (DType::F64, 1e-12, 1e-12)] {
        let build = |location: &str, concentration: &str| {
            Ok::<_, GoldenError>(VonMises::new(
                column(location)?.cast(dtype),
                column(concentration)?.cast(dtype),
            ))
        };
        let (q, p) = (build("location", "concentration")?, build("p_location", "p_concentration")?);
        // The difference of two angles is exact, and its square, of size 1/κ, is multiplied by κ.
        table.compare("log_prob", &q.log_prob(&column("x")?.cast(dtype)), Tolerance::both(relative * 4.0))?;
        table.compare("entropy", &q.entropy(), Tolerance::both(relative * 4.0))?;
        // Concentrations that are known to 6e-8 are subtracted.
        table.compare("kl", &q.kl_divergence(&p), Tolerance { relative: relative * 10.0, absolute })?;
    }
    Ok(())
}
