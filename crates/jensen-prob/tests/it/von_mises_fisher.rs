use burn::tensor::{DType, Device, Tensor};
use jensen_prob::special::bessel_ratio;
use jensen_prob::{
    Distribution, Entropy, Expand, KlDivergence, Mean, Mode, Reparameterized, Rng, Variance, VonMises,
    VonMisesFisher,
};
use jensen_testing::{
    Conformance, GoldenError, MonteCarlo, Nonconformance, Region, Tolerance, check_gradients, double,
};

use crate::golden;

fn family(dimensions: usize, direction: &[f64], concentration: &[f64]) -> Conformance<VonMisesFisher> {
    let rows = concentration.len();
    let parameters = [double(&[rows, dimensions], direction), double(&[rows, 1], concentration)];
    Conformance::joint(&parameters, |p| VonMisesFisher::new(p[0].clone(), p[1].clone()))
}

fn checks(family: Conformance<VonMisesFisher>) -> Conformance<VonMisesFisher> {
    family.basics().moments().entropy_and_gradients().divergence().value_gradients()
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let directions = [1.0, 0.0, 0.5, -2.0, 1.0, 0.3, 0.1, 0.1, 3.0];
    let family = family(3, &directions, &[1.0, 0.4, 6.0]);
    checks(family.region(&Region::sphere(1200))).verdict()
}

#[test]
fn conforms_on_other_spheres() -> Result<(), Nonconformance> {
    checks(family(2, &[1.0, 0.5, -2.0, 0.3, 0.0, 1.0], &[1.0, 30.0, 0.1])).verdict()?;
    let directions: Vec<f64> = (0..24).map(|i| f64::from(i).sin()).collect();
    checks(family(8, &directions, &[1.0, 300.0, 10.0])).verdict()
}

/// The slopes of the closed forms that are not densities.
#[test]
fn moments_have_the_right_slopes() {
    let parameters = [double(&[2, 3], &[1.0, 0.5, -2.0, 0.3, 0.0, 1.0]), double(&[2, 1], &[0.7, 20.0])];
    let of = |f: fn(&VonMisesFisher) -> Tensor<2>| {
        let f = |p: &[Tensor<2>]| {
            let moment = f(&VonMisesFisher::new(p[0].clone(), p[1].clone()));
            let weights = double(&[1, 3], &[1.0, -0.4, 2.0]).cast(moment.dtype());
            (moment * weights).sum_dim(1).reshape([2])
        };
        check_gradients(&parameters, f, Tolerance { relative: 1e-4, absolute: 1e-5 })
    };
    of(Mean::mean).expect("the mean");
    of(Variance::variance).expect("the variance");
}

/// In the plane it is the von Mises distribution of the angle.
#[test]
fn a_circle_is_a_sphere() {
    let number = |x: f64| double(&[1, 1], &[x]);
    let point = |angle: f64| double(&[1, 2], &[angle.cos(), angle.sin()]);
    for (mu, kappa, x) in [(0.3, 2.0, 1.0), (-2.0, 0.0, 3.0), (1.0, 1e6, 1.001)] {
        let on_circle = VonMisesFisher::new(point(mu), number(kappa));
        let angle = VonMises::new(number(mu), number(kappa));
        let (a, b) = (on_circle.log_prob(&point(x)), angle.log_prob(&number(x)));
        assert!((a - b).into_scalar::<f64>().abs() < 1e-8);
        assert!((on_circle.entropy() - angle.entropy()).into_scalar::<f64>().abs() < 1e-12);
    }
}

/// `E[x] = A(κ) μ`, so the gradient of `E[a·x]` is `A′(κ) a·μ` for `κ` and `A(κ)(a − μ (a·μ))/|m|` for the vector `m` that
/// gives the direction; within five standard errors (false alarm 6e-7 each).
#[test]
fn gradients_of_draws_are_those_of_their_expectation() {
    const DRAWS: usize = 10_000;
    for (dimensions, kappa) in [(2, 3.0), (3, 0.0), (3, 0.5), (3, 400.0), (10, 5.0), (64, 30.0)] {
        let m: Vec<f64> = (0..dimensions).map(|i| 1.0 + 0.5 * f64::from(i).cos()).collect();
        let a: Vec<f64> = (0..dimensions).map(|i| 0.3 + f64::from(2 * i).sin()).collect();
        let width = m.len();
        let many = |row: &[f64]| double(&[1, row.len()], row).cast(DType::F32).repeat_dim(0, DRAWS);
        let direction = many(&m).autodiff().require_grad();
        let concentration = many(&[kappa]).autodiff().require_grad();
        let draws = VonMisesFisher::new(direction.clone(), concentration.clone()).rsample(&Rng::seed(5));
        let gradients = (draws * many(&a)).sum().backward();
        let of = |leaf: &Tensor<2>| -> Vec<f64> {
            leaf.grad(&gradients).expect("a gradient").into_data().iter().collect()
        };
        let one = double(&[1, 1], &[kappa]).autodiff().require_grad();
        let ratio = bessel_ratio(0.5 * f64::from(dimensions) - 1.0, one.clone());
        let slope = one.grad(&ratio.clone().sum().backward()).expect("a gradient").into_scalar::<f64>();
        let length = ratio.inner().into_scalar::<f64>();
        let norm = m.iter().map(|x| x * x).sum::<f64>().sqrt();
        let along = m.iter().zip(&a).map(|(m, a)| m * a).sum::<f64>() / norm;
        let estimate = MonteCarlo::of(of(&concentration));
        let rounding = 1e-4 * slope;
        assert!(
            estimate.agrees(slope * along, 5.0, rounding),
            "κ = {kappa} in {dimensions} dimensions: {estimate:?}, not {}",
            slope * along
        );
        let slopes = of(&direction);
        for i in 0..width {
            let exact = length * (a[i] - m[i] / norm * along) / norm;
            let estimate = MonteCarlo::of(slopes.iter().skip(i).step_by(width).copied());
            assert!(estimate.agrees(exact, 5.0, 1e-5), "direction {i}: {estimate:?}, not {exact}");
        }
    }
}

/// Draws have length 1 also where the angle is 1e-6 and where the direction is long or short.
#[test]
fn draws_lie_on_the_sphere() {
    let directions = double(&[4, 5], &[vec![1e30; 5], vec![1e-30; 5], vec![-1.0; 5], vec![2.0; 5]].concat());
    let concentration = double(&[4, 1], &[1e12, 1.0, 0.0, 1e4]).cast(DType::F32);
    let family = VonMisesFisher::new(directions.cast(DType::F32), concentration);
    let draws = family.expand(2000).sample(&Rng::seed(7));
    let lengths: Vec<f32> = draws.square().sum_dim(1).into_data().iter().collect();
    assert!(lengths.iter().all(|length| (length - 1.0).abs() < 1e-6));
}

#[test]
fn a_reparameterised_draw_is_the_draw() {
    let device = Device::flex().autodiff();
    let directions = Tensor::from_data([[1.0f32, 2.0, -0.5], [0.0, 1.0, 0.0]], &device).require_grad();
    let family =
        VonMisesFisher::new(directions, Tensor::from_data([[0.0f32], [1e5]], &device).require_grad());
    let (draw, sample) = (family.rsample(&Rng::seed(2)), family.sample(&Rng::seed(2)));
    assert!(draw.is_tracked() && !sample.is_tracked());
    assert_eq!(draw.into_data(), sample.into_data());
}

#[test]
fn extremes_stay_finite() -> Result<(), Nonconformance> {
    for dimensions in [2, 3, 200] {
        let directions: Vec<f64> = (0..5 * dimensions).map(|i| 1e3 * (i as f64).sin()).collect();
        let one = |kappa: f64| {
            let pole: Vec<f64> = (0..dimensions).map(|i| f64::from(u8::from(i == 0))).collect();
            let pole = double(&[1, dimensions], &pole).cast(DType::F32);
            VonMisesFisher::new(pole, Tensor::full([1, 1], kappa, &Device::flex()))
        };
        family(dimensions, &directions, &[0.0, 1e-30, 1.0, 1e6, 1e12])
            .finite("log_prob", move |q| q.log_prob(&one(1.0).mode()))
            .finite("entropy", Entropy::entropy)
            .finite("mean", |q| q.mean().sum_dim(1).reshape([5]))
            .finite("variance", |q| q.variance().sum_dim(1).reshape([5]))
            .finite("KL", move |q| q.kl_divergence(&one(2.0)))
            .finite("KL to the uniform", move |q| q.kl_divergence(&one(0.0)))
            .finite("KL to what is concentrated", move |q| q.kl_divergence(&one(1e12)))
            .finite("rsample", |q| {
                let (draw, log_prob) = q.rsample_with_log_prob(&Rng::seed(1));
                draw.narrow(1, 0, 1).reshape([5]) + log_prob
            })
            .verdict()?;
    }
    Ok(())
}

#[test]
fn references() -> Result<(), GoldenError> {
    for (width, json) in [
        (2, include_str!("../references/von_mises_fisher_2.json")),
        (3, include_str!("../references/von_mises_fisher_3.json")),
        (8, include_str!("../references/von_mises_fisher_8.json")),
        (40, include_str!("../references/von_mises_fisher_40.json")),
    ] {
        let table = golden(json);
        let column = |name: &str, width: usize| {
            table.column(name).map(|numbers| double(&[numbers.len() / width, width], numbers))
        };
        for (dtype, digits) in [(DType::F32, 1e-7), (DType::F64, 1e-13)] {
            let build = |direction: &str, concentration: &str| {
                let concentration = column(concentration, 1)?.cast(dtype);
                Ok::<_, GoldenError>(VonMisesFisher::new(
                    column(direction, width)?.cast(dtype),
                    concentration,
                ))
            };
            let (q, p) = (build("direction", "concentration")?, build("p_direction", "p_concentration")?);
            let x = column("x", width)?.cast(dtype);
            // The distance of unit vectors, of size √(d/κ), is known to 1e-7, and its square is multiplied by κ/2.
            let tolerance = Tolerance { relative: 20.0 * digits, absolute: 1e4 * digits };
            table.compare("log_prob", &q.log_prob(&x), tolerance)?;
            table.compare("entropy", &q.entropy(), Tolerance::both(20.0 * digits))?;
            let tolerance = Tolerance { relative: 200.0 * digits, absolute: 20.0 * digits };
            table.compare("kl", &q.kl_divergence(&p), tolerance)?;
            let uniform = VonMisesFisher::uniform(1, width, &Device::flex());
            let uniform = if dtype == DType::F32 { uniform } else { continue };
            table.compare("kl_to_uniform", &q.kl_divergence(&uniform), Tolerance::both(20.0 * digits))?;
        }
    }
    Ok(())
}

#[test]
#[should_panic(expected = "a concentration is one number a row")]
fn a_concentration_for_each_dimension_is_refused() {
    let device = Device::flex();
    VonMisesFisher::new(Tensor::ones([2, 3], &device), Tensor::ones([2, 3], &device));
}
