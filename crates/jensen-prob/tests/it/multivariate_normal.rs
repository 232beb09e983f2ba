use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Distribution, Entropy, KlDivergence, MultivariateNormal, Normal, Reparameterized, Rng, Variance,
};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Tolerance, check_gradients, double};

use crate::golden;

const TOLERANCE: Tolerance = Tolerance { relative: 2e-6, absolute: 2e-6 };

type Build = fn(Tensor<2>, Tensor<3>) -> MultivariateNormal;

/// Rows of `[d]` and `[d, d]`.
fn build(of: Build) -> impl Fn(&[Tensor<2>]) -> MultivariateNormal {
    move |p| {
        let [rows, d] = p[0].dims();
        of(p[0].clone(), p[1].clone().reshape([p[1].dims()[0], d, d]).repeat_dim(0, rows / p[1].dims()[0]))
    }
}

fn mean() -> Tensor<2> {
    double(&[3, 2], &[0.0, 1.5, -2.0, 0.3, 0.5, -0.7])
}

fn checks(family: Conformance<MultivariateNormal>) -> Result<(), Nonconformance> {
    family
        .normalisation_in_the_plane(-20.0, 20.0, 401)
        .basics()
        .moments()
        .entropy_and_gradients()
        .divergence()
        .value_gradients()
        .reparameterized()
        .verdict()
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let factors = double(&[3, 4], &[1.0, 0.0, 0.8, 0.6, 0.7, 0.0, -1.0, 1.2, 2.0, 0.0, 0.1, 0.5]);
    checks(Conformance::joint(&[mean(), factors], build(MultivariateNormal::new)))
}

#[test]
fn a_covariance_or_a_precision_conforms() -> Result<(), Nonconformance> {
    let matrices = double(&[3, 4], &[1.0, 0.5, 0.5, 2.0, 0.7, -0.4, -0.4, 0.9, 1.3, 0.0, 0.0, 0.5]);
    checks(Conformance::joint(&[mean(), matrices.clone()], build(MultivariateNormal::from_covariance)))?;
    checks(Conformance::joint(&[mean(), matrices], build(MultivariateNormal::from_precision)))
}

#[test]
fn any_real_numbers_conform() -> Result<(), Nonconformance> {
    let matrices = double(&[3, 4], &[1.0, 7.0, 0.5, -1.0, 0.7, 7.0, -0.4, 0.9, -0.3, 7.0, 1.0, 0.5]);
    checks(Conformance::joint(&[mean(), matrices], build(MultivariateNormal::from_unconstrained)))
}

/// A factor shared by all rows is the factor written out.
#[test]
fn a_shared_factor_broadcasts() {
    let device = Device::flex();
    let mean = Rng::seed(1).normal([2, 3], &device);
    let value = Rng::seed(2).normal([6, 3], &device);
    let one = Tensor::<3>::from_data([[[1.0f32, 0.0, 0.0], [0.5, 2.0, 0.0], [-1.0, 0.3, 0.7]]], &device);
    let shared = MultivariateNormal::new(mean.clone(), one.clone());
    let written = MultivariateNormal::new(mean, one.clone().repeat_dim(0, 2));
    let same = |a: Tensor<1>, b: Tensor<1>| {
        assert_eq!(a.dims(), b.dims());
        assert!(a.all_close(b, Some(1e-5), Some(1e-5)));
    };
    same(shared.log_prob(&value), written.log_prob(&value));
    same(shared.entropy(), written.entropy());
    same(shared.variance().sum_dim(1).reshape([2]), written.variance().sum_dim(1).reshape([2]));
    same(shared.kl_divergence(&written), Tensor::zeros([2], &device));
    let others = MultivariateNormal::new(value.clone(), one.repeat_dim(0, 6) * 1.5);
    for (q, p) in [(&shared, &others), (&others, &shared)] {
        let (q, p) = (q.clone(), p.clone());
        let spell_out = |family: &MultivariateNormal| {
            let rows = family.rows();
            let factors = family.factor().repeat_dim(0, rows / family.factor().dims()[0]);
            MultivariateNormal::new(family.mean(), factors)
        };
        same(q.kl_divergence(&p), spell_out(&q).kl_divergence(&spell_out(&p)));
    }
    let normal = Normal::standard(1, 3, &device);
    same(shared.kl_divergence(&normal), written.kl_divergence(&normal));
    same(normal.kl_divergence(&shared), normal.kl_divergence(&written));
    let rng = Rng::seed(3);
    same(shared.rsample_with_log_prob(&rng).1, written.rsample_with_log_prob(&rng).1);
}

/// With independent dimensions it is [`Normal`], whose divergences have closed forms of their own.
#[test]
fn a_diagonal_factor_is_a_normal_distribution() {
    let normal = |seed| {
        let (mean, log_std) = (Rng::seed(seed).normal([4, 3], &Device::flex()), Rng::seed(seed + 1));
        Normal::from_log_std(mean, log_std.normal([4, 3], &Device::flex()))
    };
    let (q, p) = (normal(1), normal(3));
    let (full_q, full_p) = (MultivariateNormal::from_normal(&q), MultivariateNormal::from_normal(&p));
    let expected = q.kl_divergence(&p);
    let near = |a: Tensor<1>, b: Tensor<1>| assert!(a.all_close(b, Some(1e-5), Some(1e-5)));
    near(full_q.kl_divergence(&full_p), expected.clone());
    near(full_q.kl_divergence(&p), expected.clone());
    near(q.kl_divergence(&full_p), expected);
    let x = Rng::seed(5).normal([8, 3], &Device::flex());
    near(full_q.log_prob(&x), q.log_prob(&x));
    near(full_q.entropy(), q.entropy());
    let standard = Normal::standard(1, 3, &Device::flex());
    near(full_q.kl_divergence(&standard), q.kl_divergence(&standard));
    near(standard.kl_divergence(&full_q), standard.kl_divergence(&q));
}

/// Divergences to and from [`Normal`] with a factor that is not diagonal, against that between full ones.
#[test]
fn divergences_with_a_normal_distribution_are_those_with_its_covariance() {
    let factor = double(&[1, 9], &[1.0, 0.0, 0.0, 0.5, 2.0, 0.0, -1.0, 0.3, 0.7]);
    let inputs = [
        double(&[1, 3], &[0.3, -1.0, 2.0]),
        factor,
        double(&[1, 3], &[1.0, 0.0, 0.5]),
        double(&[1, 3], &[0.1, -0.4, 0.8]),
    ];
    let families = |p: &[Tensor<2>]| {
        let full = build(MultivariateNormal::new)(&p[..2]);
        (full, Normal::from_log_std(p[2].clone(), p[3].clone()))
    };
    let (full, normal) = families(&inputs);
    let other = MultivariateNormal::from_normal(&normal);
    let number = |kl: Tensor<1>| kl.into_scalar::<f64>();
    assert!((number(full.kl_divergence(&normal)) - number(full.kl_divergence(&other))).abs() < 1e-12);
    assert!((number(normal.kl_divergence(&full)) - number(other.kl_divergence(&full))).abs() < 1e-12);
    let tolerance = Tolerance { relative: 1e-4, absolute: 2e-5 };
    let forward = |p: &[Tensor<2>]| families(p).0.kl_divergence(&families(p).1);
    let reverse = |p: &[Tensor<2>]| families(p).1.kl_divergence(&families(p).0);
    check_gradients(&inputs, forward, tolerance).expect("the gradient to a normal distribution");
    check_gradients(&inputs, reverse, tolerance).expect("the gradient from a normal distribution");
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let mean = double(&[4, 2], &[1e6, -1e6, 0.0, 0.0, 1.0, 1.0, 0.0, 3.0]);
    let matrices = double(
        &[4, 4],
        &[-15.0, 0.0, 0.0, 50.0, 50.0, 0.0, 1e6, 1e6, 1.0, 0.0, 1e4, -9.0, -15.0, 0.0, 0.0, -15.0],
    );
    Conformance::joint(&[mean, matrices], build(MultivariateNormal::from_unconstrained))
        .finite("log_prob", |q| q.log_prob(&Tensor::zeros([1, 2], &Device::flex())))
        .finite("entropy", Entropy::entropy)
        .finite("KL to the standard normal", |q| q.kl_divergence(&Normal::standard(1, 2, &Device::flex())))
        .finite("KL from the standard normal", |p| Normal::standard(1, 2, &Device::flex()).kl_divergence(p))
        .finite("rsample_with_log_prob", |q| {
            let (value, log_prob) = q.rsample_with_log_prob(&Rng::seed(1));
            value.sum_dim(1).reshape([4]) + log_prob
        })
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/multivariate_normal.json"));
    let d = 3;
    let matrices = |name| Ok::<_, GoldenError>(table.tensor(name, d * d)?.reshape([-1, 3, 3]));
    let (mean, covariance) = (table.tensor("mean", d)?, matrices("covariance")?);
    let q = MultivariateNormal::from_covariance(mean, covariance);
    let p =
        MultivariateNormal::from_covariance(table.tensor("other_mean", d)?, matrices("other_covariance")?);
    table.compare("log_prob", &q.log_prob(&table.tensor("x", d)?), TOLERANCE)?;
    table.compare("entropy", &q.entropy(), TOLERANCE)?;
    table.compare("kl", &q.kl_divergence(&p), TOLERANCE)?;
    let standard = Normal::standard(1, d, &Device::flex());
    table.compare("kl_to_standard", &q.kl_divergence(&standard), TOLERANCE)?;
    table.compare("kl_from_standard", &standard.kl_divergence(&q), TOLERANCE)
}

#[test]
fn a_covariance_that_is_none_spoils_its_row_alone() {
    let covariance =
        Tensor::<3>::from_data([[[1.0f32, 2.0], [2.0, 1.0]], [[2.0, 1.0], [1.0, 2.0]]], &Device::flex());
    let family = MultivariateNormal::from_covariance(Tensor::zeros([2, 2], &Device::flex()), covariance);
    let log_prob: Vec<f32> =
        family.log_prob(&Tensor::zeros([1, 2], &Device::flex())).into_data().iter().collect();
    assert!(log_prob[0].is_nan() && log_prob[1].is_finite());
}

#[test]
#[should_panic(expected = "a factor of shape [3, 2, 2] does not fit a mean of shape [2, 2]")]
fn a_factor_of_another_shape_is_refused() {
    MultivariateNormal::new(Tensor::zeros([2, 2], &Device::flex()), Tensor::ones([3, 2, 2], &Device::flex()));
}
