use burn::tensor::{Device, Tensor};
use jensen_prob::{Distribution, Entropy, KlDivergence, Normal, Reparameterized, Rng};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Support, Tolerance, double};

use crate::golden;

/// `f32` rounds the standardised value to 6e-8 of itself, and its square enters the density.
const TOLERANCE: Tolerance = Tolerance { relative: 1e-6, absolute: 1e-6 };

fn family() -> Conformance<Normal> {
    let mean = double(&[4, 2], &[0.0, 1.5, -2.0, 0.3, 4.0, -0.7, 0.1, 0.0]);
    let std = double(&[4, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0, 1.1, 0.6]);
    Conformance::new(&[mean, std], |p| Normal::new(p[0].clone(), p[1].clone()))
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: -30.0, high: 30.0, points: 3001 };
    family()
        .normalisation(&support)
        .draws(&support)
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

/// The other two parametrisations are the same family.
#[test]
fn log_parametrisations_conform() -> Result<(), Nonconformance> {
    let mean = double(&[2, 2], &[0.0, 1.5, -2.0, 0.3]);
    let log = double(&[2, 2], &[0.0, -1.0, 0.4, -0.2]);
    for build in [Normal::from_log_std, Normal::from_log_variance] {
        let support = Support::Interval { low: -20.0, high: 20.0, points: 3001 };
        Conformance::new(&[mean.clone(), log.clone()], move |p| build(p[0].clone(), p[1].clone()))
            .normalisation(&support)
            .draws(&support)
            .entropy_and_gradients()
            .divergence()
            .parameter_gradients()
            .reparameterized()
            .verdict()?;
    }
    Ok(())
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let mean = double(&[4, 1], &[1e6, -1e6, 0.0, 3.0]);
    let log_std = double(&[4, 1], &[-15.0, 15.0, 15.0, -15.0]);
    Conformance::new(&[mean, log_std], |p| Normal::from_log_std(p[0].clone(), p[1].clone()))
        .finite("log_prob", |q| q.log_prob(&Tensor::zeros([1, 1], &Device::flex())))
        .finite("entropy", Normal::entropy)
        .finite("KL to the standard normal", |q| q.kl_divergence(&Normal::standard(1, 1, &Device::flex())))
        .finite("KL from the standard normal", |p| Normal::standard(1, 1, &Device::flex()).kl_divergence(p))
        .finite("rsample_with_log_prob", |q| {
            let (value, log_prob) = q.rsample_with_log_prob(&Rng::seed(1));
            value.reshape([4]) + log_prob
        })
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/normal_log_prob.json"));
    let normal = Normal::new(table.tensor("mean", 1)?, table.tensor("std", 1)?);
    table.compare("log_prob", &normal.log_prob(&table.tensor("x", 1)?), TOLERANCE)?;

    let table = golden(include_str!("../references/normal_entropy.json"));
    let std = table.tensor("std", 1)?;
    table.compare("entropy", &Normal::new(std.zeros_like(), std).entropy(), TOLERANCE)?;

    let table = golden(include_str!("../references/normal_kl.json"));
    let side = |m: &str, s: &str| Ok::<_, GoldenError>(Normal::new(table.tensor(m, 1)?, table.tensor(s, 1)?));
    let (q, p) = (side("q_mean", "q_std")?, side("p_mean", "p_std")?);
    table.compare("kl", &q.kl_divergence(&p), TOLERANCE)
}

/// A deviation shared by rows, dimensions or both is the deviation written out.
#[test]
fn a_shared_deviation_broadcasts() {
    let device = Device::flex();
    let mean = Tensor::<2>::from_data([[0.0, 1.0, 2.0], [3.0, -4.0, 5.0]], &device);
    let value = Rng::seed(3).normal([6, 3], &device);
    for shape in [[1, 1], [1, 3], [2, 1]] {
        let std = Rng::seed(4).uniform(shape, &device) + 0.5;
        let shared = Normal::new(mean.clone(), std.clone());
        let written = Normal::new(mean.clone(), std.expand([2, 3]));
        let same = |a: Tensor<1>, b: Tensor<1>| {
            assert_eq!(a.dims(), b.dims(), "a deviation {shape:?}");
            assert!(a.all_close(b, Some(1e-6), Some(1e-6)), "a deviation {shape:?}");
        };
        same(shared.log_prob(&value), written.log_prob(&value));
        same(shared.entropy(), written.entropy());
        same(shared.kl_divergence(&written), Tensor::zeros([2], &device));
        let prior = Normal::standard(1, 3, &device);
        same(shared.kl_divergence(&prior), written.kl_divergence(&prior));
        same(prior.kl_divergence(&shared), prior.kl_divergence(&written));
        let six = Normal::new(value.clone(), Tensor::ones([1, 1], &device));
        same(six.kl_divergence(&shared), six.kl_divergence(&written));
        same(shared.rsample_with_log_prob(&Rng::seed(5)).1, written.rsample_with_log_prob(&Rng::seed(5)).1);
        assert_eq!(shared.std().dims(), [2, 3]);
        assert_eq!(shared.log_variance().dims(), [2, 3]);
    }
}

#[test]
#[should_panic(expected = "does not fit a mean of shape [2, 3]")]
fn a_deviation_of_another_shape_is_refused() {
    let device = Device::flex();
    Normal::new(Tensor::zeros([2, 3], &device), Tensor::ones([3, 2], &device));
}

#[test]
#[should_panic(expected = "must divide the larger")]
fn rows_that_do_not_divide_are_refused() {
    let device = Device::flex();
    Normal::standard(2, 1, &device).log_prob(&Tensor::zeros([3, 1], &device));
}

#[test]
#[should_panic(expected = "an event of 2 numbers meets an event of 1")]
fn events_of_another_size_are_refused() {
    let device = Device::flex();
    Normal::standard(1, 2, &device).log_prob(&Tensor::zeros([3, 1], &device));
}
