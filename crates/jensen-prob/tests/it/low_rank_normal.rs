use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Distribution, Entropy, KlDivergence, LowRankNormal, MultivariateNormal, Normal, Reparameterized, Rng,
};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Tolerance, check_gradients, double};

use crate::golden;

/// From `[rows, d]`, `[rows, d]` and `[rows, d · rank]`.
fn build(p: &[Tensor<2>]) -> LowRankNormal {
    let ([rows, d], [_, width]) = (p[0].dims(), p[2].dims());
    LowRankNormal::new(
        Normal::from_log_std(p[0].clone(), p[1].clone()),
        p[2].clone().reshape([rows, d, width / d]),
    )
}

fn parameters() -> [Tensor<2>; 3] {
    [
        double(&[3, 2], &[0.0, 1.5, -2.0, 0.3, 0.5, -0.7]),
        double(&[3, 2], &[0.0, -0.5, 0.3, 0.1, -0.2, 0.7]),
        double(&[3, 2], &[1.0, 0.8, -0.6, 0.7, 1.2, 2.0]),
    ]
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    Conformance::joint(&parameters(), build)
        .normalisation_in_the_plane(-20.0, 20.0, 401)
        .basics()
        .moments()
        .entropy_and_gradients()
        .divergence()
        .value_gradients()
        .reparameterized()
        .verdict()
}

/// More directions than dimensions are allowed, and a factor may be shared.
#[test]
fn it_is_the_normal_distribution_of_its_covariance() {
    let device = Device::flex();
    let noise = |seed, shape: [usize; 2]| Rng::seed(seed).normal(shape, &device);
    for (factors, rank) in [(4, 1), (4, 5), (1, 2)] {
        let diagonal = Normal::from_log_std(noise(1, [4, 3]), noise(2, [4, 3]));
        let factor = noise(3, [factors * 3, rank]).reshape([factors, 3, rank]);
        let (low_rank, p) =
            (LowRankNormal::new(diagonal, factor), Normal::from_log_std(noise(5, [4, 3]), noise(6, [4, 3])));
        let full = low_rank.to_full();
        let near = |a: Tensor<1>, b: Tensor<1>| {
            assert_eq!(a.dims(), b.dims());
            assert!(a.clone().all_close(b.clone(), Some(2e-5), Some(2e-5)), "{a} is not {b}");
        };
        let x = noise(4, [8, 3]);
        near(low_rank.log_prob(&x), full.log_prob(&x));
        near(low_rank.entropy(), full.entropy());
        near(low_rank.kl_divergence(&p), full.kl_divergence(&p));
        near(p.kl_divergence(&low_rank), p.kl_divergence(&full));
        // To and from a full covariance, of a factor for each row or one for all, of as many rows or more.
        for (rows, own) in [(4, 4), (4, 1), (1, 1), (8, 8)] {
            let other = MultivariateNormal::from_unconstrained(
                noise(7, [rows, 3]),
                noise(8, [own * 3, 3]).reshape([own, 3, 3]),
            );
            near(low_rank.kl_divergence(&other), full.kl_divergence(&other));
            near(other.kl_divergence(&low_rank), other.kl_divergence(&full));
        }
        near(low_rank.kl_divergence(&full), full.kl_divergence(&full));
        near(full.kl_divergence(&low_rank), full.kl_divergence(&full));
        let prior = Normal::standard(1, 3, &device);
        near(low_rank.kl_divergence(&prior), full.kl_divergence(&prior));
        near(prior.kl_divergence(&low_rank), prior.kl_divergence(&full));
    }
}

#[test]
fn divergences_with_a_normal_distribution_have_their_gradients() {
    let [mean, log_std, factor] = parameters();
    let inputs = [mean.clone(), log_std.clone(), factor, mean * 0.7 + 0.2, log_std + 0.3];
    let families = |p: &[Tensor<2>]| (build(&p[..3]), Normal::from_log_std(p[3].clone(), p[4].clone()));
    let tolerance = Tolerance { relative: 1e-4, absolute: 2e-5 };
    let forward = |p: &[Tensor<2>]| families(p).0.kl_divergence(&families(p).1);
    let reverse = |p: &[Tensor<2>]| families(p).1.kl_divergence(&families(p).0);
    check_gradients(&inputs, forward, tolerance).expect("the gradient to a normal distribution");
    check_gradients(&inputs, reverse, tolerance).expect("the gradient from a normal distribution");
    let families = |p: &[Tensor<2>]| (families(p).0, MultivariateNormal::from_normal(&families(p).1));
    let forward = |p: &[Tensor<2>]| families(p).0.kl_divergence(&families(p).1);
    let reverse = |p: &[Tensor<2>]| families(p).1.kl_divergence(&families(p).0);
    check_gradients(&inputs, forward, tolerance).expect("the gradient to a full covariance");
    check_gradients(&inputs, reverse, tolerance).expect("the gradient from a full covariance");
}

/// Along an axis 1e4 deviations long, a difference of squares would have lost all digits.
#[test]
fn a_value_on_a_long_axis_keeps_its_density() {
    let device = Device::flex();
    let one = |x: f32| Tensor::<2>::full([1, 2], x, &device);
    let factor = Tensor::<3>::full([1, 2, 1], 1e4, &device);
    let family = LowRankNormal::new(Normal::new(one(0.0), one(1.0)), factor);
    // Σ = I + 1e8 · 1 1ᵀ, x = 2e4 · 1: xᵀΣ⁻¹x = 8e8/(1 + 2e8) and |Σ| = 1 + 2e8.
    let expected = -0.5 * (8e8 / (1.0 + 2e8) + (1.0 + 2e8f64).ln()) - std::f64::consts::TAU.ln();
    let log_prob = f64::from(family.log_prob(&one(2e4)).into_scalar::<f32>());
    assert!((log_prob - expected).abs() < 1e-4, "{log_prob}, not {expected}");
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let mean = double(&[4, 2], &[1e6, -1e6, 0.0, 0.0, 1.0, 1.0, 0.0, 3.0]);
    let log_std = double(&[4, 2], &[-15.0, -15.0, 15.0, -15.0, 15.0, 15.0, -10.0, 0.0]);
    let factor = double(&[4, 2], &[1.0, 0.0, 1e3, 1e-3, 1e-6, 1e-6, 0.0, 0.0]);
    Conformance::joint(&[mean, log_std, factor], build)
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
    let table = golden(include_str!("../references/low_rank_normal.json"));
    let tolerance = Tolerance { relative: 5e-6, absolute: 5e-6 };
    let normal = Normal::new(table.tensor("mean", 4)?, table.tensor("std", 4)?);
    let q = LowRankNormal::new(normal, table.tensor("factor", 8)?.reshape([3, 4, 2]));
    let turn = |t: Tensor<2>| Tensor::cat(vec![t.clone().narrow(0, 2, 1), t.narrow(0, 0, 2)], 0);
    let normal = Normal::new(turn(table.tensor("mean", 4)?), turn(table.tensor("std", 4)?));
    let p = LowRankNormal::new(normal, turn(table.tensor("factor", 8)?).reshape([3, 4, 2]));
    table.compare("log_prob", &q.log_prob(&table.tensor("x", 4)?), tolerance)?;
    table.compare("entropy", &q.entropy(), tolerance)?;
    table.compare("kl", &q.kl_divergence(&p), tolerance)?;
    let standard = Normal::standard(1, 4, &Device::flex());
    table.compare("kl_to_standard", &q.kl_divergence(&standard), tolerance)?;
    table.compare("kl_from_standard", &standard.kl_divergence(&q), tolerance)
}

#[test]
#[should_panic(expected = "a factor of shape [3, 2, 1] does not fit a mean of shape [2, 2]")]
fn a_factor_of_another_shape_is_refused() {
    LowRankNormal::new(Normal::standard(2, 2, &Device::flex()), Tensor::ones([3, 2, 1], &Device::flex()));
}
