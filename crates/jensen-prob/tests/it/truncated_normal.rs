use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Cdf, Distribution, Entropy, Icdf, KlDivergence, Mean, Normal, Reparameterized, Rng, TruncatedNormal,
    Variance,
};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Support, Tolerance, check_gradients, double};

use crate::golden;

/// Computed in `f64` and rounded once.
const ROUNDED: Tolerance = Tolerance { relative: 1.2e-7, absolute: 2e-45 };

fn build(p: &[Tensor<2>]) -> TruncatedNormal {
    TruncatedNormal::new(Normal::new(p[0].clone(), p[1].clone()), p[2].clone(), p[3].clone())
}

/// Ends about the mean, in one tail, in the other and near one another.
fn family() -> Conformance<TruncatedNormal> {
    let mean = double(&[3, 2], &[0.0, 1.5, -2.0, 0.3, 4.0, -0.7]);
    let std = double(&[3, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0]);
    let low = double(&[3, 2], &[-1.0, 0.5, 2.0, -3.0, 1.0, -1.0]);
    let high = double(&[3, 2], &[2.0, 9.0, 7.0, -1.5, 2.5, -0.5]);
    Conformance::new(&[mean, std, low, high], build)
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    family()
        .basics()
        .moments()
        .cdf()
        .icdf()
        .entropy_and_gradients()
        .events()
        .value_gradients()
        .reparameterized()
        .verdict()
}

/// Cut where nothing is left, it is the normal distribution.
#[test]
fn conforms_uncut() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: -30.0, high: 30.0, points: 3001 };
    let parameters = [double(&[2, 2], &[0.0, 1.5, -2.0, 0.3]), double(&[2, 2], &[1.0, 0.4, 2.0, 0.9])];
    Conformance::new(&parameters, |p| {
        let end = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex()).cast(p[0].dtype());
        let normal = Normal::new(p[0].clone(), p[1].clone());
        TruncatedNormal::new(normal, end(f32::NEG_INFINITY), end(f32::INFINITY))
    })
    .normalisation(&support)
    .draws(&support)
    .basics()
    .moments()
    .cdf()
    .entropy_and_gradients()
    .reparameterized()
    .verdict()
}

/// With ends that the rows share, so that the divergences between them are finite.
#[test]
fn divergences_conform() -> Result<(), Nonconformance> {
    for (low, high) in [(-1.0, 2.0), (2.5, f32::INFINITY)] {
        let mean = double(&[3, 2], &[0.0, 1.5, -1.0, 0.3, 2.0, -0.7]);
        let std = double(&[3, 2], &[1.0, 0.9, 2.0, 1.4, 1.5, 3.0]);
        Conformance::new(&[mean, std], move |p| {
            let end = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex()).cast(p[0].dtype());
            TruncatedNormal::new(Normal::new(p[0].clone(), p[1].clone()), end(low), end(high))
        })
        .independent_dimensions()
        .divergence()
        .verdict()?;
    }
    Ok(())
}

/// Between ends of which the one pair lies between the other.
#[test]
fn divergences_move_with_the_ends() {
    let column = |numbers: [f64; 3]| double(&[3, 1], &numbers);
    let q = [[0.0, 1.5, -1.0], [1.0, 0.4, 2.0], [-1.0, 2.5, -5.0], [2.0, 3.5, -2.0]].map(column);
    let p = [[0.3, 1.0, 1.0], [2.0, 0.6, 1.5], [-2.0, 2.0, -6.0], [2.5, 9.0, -1.0]].map(column);
    let inputs: Vec<_> = q.into_iter().chain(p).collect();
    let kl = |t: &[Tensor<2>]| build(&t[..4]).kl_divergence(&build(&t[4..]));
    check_gradients(&inputs, kl, Tolerance::both(2e-5)).expect("the slopes");
    let turned = build(&inputs[4..]).kl_divergence(&build(&inputs[..4]));
    assert!(turned.into_data().iter::<f64>().all(|kl| kl == f64::INFINITY));
}

#[test]
fn divergence_references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/truncated_normal_kl.json"));
    let at = |name: String| table.tensor(&name, 1);
    let side = |of: &str| {
        let [mean, std, low, high] = ["mean", "std", "low", "high"].map(|name| at(format!("{of}_{name}")));
        Ok::<_, GoldenError>(build(&[mean?, std?, low?, high?]))
    };
    table.compare(
        "kl",
        &side("q")?.kl_divergence(&side("p")?),
        Tolerance { relative: 1.2e-7, absolute: 1e-11 },
    )
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/truncated_normal.json"));
    let at = |name| table.tensor(name, 1);
    let family = build(&[at("mean")?, at("std")?, at("low")?, at("high")?]);
    let x = at("x")?;
    // Near 0 the logarithm of a density near 1 has the rounding of 1 in `f64`.
    let near_zero = Tolerance { relative: 1.2e-7, absolute: 1e-14 };
    table.compare("log_prob", &family.log_prob(&x), near_zero)?;
    table.compare("cdf", &family.cdf(&x), ROUNDED)?;
    table.compare("first", &family.mean(), ROUNDED)?;
    table.compare("second", &family.variance(), ROUNDED)?;
    table.compare("entropy", &family.entropy(), near_zero)
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let mean = double(&[6, 1], &[0.0, 0.0, 1e6, -1e6, 0.0, 3.0]);
    let std = double(&[6, 1], &[1.0, 1.0, 1.0, 1e-3, 1e6, 1e-3]);
    let low = double(&[6, 1], &[100.0, -1e5, -1.0, 0.0, -1.0, 2.0]);
    let high = double(&[6, 1], &[1e30, -1e4, 1.0, 1.0, 1.0, 1e30]);
    Conformance::new(&[mean, std, low, high], build)
        .finite("log_prob", |q| q.log_prob(&((q.low() * 0.5 + q.high() * 0.5).clamp(-1e5, 1e5)).detach()))
        .finite("mean", |q| q.mean().reshape([6]))
        .finite("variance", |q| q.variance().reshape([6]))
        .finite("entropy", Entropy::entropy)
        .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([6]))
        .verdict()
}

/// Every draw is a number that has a density.
#[test]
fn draws_stay_between_the_ends() {
    let device = Device::flex();
    let of = |x: f32| Tensor::<2>::full([4096, 1], x, &device);
    for (mean, low, high) in [(0.0, 0.1, 0.3), (1e3, 0.1, 0.2), (-50.0, 0.7, 1e30), (0.0, 1.0, 1.0 + 3e-7)] {
        let family = build(&[of(mean), of(1.0), of(low), of(high)]);
        let draws = family.sample(&Rng::seed(3));
        let densities: Vec<f32> = family.log_prob(&draws).into_data().iter().collect();
        assert!(densities.iter().all(|density| density.is_finite()), "between {low} and {high}");
    }
}

#[test]
fn beyond_its_ends() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = build(&[at(0.3), at(2.0), at(-1.0), at(3.0)]);
    assert_eq!([-1.1, 3.1].map(|x| family.log_prob(&at(x)).into_scalar::<f32>()), [f32::NEG_INFINITY; 2]);
    assert_eq!([-2.0, -1.0, 3.0, 4.0].map(|x| family.cdf(&at(x)).into_scalar::<f32>()), [0.0, 0.0, 1.0, 1.0]);
    assert_eq!([0.0, 1.0].map(|p| family.icdf(&at(p)).into_scalar::<f32>()), [-1.0, 3.0]);
    assert!(family.icdf(&at(1.1)).into_scalar::<f32>().is_nan());
    let none = build(&[at(0.0), at(1.0), at(2.0), at(1.0)]);
    assert!(
        none.log_prob(&at(1.5)).into_scalar::<f32>().is_nan() && none.mean().into_scalar::<f32>().is_nan()
    );
}

#[test]
#[should_panic(expected = "a lower end of shape [3, 2] does not fit a mean of shape [2, 3]")]
fn an_end_of_another_shape_is_refused() {
    let device = Device::flex();
    TruncatedNormal::new(
        Normal::standard(2, 3, &device),
        Tensor::zeros([3, 2], &device),
        Tensor::ones([2, 3], &device),
    );
}
