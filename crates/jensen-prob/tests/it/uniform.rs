use burn::tensor::{Device, Tensor};
use jensen_prob::{Cdf, Distribution, Entropy, Icdf, KlDivergence, Reparameterized, Rng, Uniform};
use jensen_testing::{Conformance, Nonconformance, double};

fn at(x: f32) -> Tensor<2> {
    Tensor::full([1, 1], x, &Device::flex())
}

/// The density jumps at both ends, where the trapezoidal rule is off: the distribution function takes the
/// place of the sum. The rows do not lie in one another, so that divergences between them are infinite: they
/// have their own test.
#[test]
fn conforms() -> Result<(), Nonconformance> {
    let low = double(&[2, 2], &[0.0, 1.5, -2.0, -7.25]);
    let high = double(&[2, 2], &[1.0, 9.0, 2.5, 3.0]);
    Conformance::new(&[low, high], |p| Uniform::new(p[0].clone(), p[1].clone()))
        .basics()
        .moments()
        .cdf()
        .icdf()
        .entropy_and_gradients()
        .events()
        .reparameterized()
        .verdict()
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let low = double(&[3, 1], &[-1e30, 0.0, 1e6]);
    let high = double(&[3, 1], &[1e30, 1e-30, 1e6 + 1.0]);
    let middle = Tensor::<1>::from_data([0.0f32, 5e-31, 1e6 + 0.5], &Device::flex()).reshape([3, 1]);
    Conformance::new(&[low, high], |p| Uniform::new(p[0].clone(), p[1].clone()))
        .finite("log_prob", move |q| q.log_prob(&middle))
        .finite("entropy", Entropy::entropy)
        .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([3]))
        .verdict()
}

#[test]
fn beyond_its_ends() {
    let family = Uniform::new(at(-1.0), at(3.0));
    let density = |x: f32| family.log_prob(&at(x)).into_scalar::<f32>();
    assert_eq!([-1.0, 0.0, 3.0].map(density), [-(4f32.ln()); 3]);
    assert_eq!([-1.001, 3.001, f32::INFINITY].map(density), [f32::NEG_INFINITY; 3]);
    assert!(density(f32::NAN).is_nan());
    assert_eq!(
        [-9.0, -1.0, 1.0, 3.0, 9.0].map(|x| family.cdf(&at(x)).into_scalar::<f32>()),
        [0.0, 0.0, 0.5, 1.0, 1.0]
    );
    assert_eq!([0.0, 0.25, 1.0].map(|p| family.icdf(&at(p)).into_scalar::<f32>()), [-1.0, 0.0, 3.0]);
}

#[test]
fn the_divergence_of_what_lies_inside_and_of_what_does_not() {
    let kl = |q: [f32; 2], p: [f32; 2]| {
        Uniform::new(at(q[0]), at(q[1])).kl_divergence(&Uniform::new(at(p[0]), at(p[1]))).into_scalar::<f32>()
    };
    assert_eq!(kl([0.0, 1.0], [0.0, 1.0]), 0.0);
    assert!((kl([0.0, 1.0], [-1.0, 3.0]) - 4f32.ln()).abs() < 1e-6);
    assert_eq!(kl([-1.0, 3.0], [0.0, 1.0]), f32::INFINITY);
    assert_eq!(kl([0.0, 2.0], [1.0, 9.0]), f32::INFINITY);
    assert_eq!(kl([0.0, 2.0], [-1.0, 1.0]), f32::INFINITY);
    // More rows on either side.
    let rows = Uniform::new(Tensor::zeros([4, 1], &Device::flex()), Tensor::ones([4, 1], &Device::flex()));
    let numbers = |t: Tensor<1>| t.into_data().iter::<f32>().collect::<Vec<_>>();
    assert_eq!(numbers(rows.kl_divergence(&Uniform::new(at(0.0), at(1.0)))), [0.0; 4]);
    assert_eq!(numbers(Uniform::new(at(0.0), at(1.0)).kl_divergence(&rows)), [0.0; 4]);
}
