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
