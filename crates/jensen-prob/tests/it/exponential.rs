use burn::tensor::{Device, Tensor};
use jensen_prob::{Cdf, Distribution, Entropy, Exponential, Gamma, Icdf, KlDivergence, Reparameterized, Rng};
use jensen_testing::{Conformance, Nonconformance, Tolerance, double};

fn family() -> Conformance<Exponential> {
    Conformance::new(&[double(&[3, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0])], |p| Exponential::new(p[0].clone()))
}

/// The density jumps at 0, where the trapezoidal rule is off: the distribution function takes the place of
/// the sum.
#[test]
fn conforms() -> Result<(), Nonconformance> {
    family()
        .basics()
        .moments()
        .cdf()
        .icdf()
        .entropy_and_gradients()
        .independent_dimensions()
        .divergence()
        .value_gradients()
        .reparameterized()
        .verdict()
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    Conformance::new(&[double(&[4, 1], &[-80.0, -15.0, 15.0, 80.0])], |p| {
        Exponential::from_log_rate(p[0].clone())
    })
    .finite("log_prob", move |q| q.log_prob(&at(1.0)))
    .finite("entropy", Entropy::entropy)
    .finite("cdf", move |q| q.cdf(&at(1.0)).reshape([4]))
    .finite("rsample_with_log_prob", |q| {
        let (value, log_prob) = q.rsample_with_log_prob(&Rng::seed(1));
        value.reshape([4]) + log_prob
    })
    .verdict()
}

/// The gamma distribution with concentration 1.
#[test]
fn is_a_gamma_distribution() {
    let at = |numbers: [f32; 4]| Tensor::<1>::from_data(numbers, &Device::flex()).reshape([4, 1]);
    let (rate, other) = (at([1e-3, 0.5, 2.0, 300.0]), at([2e-3, 0.5001, 30.0, 3.0]));
    let gamma = |rate: &Tensor<2>| Gamma::new(rate.clone().ones_like(), rate.clone());
    let (ours, theirs) = (Exponential::new(rate.clone()), gamma(&rate));
    let x = at([0.0, 1e-6, 0.3, 0.01]);
    let close = |a: Vec<f64>, b: Vec<f64>| {
        // The gamma distribution subtracts logarithms of values, which at 0 are 87.
        let difference = Tolerance { relative: 1e-5, absolute: 1e-7 }.first_difference(&a, &b);
        assert!(difference.is_none(), "{difference:?}");
    };
    let of = |t: Tensor<1>| t.into_data().iter::<f64>().collect::<Vec<_>>();
    close(of(ours.log_prob(&x).exp()), of(theirs.log_prob(&x).exp()));
    close(of(ours.cdf(&x).reshape([4])), of(theirs.cdf(&x).reshape([4])));
    close(of(ours.kl_divergence(&Exponential::new(other.clone()))), of(theirs.kl_divergence(&gamma(&other))));
}

#[test]
fn the_ends_of_its_support() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = Exponential::new(at(2.0));
    assert_eq!(family.log_prob(&at(-1e-30)).into_scalar::<f32>(), f32::NEG_INFINITY);
    assert_eq!([-1.0, 0.0, 1e9].map(|x| family.cdf(&at(x)).into_scalar::<f32>()), [0.0, 0.0, 1.0]);
    assert_eq!([0.0, 1.0].map(|p| family.icdf(&at(p)).into_scalar::<f32>()), [0.0, f32::INFINITY]);
}
