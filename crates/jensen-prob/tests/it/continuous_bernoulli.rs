use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Cdf, ContinuousBernoulli, Distribution, Entropy, Icdf, KlDivergence, Mean, Reparameterized, Rng, Variance,
};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Tolerance, double};

use crate::golden;

/// Computed in `f64` and rounded once.
const ROUNDED: Tolerance = Tolerance { relative: 1.2e-7, absolute: 2e-45 };

fn build(p: &[Tensor<2>]) -> ContinuousBernoulli {
    ContinuousBernoulli::from_logits(p[0].clone())
}

/// The density jumps at both ends, where the trapezoidal rule is off: the distribution function takes the
/// place of the sum.
#[test]
fn conforms() -> Result<(), Nonconformance> {
    for logits in [[0.0, 1.5, -2.0, 0.3, 4.0, -0.7], [1e-7, -1e-7, 0.1, -0.2, 12.0, -30.0]] {
        Conformance::new(&[double(&[3, 2], &logits)], build)
            .basics()
            .moments()
            .cdf()
            .icdf()
            .entropy_and_gradients()
            .independent_dimensions()
            .divergence()
            .value_gradients()
            .reparameterized()
            .verdict()?;
    }
    Ok(())
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    Conformance::new(&[double(&[5, 1], &[-1e6, -100.0, 0.0, 100.0, 1e6])], build)
        .finite("log_prob at 0", move |q| q.log_prob(&at(0.0)))
        .finite("log_prob", move |q| q.log_prob(&at(0.3)))
        .finite("log_prob at 1", move |q| q.log_prob(&at(1.0)))
        .finite("cdf", move |q| q.cdf(&at(0.3)).reshape([5]))
        .finite("mean", |q| q.mean().reshape([5]))
        .finite("variance", |q| q.variance().reshape([5]))
        .finite("entropy", Entropy::entropy)
        .finite("KL to all alike", move |q| q.kl_divergence(&build(&[at(0.0)])))
        .finite("KL from all alike", move |p| build(&[at(0.0)]).kl_divergence(p))
        .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([5]))
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/continuous_bernoulli.json"));
    let (family, x) = (build(&[table.tensor("logits", 1)?]), table.tensor("x", 1)?);
    // Near 0 the logarithm of a density near 1 has the rounding of 1 in `f64`.
    let near_zero = Tolerance { relative: 1.2e-7, absolute: 1e-15 };
    table.compare("log_prob", &family.log_prob(&x), near_zero)?;
    table.compare("cdf", &family.cdf(&x), ROUNDED)?;
    table.compare("first", &family.mean(), ROUNDED)?;
    table.compare("second", &family.variance(), ROUNDED)?;
    table.compare("entropy", &family.entropy(), near_zero)?;
    let table = golden(include_str!("../references/continuous_bernoulli_kl.json"));
    let side = |name| Ok::<_, GoldenError>(build(&[table.tensor(name, 1)?]));
    table.compare("kl", &side("q")?.kl_divergence(&side("p")?), near_zero)
}

#[test]
fn the_ends_of_its_support() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    for logit in [-40.0, 0.0, 2.0] {
        let family = build(&[at(logit)]);
        assert_eq!([-0.1, 1.1].map(|x| family.log_prob(&at(x)).into_scalar::<f32>()), [f32::NEG_INFINITY; 2]);
        assert_eq!(
            [-1.0, 0.0, 1.0, 2.0].map(|x| family.cdf(&at(x)).into_scalar::<f32>()),
            [0.0, 0.0, 1.0, 1.0]
        );
        assert_eq!([0.0, 1.0].map(|p| family.icdf(&at(p)).into_scalar::<f32>()), [0.0, 1.0]);
        assert!(family.log_prob(&at(f32::NAN)).into_scalar::<f32>().is_nan());
    }
}
