use std::f64::consts::PI;

use burn::tensor::{DType, Device, Tensor};
use jensen_prob::special::bessel_ratio;
use jensen_prob::{Distribution, Entropy, KlDivergence, Reparameterized, Rng, VonMises};
use jensen_testing::{
    Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, dkw_radius, double,
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
        .verdict()
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
