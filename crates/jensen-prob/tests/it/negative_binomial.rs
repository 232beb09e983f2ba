use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{Cdf, Distribution, KlDivergence, Mean, Mode, NegativeBinomial, Poisson, Rng, Variance};
use jensen_testing::{
    Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, check_gradients, double,
};

use crate::golden;

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let totals = double(&[4, 2], &[3.0, 0.5, 1.0, 20.0, 2.5, 8.0, 1.7, 0.9]);
    let logits = double(&[4, 2], &[0.0, -1.0, 0.7, 0.5, 0.1, -3.0, -0.5, 0.3]);
    // The mean of the largest is 33 with a deviation of 9.3, the slowest tail falls as 0.67ˣ.
    let support = Support::Points((0..=200).map(f64::from).collect());
    Conformance::new(&[totals, logits], |p| NegativeBinomial::from_logits(p[0].clone(), p[1].clone()))
        .normalisation(&support)
        .draws(&support)
        .basics()
        .moments()
        .cdf_on(&support)
        .events()
        .verdict()
}

/// The divergence, of logits alone: total counts are equal.
#[test]
fn conforms_at_equal_total_counts() -> Result<(), Nonconformance> {
    let logits = double(&[3, 2], &[0.0, -1.0, 0.7, 0.5, -3.0, 1.0]);
    Conformance::new(&[logits], |p| {
        NegativeBinomial::from_logits(double(&[1, 1], &[2.5]).cast(p[0].dtype()), p[0].clone())
    })
    .independent_dimensions()
    .divergence()
    .verdict()
}

#[test]
fn total_counts_that_differ_have_no_closed_divergence() {
    let family =
        |total: f64| NegativeBinomial::from_logits(double(&[1, 1], &[total]), double(&[1, 1], &[0.3]));
    let kl = |p: f64| family(2.0).kl_divergence(&family(p)).into_scalar::<f64>();
    assert!(kl(2.0) == 0.0 && kl(3.0).is_nan());
}

#[test]
fn extremes_stay_finite() -> Result<(), Nonconformance> {
    let totals = double(&[5, 1], &[1e-3, 1e-3, 1.0, 1e6, 1e6]);
    let log_means = double(&[5, 1], &[-30.0, 30.0, 0.0, -30.0, 30.0]);
    let count = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
    Conformance::new(&[totals, log_means], |p| NegativeBinomial::from_log_mean(p[0].clone(), p[1].clone()))
        .finite("log_prob of 0", move |p| p.log_prob(&count(0.0)))
        .finite("log_prob of 1e9", move |p| p.log_prob(&count(1e9)))
        .finite("mean", |p| p.mean().reshape([5]))
        .finite("KL", |q| {
            let other = double(&[5, 1], &[3.0, -3.0, 40.0, -20.0, 0.0]).cast(DType::F32);
            q.kl_divergence(&NegativeBinomial::from_logits(q.total_count().inner(), other))
        })
        .verdict()
}

/// `r → ∞` at a fixed mean is the Poisson distribution, up to `((x − μ)² − x)/2r`.
#[test]
fn many_failures_make_a_poisson_distribution() {
    let one = |x: f64| Tensor::<2>::full([1, 1], x, &Device::flex());
    for x in [0.0, 7.0, 10.0, 25.0] {
        let log_mean = one(10f64.ln());
        let wide = NegativeBinomial::from_log_mean(one(1e8), log_mean.clone()).log_prob(&one(x));
        let narrow = Poisson::from_log_rate(log_mean).log_prob(&one(x));
        let (wide, narrow) = (wide.into_scalar::<f32>(), narrow.into_scalar::<f32>());
        assert!((wide - narrow).abs() < 2e-5, "of {x}: {wide} and {narrow}");
    }
}

/// Mean and variance of draws, within five standard errors (false alarm 6e-7 a check).
#[test]
fn draws_of_large_counts_have_the_moments_of_the_family() {
    const DRAWS: usize = 4000;
    let totals = double(&[1, 3], &[50.0, 1e6, 1e12]);
    let log_means = double(&[1, 3], &[1e6f64.ln(), 1e9f64.ln(), 1e10f64.ln()]).repeat_dim(0, DRAWS);
    let family = NegativeBinomial::from_log_mean(totals, log_means);
    let draws: Vec<f64> = family.sample(&Rng::seed(5)).into_data().iter().collect();
    let first = |t: Tensor<2>| t.narrow(0, 0, 1).into_data().iter::<f64>().collect::<Vec<_>>();
    let (means, variances) = (first(family.mean()), first(family.variance()));
    for (i, (mean, variance)) in means.into_iter().zip(variances).enumerate() {
        let column = || draws.iter().skip(i).step_by(3);
        let estimate = MonteCarlo::of(column().copied());
        assert!(estimate.agrees(mean, 5.0, 0.0), "{estimate:?}, not {mean}");
        let estimate = MonteCarlo::of(column().map(|x| (x - mean).powi(2)));
        assert!(estimate.agrees(variance, 5.0, 0.0), "the variance: {estimate:?}, not {variance}");
    }
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/negative_binomial.json"));
    let family = NegativeBinomial::from_logits(table.tensor("total", 1)?, table.tensor("logits", 1)?);
    let tolerance = Tolerance { relative: 2e-6, absolute: 2e-4 };
    table.compare("log_prob", &family.log_prob(&table.tensor("x", 1)?), tolerance)?;
    table.compare("mode", &family.mode(), Tolerance::both(1e-6))
}

#[test]
fn distribution_functions() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/negative_binomial_cdf.json"));
    let family = NegativeBinomial::from_logits(table.tensor("total", 1)?, table.tensor("logits", 1)?);
    table.compare("cdf", &family.cdf(&table.tensor("x", 1)?), Tolerance { relative: 1e-6, absolute: 1e-37 })
}

/// For both parameters.
#[test]
fn the_distribution_function_has_its_slopes() {
    let parameters = [double(&[3, 1], &[0.5, 3.0, 8.0]), double(&[3, 1], &[-1.0, 0.4, 2.0])];
    let cdf = |p: &[Tensor<2>]| {
        let x = double(&[1, 1], &[3.0]).cast(p[0].dtype());
        NegativeBinomial::from_logits(p[0].clone(), p[1].clone()).cdf(&x).reshape([3])
    };
    check_gradients(&parameters, cdf, Tolerance::both(1e-5)).expect("the slopes");
}
