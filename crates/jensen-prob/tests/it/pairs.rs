//! Divergences between different families.

use burn::tensor::Tensor;
use jensen_prob::{
    Bernoulli, Beta, ContinuousBernoulli, Distribution, Exponential, Gamma, Gumbel, HalfNormal, KlDivergence,
    Laplace, LogNormal, Logistic, Normal, Pareto, Poisson, Uniform, Weibull,
};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Tolerance, Value, double};

use crate::golden;

/// A family of two parameters, by name.
fn family<D: Distribution<Value: Value> + 'static>(
    new: fn(Tensor<2>, Tensor<2>) -> D,
    first: [f64; 6],
    second: [f64; 6],
) -> Conformance<D> {
    let parameters = [first, second].map(|numbers| double(&[3, 2], &numbers));
    Conformance::new(&parameters, move |p| new(p[0].clone(), p[1].clone()))
}

fn normal() -> Conformance<Normal> {
    family(Normal::new, [0.0, 1.5, -2.0, 0.3, 4.0, -0.7], [1.0, 0.4, 2.0, 0.9, 3.5, 3.0])
}

fn gumbel() -> Conformance<Gumbel> {
    family(Gumbel::new, [0.3, 0.5, -1.0, 0.0, 2.0, 0.4], [1.2, 0.8, 2.5, 1.0, 1.5, 4.0])
}

fn laplace() -> Conformance<Laplace> {
    family(Laplace::new, [0.3, 0.5, -1.0, 0.0, 2.0, 0.4], [1.2, 0.8, 2.5, 1.0, 1.5, 4.0])
}

fn gamma() -> Conformance<Gamma> {
    family(Gamma::new, [3.0, 0.7, 9.0, 1.0, 0.4, 20.0], [1.0, 0.4, 2.0, 0.9, 0.5, 3.0])
}

fn beta() -> Conformance<Beta> {
    family(Beta::new, [3.0, 0.7, 9.0, 1.0, 0.4, 20.0], [3.5, 0.6, 4.0, 3.2, 1.0, 5.0])
}

/// A family of one parameter.
fn single<D: Distribution<Value: Value> + 'static>(
    new: fn(Tensor<2>) -> D,
    numbers: [f64; 6],
) -> Conformance<D> {
    Conformance::new(&[double(&[3, 2], &numbers)], move |p| new(p[0].clone()))
}

fn exponential() -> Conformance<Exponential> {
    single(Exponential::new, [1.2, 0.8, 2.5, 0.3, 1.5, 0.1])
}

#[test]
fn pairs_with_exponential_numbers_conform() -> Result<(), Nonconformance> {
    exponential().divergence_to(&gamma()).divergence_to(&gumbel()).divergence_to(&normal()).verdict()?;
    gamma().divergence_to(&exponential()).verdict()?;
    beta().divergence_to(&exponential()).verdict()?;
    single(HalfNormal::new, [1.0, 0.4, 2.0, 0.9, 3.5, 3.0])
        .divergence_to(&exponential())
        .divergence_to(&normal())
        .verdict()?;
    single(ContinuousBernoulli::from_logits, [0.0, -1.0, 2.0, 0.7, 3.5, -9.0])
        .divergence_to(&exponential())
        .divergence_to(&normal())
        .verdict()?;
    let scale = [1.0, 0.4, 2.0, 0.9, 0.5, 1.3];
    family(log_normal, [0.0, 0.5, -1.0, 0.3, 0.2, -0.7], [0.5, 0.4, 0.7, 0.6, 0.2, 0.3])
        .divergence_to(&exponential())
        .verdict()?;
    family(Weibull::new, [3.0, 0.7, 5.0, 1.0, 1.4, 2.0], scale).divergence_to(&exponential()).verdict()?;
    // Draws whose square has a mean.
    family(Pareto::new, [3.0, 4.7, 9.0, 5.0, 3.4, 20.0], scale).divergence_to(&exponential()).verdict()?;
    family(Uniform::new, [0.0, 1.5, -2.0, 0.3, 4.0, -0.7], [1.0, 1.9, 2.0, 0.9, 4.5, 3.0])
        .divergence_to(&normal())
        .verdict()
}

fn log_normal(mean: Tensor<2>, std: Tensor<2>) -> LogNormal {
    LogNormal::new(Normal::new(mean, std))
}

#[test]
fn references_with_exponential_numbers() -> Result<(), GoldenError> {
    let rounding = Tolerance::both(2e-6);
    let exponential = |rate, _| Exponential::new(rate);
    let half_normal = |scale, _| HalfNormal::new(scale);
    let continuous = |logits, _| ContinuousBernoulli::from_logits(logits);
    matches(include_str!("../references/kl_exponential_gamma.json"), exponential, Gamma::new, rounding)?;
    matches(include_str!("../references/kl_exponential_gumbel.json"), exponential, Gumbel::new, rounding)?;
    matches(include_str!("../references/kl_exponential_normal.json"), exponential, Normal::new, rounding)?;
    matches(include_str!("../references/kl_half_normal_normal.json"), half_normal, Normal::new, rounding)?;
    matches(include_str!("../references/kl_uniform_normal.json"), Uniform::new, Normal::new, rounding)?;
    matches(
        include_str!("../references/kl_continuous_bernoulli_normal.json"),
        continuous,
        Normal::new,
        rounding,
    )?;
    matches(include_str!("../references/kl_gamma_exponential.json"), Gamma::new, exponential, rounding)?;
    matches(include_str!("../references/kl_beta_exponential.json"), Beta::new, exponential, rounding)?;
    matches(
        include_str!("../references/kl_half_normal_exponential.json"),
        half_normal,
        exponential,
        rounding,
    )?;
    matches(include_str!("../references/kl_log_normal_exponential.json"), log_normal, exponential, rounding)?;
    matches(include_str!("../references/kl_weibull_exponential.json"), Weibull::new, exponential, rounding)?;
    matches(include_str!("../references/kl_pareto_exponential.json"), Pareto::new, exponential, rounding)?;
    let table = include_str!("../references/kl_continuous_bernoulli_exponential.json");
    matches(table, continuous, exponential, rounding)
}

#[test]
fn each_pair_conforms() -> Result<(), Nonconformance> {
    laplace().divergence_to(&normal()).verdict()?;
    gumbel().divergence_to(&normal()).verdict()?;
    family(Logistic::new, [0.3, 0.5, -1.0, 0.0, 2.0, 0.4], [1.2, 0.8, 2.5, 1.0, 1.5, 4.0])
        .divergence_to(&normal())
        .verdict()?;
    gamma().divergence_to(&normal()).verdict()?;
    beta().divergence_to(&normal()).verdict()?;
    normal().divergence_to(&laplace()).verdict()?;
    normal().divergence_to(&gumbel()).verdict()?;
    gamma().divergence_to(&gumbel()).verdict()?;
    beta().divergence_to(&gamma()).verdict()?;
    let one = |numbers: [f64; 6]| [double(&[3, 2], &numbers)];
    Conformance::new(&one([0.0, -1.0, 2.0, 3.0, -2.5, 0.4]), |p| Bernoulli::from_logits(p[0].clone()))
        .divergence_to(&Conformance::new(&one([0.0, -2.0, 0.5, 1.0, -1.5, 0.1]), |p| {
            Poisson::from_log_rate(p[0].clone())
        }))
        .verdict()
}

fn matches<Q: KlDivergence<P>, P: Distribution>(
    json: &str,
    q: fn(Tensor<2>, Tensor<2>) -> Q,
    p: fn(Tensor<2>, Tensor<2>) -> P,
    tolerance: Tolerance,
) -> Result<(), GoldenError> {
    let table = golden(json);
    let q = q(table.tensor("q_first", 1)?, table.tensor("q_second", 1)?);
    let p = p(table.tensor("p_first", 1)?, table.tensor("p_second", 1)?);
    table.compare("kl", &q.kl_divergence(&p), tolerance)
}

#[test]
fn references() -> Result<(), GoldenError> {
    let rounding = Tolerance::both(2e-6);
    matches(include_str!("../references/kl_laplace_normal.json"), Laplace::new, Normal::new, rounding)?;
    matches(include_str!("../references/kl_logistic_normal.json"), Logistic::new, Normal::new, rounding)?;
    matches(include_str!("../references/kl_gumbel_normal.json"), Gumbel::new, Normal::new, rounding)?;
    matches(include_str!("../references/kl_gamma_normal.json"), Gamma::new, Normal::new, rounding)?;
    matches(include_str!("../references/kl_beta_normal.json"), Beta::new, Normal::new, rounding)?;
    matches(include_str!("../references/kl_normal_laplace.json"), Normal::new, Laplace::new, rounding)?;
    matches(include_str!("../references/kl_normal_gumbel.json"), Normal::new, Gumbel::new, rounding)?;
    matches(include_str!("../references/kl_gamma_gumbel.json"), Gamma::new, Gumbel::new, rounding)?;
    matches(include_str!("../references/kl_beta_gamma.json"), Beta::new, Gamma::new, rounding)?;
    let table = golden(include_str!("../references/kl_bernoulli_poisson.json"));
    let q = Bernoulli::from_logits(table.tensor("q", 1)?);
    table.compare("kl", &q.kl_divergence(&Poisson::from_log_rate(table.tensor("p", 1)?)), rounding)
}

/// A sharp and a wide `q`, far away.
#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let at = |x: f64| double(&[1, 1], &[x]).cast(burn::tensor::DType::F32);
    let (location, log_scale) = (double(&[3, 1], &[1e6, -1e6, 0.0]), double(&[3, 1], &[-30.0, 15.0, -40.0]));
    let parameters = [location, log_scale];
    let normal = move || Normal::new(at(0.0), at(1.0));
    Conformance::new(&parameters, |p| Laplace::from_log_scale(p[0].clone(), p[1].clone()))
        .finite("KL to normal", |q| q.kl_divergence(&normal()))
        .verdict()?;
    Conformance::new(&parameters, |p| Normal::from_log_std(p[0].clone(), p[1].clone()))
        .finite("KL to Laplace", |q| q.kl_divergence(&Laplace::new(at(0.0), at(1.0))))
        .verdict()?;
    let concentration = double(&[4, 1], &[1e-3, 1e-3, 1e6, 1e6]);
    let log_rate = double(&[4, 1], &[-5.0, 15.0, 15.0, 5.0]);
    Conformance::new(&[concentration.clone(), log_rate], |p| {
        Gamma::from_log_rate(p[0].clone(), p[1].clone())
    })
    .finite("KL to normal", |q| q.kl_divergence(&normal()))
    .finite("KL to Gumbel", |q| q.kl_divergence(&Gumbel::new(at(0.0), at(1.0))))
    .verdict()?;
    let other = double(&[4, 1], &[1e-3, 1e6, 1e-3, 1e6]);
    Conformance::new(&[concentration, other], |p| Beta::new(p[0].clone(), p[1].clone()))
        .finite("KL to normal", |q| q.kl_divergence(&normal()))
        .finite("KL to gamma", |q| q.kl_divergence(&Gamma::new(at(1.0), at(2.0))))
        .verdict()
}

fn uniform(low: [f64; 6], high: [f64; 6]) -> Conformance<Uniform> {
    family(Uniform::new, low, high)
}

fn shares() -> Conformance<Uniform> {
    uniform([0.1, 0.25, 0.5, 0.01, 0.3, 0.6], [0.9, 0.75, 0.8, 0.99, 0.4, 0.95])
}

/// From an interval that lies within what the other family gives.
#[test]
fn pairs_from_an_interval_conform() -> Result<(), Nonconformance> {
    let logits = || single(ContinuousBernoulli::from_logits, [0.0, -1.0, 2.0, 0.7, 3.5, -9.0]);
    shares()
        .divergence_to(&beta())
        .divergence_to(&gamma())
        .divergence_to(&exponential())
        .divergence_to(&logits())
        .divergence_to(&gumbel())
        .verdict()?;
    let scales = [1.0, 0.4, 2.0, 0.9, 0.5, 1.3];
    uniform([2.0, 3.0, 2.25, 2.5, 4.0, 8.0], [3.0, 9.0, 2.5, 4.0, 4.5, 8.5])
        .divergence_to(&family(Pareto::new, [3.0, 0.7, 5.0, 1.0, 1.4, 2.0], scales))
        .verdict()
}

#[test]
fn pairs_to_an_interval_conform() -> Result<(), Nonconformance> {
    let wide = || uniform([-0.1, -1.0, -0.5, -0.01, -7.0, -0.6], [1.1, 1.75, 2.0, 1.01, 1.4, 1.95]);
    let logits = || single(ContinuousBernoulli::from_logits, [0.0, -1.0, 2.0, 0.7, 3.5, -9.0]);
    beta().divergence_to(&logits()).divergence_to(&wide()).verdict()?;
    logits().divergence_to(&wide()).verdict()
}

#[test]
fn pairs_from_positive_numbers_conform() -> Result<(), Nonconformance> {
    let scales = [1.0, 0.4, 2.0, 0.9, 0.5, 1.3];
    family(Weibull::new, [3.0, 0.7, 5.0, 1.0, 1.4, 2.0], scales).divergence_to(&gamma()).verdict()?;
    // Draws whose fourth power has a mean.
    family(Pareto::new, [5.0, 6.7, 9.0, 5.5, 7.4, 20.0], scales)
        .divergence_to(&gamma())
        .divergence_to(&normal())
        .verdict()
}

#[test]
fn references_with_ends() -> Result<(), GoldenError> {
    let rounding = Tolerance::both(2e-6);
    let exponential = |rate, _| Exponential::new(rate);
    let continuous = |logits, _| ContinuousBernoulli::from_logits(logits);
    // A width of 6e-3 in 0.4 is known to 1e-5, concentrations of 1e3 multiply it.
    let narrow = Tolerance::both(1e-5);
    matches(include_str!("../references/kl_uniform_beta.json"), Uniform::new, Beta::new, narrow)?;
    matches(include_str!("../references/kl_uniform_gamma.json"), Uniform::new, Gamma::new, rounding)?;
    matches(include_str!("../references/kl_uniform_exponential.json"), Uniform::new, exponential, rounding)?;
    matches(include_str!("../references/kl_uniform_gumbel.json"), Uniform::new, Gumbel::new, rounding)?;
    matches(include_str!("../references/kl_uniform_pareto.json"), Uniform::new, Pareto::new, rounding)?;
    let table = include_str!("../references/kl_uniform_continuous_bernoulli.json");
    matches(table, Uniform::new, continuous, rounding)?;
    let table = include_str!("../references/kl_beta_continuous_bernoulli.json");
    matches(table, Beta::new, continuous, rounding)?;
    matches(include_str!("../references/kl_beta_uniform.json"), Beta::new, Uniform::new, rounding)?;
    let table = include_str!("../references/kl_continuous_bernoulli_uniform.json");
    matches(table, continuous, Uniform::new, rounding)?;
    matches(include_str!("../references/kl_pareto_gamma.json"), Pareto::new, Gamma::new, rounding)?;
    matches(include_str!("../references/kl_pareto_normal.json"), Pareto::new, Normal::new, rounding)?;
    matches(include_str!("../references/kl_weibull_gamma.json"), Weibull::new, Gamma::new, rounding)
}

/// Where a value of `q` has no place in `p`, or a moment has no value, the divergence is infinite and moves
/// nothing; the next row, of the same tensors, is as finite as it was.
#[test]
fn where_it_must_be_it_is_infinite_and_has_no_gradient() {
    fn check<Q: KlDivergence<P>, P: Distribution>(
        name: &str,
        q: [[f32; 2]; 2],
        p: [[f32; 2]; 2],
        build_q: impl Fn(Tensor<2>, Tensor<2>) -> Q,
        build_p: impl Fn(Tensor<2>, Tensor<2>) -> P,
    ) {
        let device = burn::tensor::Device::flex().autodiff();
        let leaf = |[a, b]: [f32; 2]| Tensor::<2>::from_data([[a], [b]], &device).require_grad();
        let leaves = [q[0], q[1], p[0], p[1]].map(leaf);
        let [a, b, c, d] = leaves.clone();
        let divergence = build_q(a, b).kl_divergence(&build_p(c, d));
        let values: Vec<f32> = divergence.clone().into_data().iter().collect();
        assert!(values[0] == f32::INFINITY && values[1].is_finite(), "{name}: {values:?}");
        let gradients = divergence.sum().backward();
        for leaf in leaves {
            let Some(slopes) = leaf.grad(&gradients) else { continue };
            let slopes: Vec<f32> = slopes.into_data().iter().collect();
            assert!(slopes.iter().all(|slope| slope.is_finite()), "{name}: {slopes:?}");
        }
    }
    let exponential = |rate, _| Exponential::new(rate);
    let continuous = |logits, _| ContinuousBernoulli::from_logits(logits);
    let below = [[-0.1, 0.0], [0.5, 1.0]];
    let ones = [[1.0, 1.0], [2.0, 2.0]];
    check("uniform, beta", below, ones, Uniform::new, Beta::new);
    check("uniform above, beta", [[0.5, 0.0], [1.5, 1.0]], ones, Uniform::new, Beta::new);
    check("uniform, gamma", below, ones, Uniform::new, Gamma::new);
    check("uniform, exponential", below, ones, Uniform::new, exponential);
    check("uniform, continuous Bernoulli", below, ones, Uniform::new, continuous);
    check("uniform, Pareto", [[1.9, 2.0], [3.0, 3.0]], ones, Uniform::new, Pareto::new);
    check("uniform below 0, Pareto", [[-1.9, 2.0], [3.0, 3.0]], ones, Uniform::new, Pareto::new);
    check("beta, uniform", ones, [[0.1, 0.0], [1.0, 1.0]], Beta::new, Uniform::new);
    check("continuous Bernoulli, uniform", ones, [[0.0, 0.0], [0.9, 1.0]], continuous, Uniform::new);
    check("Pareto, exponential", [[1.0, 1.5], [2.0, 2.0]], ones, Pareto::new, exponential);
    check("Pareto, gamma", [[0.3, 1.5], [2.0, 2.0]], ones, Pareto::new, Gamma::new);
    check("Pareto, normal", [[2.0, 2.5], [2.0, 2.0]], ones, Pareto::new, Normal::new);
}

/// An end that is given stays what it was, so that an interval lies within another that ends with it; the sum of the
/// lower end and the width would often be the next number.
#[test]
fn ends_are_not_rounded() {
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &burn::tensor::Device::flex());
    for k in 1..1000u16 {
        let (low, high) = (f32::from(k) / 1000.0, f32::from(k) / 300.0 + 1.0);
        let inner = Uniform::new(at(low), at(high));
        assert_eq!(inner.high().into_scalar::<f32>(), high);
        let divergence = inner.kl_divergence(&Uniform::new(at(-2.0), at(high))).into_scalar::<f32>();
        let expected = ((high + 2.0) / (high - low)).ln();
        assert!((divergence - expected).abs() < 1e-6, "from {low} to {high}: {divergence}");
    }
}

#[test]
fn extremes_with_ends_stay_finite() -> Result<(), Nonconformance> {
    let at = |x: f64| double(&[1, 1], &[x]).cast(burn::tensor::DType::F32);
    // Ends at 0 and 1 have an infinite slope to a density that is 0 or has no bound there.
    let ends =
        [double(&[4, 1], &[0.0, 1e-30, 0.5, 0.999_999]), double(&[4, 1], &[1.0, 1e-20, 0.500_001, 1.0])];
    Conformance::new(&ends, |p| Uniform::new(p[0].clone(), p[1].clone()))
        .finite("KL to beta", move |q| q.kl_divergence(&Beta::new(at(0.1), at(1e6))))
        .finite("KL to gamma", move |q| q.kl_divergence(&Gamma::new(at(1e6), at(1e-3))))
        .finite("KL to exponential", move |q| q.kl_divergence(&Exponential::new(at(1e6))))
        .finite("KL to Gumbel", move |q| q.kl_divergence(&Gumbel::new(at(0.0), at(0.1))))
        .finite("KL to continuous Bernoulli", move |q| {
            q.kl_divergence(&ContinuousBernoulli::from_logits(at(1e6)))
        })
        .verdict()?;
    let shapes = [double(&[4, 1], &[3.0, 2.001, 1e6, 50.0]), double(&[4, 1], &[1e-10, 1.0, 1e10, 1e-3])];
    Conformance::new(&shapes, |p| Pareto::new(p[0].clone(), p[1].clone()))
        .finite("KL to gamma", move |q| q.kl_divergence(&Gamma::new(at(1e3), at(0.1))))
        .finite("KL to normal", move |q| q.kl_divergence(&Normal::new(at(0.0), at(1e3))))
        .verdict()?;
    let shapes = [double(&[4, 1], &[3.0, 0.1, 1e6, 50.0]), double(&[4, 1], &[1e-10, 1.0, 1e10, 1e-3])];
    Conformance::new(&shapes, |p| Weibull::new(p[0].clone(), p[1].clone()))
        .finite("KL to gamma", move |q| q.kl_divergence(&Gamma::new(at(1e3), at(0.1))))
        .verdict()
}
