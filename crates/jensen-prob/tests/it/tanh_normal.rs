use burn::tensor::{Device, Tensor};
use jensen_prob::{Cdf, Distribution, Icdf, KlDivergence, Normal, Reparameterized, Rng, TanhNormal};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Support, Tolerance, double};

use crate::golden;

fn build(p: &[Tensor<2>]) -> TanhNormal {
    TanhNormal::new(Normal::new(p[0].clone(), p[1].clone()))
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: -1.0 + 1e-6, high: 1.0 - 1e-6, points: 40_001 };
    let mean = double(&[3, 2], &[0.0, 0.4, -0.5, 0.3, 1.0, -0.2]);
    let std = double(&[3, 2], &[0.5, 0.4, 0.3, 0.6, 0.2, 0.1]);
    Conformance::new(&[mean, std], build)
        .normalisation(&support)
        .draws(&support)
        .basics()
        .cdf()
        .icdf()
        .independent_dimensions()
        .divergence()
        .value_gradients()
        .reparameterized()
        .verdict()
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let mean = double(&[5, 1], &[1e4, -1e4, 0.0, 3.0, -40.0]);
    let log_std = double(&[5, 1], &[-15.0, 3.0, 5.0, -15.0, 0.0]);
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    Conformance::new(&[mean, log_std], |p| TanhNormal::new(Normal::from_log_std(p[0].clone(), p[1].clone())))
        .finite("log_prob", move |q| q.log_prob(&at(0.5)))
        .finite("log_prob at 1", move |q| q.log_prob(&at(1.0)))
        .finite("log_prob at -1", move |q| q.log_prob(&at(-1.0)))
        .finite("cdf at 1", move |q| q.cdf(&at(1.0)).reshape([5]))
        .finite("KL", |q| q.kl_divergence(&TanhNormal::new(Normal::standard(1, 1, &Device::flex()))))
        .finite("rsample_with_log_prob", |q| {
            let (value, log_prob) = q.rsample_with_log_prob(&Rng::seed(1));
            value.reshape([5]) + log_prob
        })
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/tanh_normal.json"));
    let family = build(&[table.tensor("mean", 1)?, table.tensor("std", 1)?]);
    let y = table.tensor("x", 1)?;
    // The inverse is rounded to 5e-7, divided by σ ≥ 0.1 and multiplied by its distance of up to 100 deviations.
    table.compare("log_prob", &family.log_prob(&y), Tolerance { relative: 3e-6, absolute: 1e-5 })?;
    // The tail at z deviations falls by e^−zδ on a rounding δ of z.
    table.compare("cdf", &family.cdf(&y), Tolerance { relative: 1e-4, absolute: 1e-37 })
}

/// `log p(tanh x) = log N(x) − 2 (log 2 − x − log(1 + e^−2x))`: at 20 the second term is `2 · 20 − log 4`.
#[test]
fn the_density_of_a_draw_is_exact_where_its_value_is_not() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = build(&[at(20.0), at(1e-3)]);
    let rng = Rng::seed(4);
    let (action, log_prob) = family.rsample_with_log_prob(&rng);
    let (x, log_normal) = Normal::new(at(20.0), at(1e-3)).rsample_with_log_prob(&rng);
    let expected = log_normal.into_scalar::<f32>() + 2.0 * x.into_scalar::<f32>() - 4f32.ln();
    assert!((log_prob.into_scalar::<f32>() - expected).abs() < 1e-5);
    assert_eq!(action.into_scalar::<f32>(), 1.0 - f32::EPSILON / 2.0);
}

#[test]
fn the_ends_of_its_support() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    let family = build(&[at(0.7), at(2.0)]);
    let cdf = |x: f32| family.cdf(&at(x)).into_scalar::<f32>();
    assert_eq!([-2.0, -1.0, 1.0, 2.0].map(cdf), [0.0, 0.0, 1.0, 1.0]);
    assert_eq!([0.0, 1.0].map(|p| family.icdf(&at(p)).into_scalar::<f32>()), [-1.0, 1.0]);
    assert!((family.median().into_scalar::<f32>() - 0.7f32.tanh()).abs() < 1e-7);
    assert!((cdf(0.7f32.tanh()) - 0.5).abs() < 1e-6);
    assert!(cdf(f32::NAN).is_nan() && family.log_prob(&at(1.5)).into_scalar::<f32>().is_nan());
}
