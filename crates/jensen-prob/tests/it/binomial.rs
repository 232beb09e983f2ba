use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{Binomial, Cdf, Distribution, Enumerable, KlDivergence, Mean, Mode, Rng, Variance};
use jensen_testing::{
    Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, check_gradients, double,
};

use crate::golden;

const LOGITS: [f64; 8] = [0.0, -1.0, 1.4, 2.0, 0.1, -3.0, -2.5, 1.5];

fn family(total: f64, logits: &[f64]) -> Conformance<Binomial> {
    let logits = double(&[logits.len() / 2, 2], logits);
    Conformance::new(&[logits], move |p| {
        Binomial::from_logits(double(&[1, 1], &[total]).cast(p[0].dtype()), p[0].clone())
    })
}

/// Of 7 trials draws are by inversion, of 100 also by rejection.
#[test]
fn conforms() -> Result<(), Nonconformance> {
    for total in [1, 7, 100] {
        let support = Support::Points((0..=total).map(f64::from).collect());
        let family = family(f64::from(total), &LOGITS)
            .normalisation(&support)
            .draws(&support)
            .basics()
            .moments()
            .cdf_on(&support)
            .independent_dimensions()
            .divergence();
        let family = if total == 100 { family } else { family.enumerable() };
        family.verdict()?;
    }
    Ok(())
}

/// Each row and dimension has the total count that it was given.
#[test]
fn total_counts_may_differ() {
    let device = Device::flex();
    let totals = Tensor::<2>::from_data([[3.0f32], [1e6]], &device);
    let family = Binomial::from_logits(totals, Tensor::zeros([2, 2], &device));
    assert_eq!(family.mean().into_data().iter::<f32>().collect::<Vec<_>>(), [1.5, 1.5, 5e5, 5e5]);
    let draws: Vec<f32> = family.sample(&Rng::seed(0)).into_data().iter().collect();
    assert!(draws[..2].iter().all(|&x| x <= 3.0) && draws[2..].iter().all(|&x| (x - 5e5).abs() < 5e3));
    let impossible = family.log_prob(&Tensor::full([2, 2], 4.0, &device));
    let impossible: Vec<f32> = impossible.into_data().iter().collect();
    assert!(impossible[0].is_nan() && impossible[1].is_finite(), "{impossible:?}");
    let other = Binomial::from_logits(Tensor::full([1, 1], 3.0, &device), Tensor::zeros([2, 2], &device));
    let kl: Vec<f32> = family.kl_divergence(&other).into_data().iter().collect();
    assert!(kl[0] == 0.0 && kl[1].is_nan(), "{kl:?}");
    let outcome = std::panic::catch_unwind(|| family.enumerate());
    assert!(outcome.is_err(), "total counts that differ");
}

#[test]
fn extremes_stay_finite() -> Result<(), Nonconformance> {
    for total in [0.0, 1.0, 1e6] {
        let at = move |share: f64| Tensor::<2>::full([1, 2], (share * total).floor(), &Device::flex());
        let other = double(&[2, 2], &[3.0, -50.0, 80.0, 0.0]).cast(DType::F32);
        family(total, &[-80.0, 80.0, 0.0, -20.0])
            .finite("log_prob of none", move |p| p.log_prob(&at(0.0)))
            .finite("log_prob of half", move |p| p.log_prob(&at(0.5)))
            .finite("log_prob of all", move |p| p.log_prob(&at(1.0)))
            .finite("KL", move |q| {
                let total = Tensor::full([1, 1], total, &Device::flex());
                q.kl_divergence(&Binomial::from_logits(total, other.clone()))
            })
            .verdict()?;
    }
    Ok(())
}

/// Mean and variance of draws, within five standard errors (false alarm 6e-7 a check).
#[test]
fn draws_of_large_counts_have_the_moments_of_the_family() {
    const DRAWS: usize = 4000;
    let logits = double(&[1, 4], &[0.0, -6.0, 5.0, -20.0]).repeat_dim(0, DRAWS);
    let totals = double(&[1, 4], &[1e4, 1e9, 1e12, 1e15]);
    let family = Binomial::from_logits(totals, logits);
    let draws: Vec<f64> = family.sample(&Rng::seed(5)).into_data().iter().collect();
    let (means, variances) = (family.mean(), family.variance());
    let first = |t: Tensor<2>| t.narrow(0, 0, 1).into_data().iter::<f64>().collect::<Vec<_>>();
    for (i, (mean, variance)) in first(means).into_iter().zip(first(variances)).enumerate() {
        let column = || draws.iter().skip(i).step_by(4);
        let estimate = MonteCarlo::of(column().copied());
        assert!(estimate.agrees(mean, 5.0, 0.0), "{estimate:?}, not {mean}");
        let estimate = MonteCarlo::of(column().map(|x| (x - mean).powi(2)));
        assert!(estimate.agrees(variance, 5.0, 0.0), "the variance: {estimate:?}, not {variance}");
    }
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/binomial.json"));
    let family = Binomial::from_logits(table.tensor("total", 1)?, table.tensor("logits", 1)?);
    // A log-probability in f32 is off by 1e-7, which counts four deviations, 6000, from the mean.
    let tolerance = Tolerance { relative: 2e-6, absolute: 1e-3 };
    table.compare("log_prob", &family.log_prob(&table.tensor("x", 1)?), tolerance)?;
    let other = Binomial::from_logits(table.tensor("total", 1)?, table.tensor("other", 1)?);
    // Logits that differ by 1e-2 do so to 5e-7 at 12, and the divergence goes with the square.
    table.compare("kl", &family.kl_divergence(&other), Tolerance { relative: 1e-4, absolute: 1e-6 })?;
    table.compare("mode", &family.mode(), Tolerance::both(1e-6))
}

#[test]
#[should_panic(expected = "does not fit logits of shape [2, 3]")]
fn a_total_count_of_another_shape_is_refused() {
    let device = Device::flex();
    Binomial::from_logits(Tensor::ones([3, 1], &device), Tensor::ones([2, 3], &device));
}

#[test]
fn distribution_functions() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/binomial_cdf.json"));
    let family = Binomial::from_logits(table.tensor("total", 1)?, table.tensor("logits", 1)?);
    table.compare("cdf", &family.cdf(&table.tensor("x", 1)?), Tolerance { relative: 1e-6, absolute: 1e-37 })
}

#[test]
fn the_distribution_function_ends_at_0_and_1_and_has_its_slope() {
    let at = |x: f64| double(&[1, 1], &[x]);
    let logits = double(&[3, 1], &[-1.0, 0.4, 2.0]);
    let family = Binomial::from_logits(at(5.0), logits.clone());
    for (x, expected) in [(-1.0, 0.0), (5.0, 1.0), (f64::INFINITY, 1.0)] {
        assert_eq!(family.cdf(&at(x)).into_data().iter::<f64>().collect::<Vec<_>>(), [expected; 3]);
    }
    let cdf = |p: &[Tensor<2>]| {
        let [total, x] = [5.0, 3.0].map(|x| at(x).cast(p[0].dtype()));
        Binomial::from_logits(total, p[0].clone()).cdf(&x).reshape([3])
    };
    check_gradients(&[logits], cdf, Tolerance::both(1e-5)).expect("the slope for the logits");
    // Of no trials, and of certain successes and failures.
    for total in [0.0, 5.0] {
        let logits =
            Tensor::<2>::from_data([[0.0f32], [200.0], [-200.0]], &Device::flex()).autodiff().require_grad();
        let cdf =
            Binomial::from_logits(at(total).cast(DType::F32), logits.clone()).cdf(&at(2.0).cast(DType::F32));
        let gradient = logits.grad(&cdf.clone().sum().backward()).expect("a leaf");
        let expected = if total == 0.0 { [1.0; 3] } else { [0.5, 0.0, 1.0] };
        assert_eq!(cdf.into_data().iter::<f64>().collect::<Vec<_>>(), expected);
        assert!(gradient.into_data().iter::<f64>().all(f64::is_finite));
    }
}
