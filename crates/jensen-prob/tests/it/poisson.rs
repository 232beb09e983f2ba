use burn::tensor::{Device, Tensor};
use jensen_prob::{Cdf, Distribution, Factorized, KlDivergence, Mean, Poisson, Rng};
use jensen_testing::{
    Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, check_gradients, double,
};

use crate::golden;

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let log_rates = double(&[4, 2], &[0.0, -1.0, 1.4, 2.0, 0.1, -3.0, 2.5, 1.5]);
    // Of a rate of e^2.5 = 12.2, counts above 70 have a probability below 1e-25.
    let support = Support::Points((0..=70).map(f64::from).collect());
    Conformance::new(&[log_rates], |p| Poisson::from_log_rate(p[0].clone()))
        .normalisation(&support)
        .draws(&support)
        .basics()
        .moments()
        .cdf_on(&support)
        .independent_dimensions()
        .divergence()
        .verdict()
}

#[test]
fn extreme_rates_stay_finite() -> Result<(), Nonconformance> {
    let log_rates = double(&[5, 1], &[-80.0, -30.0, 0.0, 30.0, 80.0]);
    let count = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
    Conformance::new(&[log_rates], |p| Poisson::from_log_rate(p[0].clone()))
        .finite("log_prob of 0", move |p| p.log_prob(&count(0.0)))
        .finite("log_prob of 1e9", move |p| p.log_prob(&count(1e9)))
        .finite("mean", |p| p.mean().reshape([5]))
        .finite("cdf", move |p| p.cdf(&count(3.0)).reshape([5]))
        .finite("KL", |q| {
            let other = double(&[5, 1], &[0.0, -5.0, 40.0, 29.0, 79.0]);
            q.kl_divergence(&Poisson::from_log_rate(other.cast(burn::tensor::DType::F32)))
        })
        .verdict()
}

/// `log(λˣ e^−λ / x!)` by hand, and by Stirling's series at a million, where `λˣ` has no place in any
/// type and single precision would lose units in a difference of terms of size 1e7.
#[test]
fn the_density_is_that_of_the_book() {
    let log_prob = |rate: f64, x: f32| {
        let log_rate = Tensor::<2>::from_data([[rate.ln() as f32]], &Device::flex());
        let value = Tensor::<2>::from_data([[x]], &Device::flex());
        f64::from(Poisson::from_log_rate(log_rate).log_prob(&value).into_scalar::<f32>())
    };
    for (rate, x, expected) in [
        (2.0, 0.0, -2.0),
        (2.0, 3.0, (8.0f64 / 6.0).ln() - 2.0),
        (0.5, 1.0, 0.5f64.ln() - 0.5),
        (10.0, 10.0, 10.0 * 10f64.ln() - 10.0 - 3_628_800f64.ln()),
    ] {
        assert!((log_prob(rate, x) - expected).abs() < 2e-6, "{x} of {rate}: {}", log_prob(rate, x));
    }
    // log n! = n log n − n + ½ log 2πn + 1/12n − …, so at λ = n all but the last two terms cancel.
    let stirling = -0.5 * (std::f64::consts::TAU * 1e6).ln() - 1.0 / 12e6;
    assert!((log_prob(1e6, 1e6) - stirling).abs() < 1e-5, "{}", log_prob(1e6, 1e6));
}

/// Mean and variance of draws are both λ, also where inversion from zero would underflow; within five
/// standard errors, false alarm 6e-7 a check.
#[test]
fn draws_of_large_rates_have_the_moments_of_the_family() {
    let rates = [800.0, 5e4, 1e6];
    let log_rate = Tensor::<2>::from_data([rates.map(|rate: f64| rate.ln() as f32)], &Device::flex());
    let rate: Vec<f64> = log_rate.clone().into_data().iter::<f64>().map(f64::exp).collect();
    let draws = Poisson::from_log_rate(log_rate.repeat_dim(0, 4000)).sample(&Rng::seed(5));
    let draws: Vec<f64> = draws.into_data().iter::<f64>().collect();
    for (i, rate) in rate.into_iter().enumerate() {
        let column = || draws.iter().skip(i).step_by(3);
        let mean = MonteCarlo::of(column().copied());
        assert!(mean.agrees(rate, 5.0, 0.0), "{} ± {}, not {rate}", mean.mean, mean.standard_error);
        let variance = MonteCarlo::of(column().map(|x| (x - rate).powi(2)));
        assert!(variance.agrees(rate, 5.0, 0.0), "the variance is {}, not {rate}", variance.mean);
    }
}

#[test]
fn equal_rates_have_no_divergence() {
    let log_rate = Tensor::<2>::from_data([[-3.0f32, 0.3, 12.0]], &Device::flex());
    let p = Poisson::from_log_rate(log_rate);
    assert_eq!(p.kl_per_dim(&p).into_data().iter::<f32>().collect::<Vec<_>>(), [0.0; 3]);
    assert_eq!(p.kl_divergence(&p).into_scalar::<f32>(), 0.0);
}

/// Tolerance of a rate that is the exponential of a rounded logarithm.
#[test]
fn distribution_functions() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/poisson_cdf.json"));
    let cdf = Poisson::from_log_rate(table.tensor("log_rate", 1)?).cdf(&table.tensor("x", 1)?);
    table.compare("cdf", &cdf, Tolerance { relative: 2e-4, absolute: 1e-6 })
}

#[test]
fn the_distribution_function_ends_at_0_and_1_and_has_its_slope() {
    let log_rate = double(&[3, 1], &[-1.0, 1.4, 3.0]);
    let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
    let family = Poisson::from_log_rate(log_rate.clone().cast(burn::tensor::DType::F32));
    for (x, expected) in [(-1.0, 0.0), (f32::NEG_INFINITY, 0.0), (f32::INFINITY, 1.0)] {
        assert_eq!(family.cdf(&at(x)).into_data().iter::<f64>().collect::<Vec<_>>(), [expected; 3]);
    }
    let cdf =
        |p: &[Tensor<2>]| Poisson::from_log_rate(p[0].clone()).cdf(&at(3.5).cast(p[0].dtype())).reshape([3]);
    check_gradients(&[log_rate], cdf, Tolerance::both(1e-5)).expect("the slope for the rate");
}
