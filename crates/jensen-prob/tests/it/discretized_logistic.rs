use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{DiscretizedLogistic, Distribution, Mean};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Support, Tolerance, double};

use crate::golden;

/// `f32` rounds the location to 8e-6 of a level; at `log s = −7` a level is four scales wide, which
/// puts 3e-5 on a log-probability near zero.
const TOLERANCE: Tolerance = Tolerance { relative: 2e-6, absolute: 3e-5 };

fn family(location: &[f64], log_scale: &[f64], levels: usize) -> Conformance<DiscretizedLogistic> {
    let shape = [location.len() / 2, 2];
    Conformance::new(&[double(&shape, location), double(&shape, log_scale)], move |p| {
        DiscretizedLogistic::new(p[0].clone(), p[1].clone(), levels)
    })
}

fn levels(n: usize) -> Support {
    Support::Points((0..n).map(|k| k as f64 / (n - 1) as f64).collect())
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    for n in [2, 5, 256] {
        family(
            &[0.3, 0.0, 1.1, 0.8, 0.52, -0.3, 0.2, 0.7],
            &[-2.0, -1.0, 0.5, -4.0, -3.0, -1.5, 1.0, -2.5],
            n,
        )
        .normalisation(&levels(n))
        .draws(&levels(n))
        .basics()
        .mean()
        .events()
        .verdict()?;
    }
    Ok(())
}

/// The probabilities of all levels sum to one where nearly all lies in one bin, or in the ends.
#[test]
fn sharp_flat_and_distant_ones_are_normalised() -> Result<(), Nonconformance> {
    let location = [0.5, 0.0, 1.0, -3.0, 9.0, 0.3, 0.501, 0.2];
    family(&location, &[-10.0, -8.0, -12.0, -2.0, -1.0, 5.0, -7.0, 12.0], 256)
        .normalisation(&levels(256))
        .verdict()
}

#[test]
fn the_tails_stay_finite() -> Result<(), Nonconformance> {
    let location = [0.5, -1e3, 1e3, 0.0, 1.0, 0.25, -1.0, 1e6];
    let log_scale = [-40.0, -7.0, -7.0, -30.0, -30.0, 40.0, 30.0, -30.0];
    let mut family = family(&location, &log_scale, 256);
    for level in [0.0, 1.0, 128.0, 254.0, 255.0] {
        let x = Tensor::<2>::full([4, 2], level / 255.0, &Device::flex());
        family = family.finite(&format!("log_prob of level {level}"), |p| p.log_prob(&x));
    }
    family.finite("mean", |p| p.mean().sum_dim(1).reshape([4])).verdict()
}

/// Far in the tail the log-probability falls with slope `1/s`; a floor would have slope 0.
#[test]
fn the_tail_has_a_slope() {
    let device = Device::flex();
    let location = Tensor::<2>::full([1, 1], 0.9, &device).autodiff().require_grad();
    let log_scale = Tensor::<2>::full([1, 1], -7.0, &device);
    let p = DiscretizedLogistic::new(location.clone(), log_scale, 256);
    let log_prob = p.log_prob(&Tensor::full([1, 1], 0.1, &device));
    let slope = location.grad(&log_prob.backward()).expect("a gradient").into_scalar::<f32>();
    assert!((slope + 7f32.exp()).abs() < 0.01, "{slope}");
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/discretized_logistic.json"));
    let family = |table: &jensen_testing::Golden| -> Result<DiscretizedLogistic, GoldenError> {
        Ok(DiscretizedLogistic::new(table.tensor("location", 1)?, table.tensor("log_scale", 1)?, 256))
    };
    let value = table.tensor("level", 1)? / 255.0;
    table.compare("log_prob", &family(&table)?.log_prob(&value), TOLERANCE)?;

    let table = golden(include_str!("../references/discretized_logistic_mean.json"));
    table.compare("mean", &family(&table)?.mean(), Tolerance { relative: 1e-5, absolute: 1e-6 })
}

#[test]
fn draws_are_levels_in_double_precision_too() {
    let location = double(&[1, 1], &[0.4]);
    let p = DiscretizedLogistic::new(location, double(&[1, 1], &[-1.0]), 256);
    assert_eq!(p.sample(&jensen_prob::Rng::seed(1)).dtype(), DType::F64);
    assert_eq!(p.log_prob(&p.sample(&jensen_prob::Rng::seed(1))).dtype(), DType::F64);
}

#[test]
#[should_panic(expected = "at least two")]
fn one_level_is_refused() {
    let device = Device::flex();
    DiscretizedLogistic::new(Tensor::zeros([1, 1], &device), Tensor::zeros([1, 1], &device), 1);
}
