use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{Cdf, Distribution, Entropy, Geometric, Icdf, KlDivergence, Rng};
use jensen_testing::{Conformance, GoldenError, MonteCarlo, Nonconformance, Support, Tolerance, double};

use crate::golden;

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let logits = double(&[4, 2], &[0.0, -1.0, 1.4, 2.0, 0.1, -1.5, -2.0, 1.5]);
    // The rarest success has a probability of 0.12: more than 150 failures have one of 6e-9.
    let support = Support::Points((0..=150).map(f64::from).collect());
    Conformance::new(&[logits], |p| Geometric::from_logits(p[0].clone()))
        .normalisation(&support)
        .draws(&support)
        .basics()
        .moments()
        .cdf_on(&support)
        .entropy_and_gradients()
        .independent_dimensions()
        .divergence()
        .verdict()
}

#[test]
fn extremes_stay_finite() -> Result<(), Nonconformance> {
    let logits = double(&[5, 1], &[-80.0, -20.0, 0.0, 20.0, 80.0]);
    let count = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
    Conformance::new(&[logits], |p| Geometric::from_logits(p[0].clone()))
        .finite("log_prob of 0", move |p| p.log_prob(&count(0.0)))
        .finite("log_prob of 1e9", move |p| p.log_prob(&count(1e9)))
        .finite("entropy", Entropy::entropy)
        .finite("cdf", move |p| p.cdf(&count(3.0)).reshape([5]))
        .finite("KL", |q| {
            let other = double(&[5, 1], &[0.0, -5.0, 40.0, 29.0, 79.0]).cast(DType::F32);
            q.kl_divergence(&Geometric::from_logits(other))
        })
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/geometric.json"));
    let family = Geometric::from_logits(table.tensor("logits", 1)?);
    let x = table.tensor("x", 1)?;
    let tolerance = Tolerance { relative: 1e-6, absolute: 1e-37 };
    table.compare("log_prob", &family.log_prob(&x), tolerance)?;
    table.compare("cdf", &family.cdf(&x), tolerance)?;
    table.compare("entropy", &family.entropy(), tolerance)?;
    let other = Geometric::from_logits(table.tensor("other", 1)?);
    table.compare("kl", &family.kl_divergence(&other), Tolerance { relative: 1e-5, absolute: 1e-6 })
}

/// Of a success in ten million trials, whose draws need more than 24 bits; within five standard errors
/// (false alarm 6e-7).
#[test]
fn rare_successes_take_long() {
    const DRAWS: usize = 10_000;
    let family = Geometric::from_logits(Tensor::full([DRAWS, 1], -16.1, (&Device::flex(), DType::F64)));
    let draws: Vec<f64> = family.sample(&Rng::seed(8)).into_data().iter().collect();
    let estimate = MonteCarlo::of(draws.iter().copied());
    let mean = 16.1f64.exp();
    assert!(estimate.agrees(mean, 5.0, 0.0), "{estimate:?}, not {mean}");
    let even = draws.iter().filter(|&&x| x % 2.0 == 0.0).count();
    assert!(even.abs_diff(DRAWS / 2) < 250, "{even} even draws"); // five deviations
}

/// The least count that reaches a probability, also where that is the very probability of a count.
#[test]
fn quantiles_are_the_steps() {
    let logits = Tensor::<2>::from_data([[-6.0f32, -0.3, 0.0, 1.7]], &Device::flex());
    let family = Geometric::from_logits(logits);
    let chosen = [0.0f32, 1e-6, 0.01, 0.3, 0.5, 0.75, 0.9, 0.999];
    let all = |p: f32| Tensor::<2>::full([1, 4], p, &Device::flex());
    // Of 1, to which the last steps round, the quantile is infinite.
    let below_one = |p: Tensor<2>| p.clone().mask_fill(p.equal_elem(1.0), 0.5);
    let steps = (0..40u16).map(|x| below_one(family.cdf(&all(f32::from(x)))));
    for probability in chosen.map(all).into_iter().chain(steps) {
        let there = family.icdf(&probability);
        let [before, at] = [-1.0, 0.0].map(|by| family.cdf(&(there.clone() + by)));
        assert!(at.greater_equal(probability.clone()).all().into_scalar::<bool>(), "{there}");
        let is_least = before.lower(probability).bool_or(there.clone().equal_elem(0.0));
        assert!(is_least.all().into_scalar::<bool>(), "{there}");
    }
    assert!(family.icdf(&all(1.0)).is_inf().all().into_scalar::<bool>());
}
