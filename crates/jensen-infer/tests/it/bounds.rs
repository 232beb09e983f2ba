//! Every bound on a model whose evidence is known.

use burn::tensor::{Device, Tensor, TensorData};
use jensen_infer::estimator::Surrogate;
use jensen_infer::evaluation::{self, ImportanceSampling, importance_weighted};
use jensen_infer::objective::{
    Divergence, DivergenceForm, Elbo, Iwae, Objective, Renyi, Terms, Thermodynamic,
};
use jensen_infer::{Estimator, Evidence, InferError, Pathwise, Problem, Sampling};
use jensen_prob::Rng;

use crate::linear_gaussian::{LinearGaussian, LinearModel, log_evidence, posterior};

const EXAMPLES: [[f64; 3]; 3] = [[0.5, -1.0, 0.2], [2.0, 3.0, -1.0], [0.0, 0.0, 0.0]];
const ROWS: [u64; 3] = [4, 17, 5];

fn evidence(repeat: usize, rows: &[u64]) -> Evidence<'_, LinearModel> {
    let observation = Tensor::<2>::from_data(EXAMPLES, &Device::flex()).repeat_dim(0, repeat);
    Evidence { observation, condition: (), rows, log_jacobian: &[0.0; 256][..rows.len()] }
}

fn elbo_mc() -> Elbo {
    Elbo { divergence: DivergenceForm::Sampled, ..Elbo::new() }
}

fn surrogate(
    objective: &dyn Objective,
    module: &LinearGaussian,
    sampling: Sampling<'_>,
) -> Result<Surrogate, InferError> {
    let evidence = evidence(1, &ROWS);
    let (model, guide) = (&module.model, &module.guide);
    Pathwise.surrogate(&Problem { objective, model, guide, evidence: &evidence, sampling })
}

fn value(objective: &dyn Objective, module: &LinearGaussian, seed: u64) -> Vec<f64> {
    let surrogate = surrogate(objective, module, Sampling { rng: Rng::seed(seed), warm_up: 1.0 })
        .expect("the guide has what the objectives need");
    surrogate.bound.into_data().iter::<f64>().collect()
}

/// At the exact posterior every importance weight is `p(x)`: no variance, no gap.
#[test]
fn bounds_are_the_evidence_at_the_exact_posterior() {
    let module = LinearGaussian::exact(&Device::flex());
    let tvo = Thermodynamic { samples: 5, intervals: 3, first: 0.1 };
    let objectives: [&dyn Objective; 6] =
        [&elbo_mc(), &Iwae::new(1), &Iwae::new(7), &Renyi::new(5, 0.5), &Renyi::new(5, -1.0), &tvo];
    for objective in objectives {
        for (bound, x) in value(objective, &module, 3).into_iter().zip(&EXAMPLES) {
            let expected = log_evidence(x);
            assert!((bound - expected).abs() < 2e-5, "{}: {bound}, not {expected}", objective.name());
        }
    }
}

/// Means over seeds with their standard errors.
fn estimate(objective: &dyn Objective, module: &LinearGaussian) -> Vec<(f64, f64)> {
    let seeds = 1500;
    let draws: Vec<Vec<f64>> = (0..seeds).map(|seed| value(objective, module, seed)).collect();
    let n = f64::from(u32::try_from(seeds).expect("few"));
    let statistics = |i: usize| {
        let mean = draws.iter().map(|d| d[i]).sum::<f64>() / n;
        let variance = draws.iter().map(|d| (d[i] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, (variance / n).sqrt())
    };
    (0..EXAMPLES.len()).map(statistics).collect()
}

/// `E[ELBO] = log p(x) − KL(q ‖ p(z | x))`, exactly; five standard errors, false alarm 6e-7 a check.
#[test]
fn the_gap_of_the_elbo_is_the_divergence_from_the_exact_posterior() {
    let (shift, factor) = (0.3, 1.4);
    let module = LinearGaussian::exact(&Device::flex()).with_wrong_guide(shift, factor);
    let exact = Elbo { samples: 4, ..Elbo::new() };
    for objective in [&elbo_mc(), &exact] {
        for ((mean, error), x) in estimate(objective, &module).into_iter().zip(&EXAMPLES) {
            let kl = |(_, std): (f64, f64)| {
                0.5 * (factor * factor + (shift / std).powi(2) - 1.0) - f64::ln(factor)
            };
            let expected = log_evidence(x) - posterior(x).into_iter().map(kl).sum::<f64>();
            assert!((mean - expected).abs() < 5.0 * error + 1e-4, "{mean} ± {error}, not {expected}");
        }
    }
}

/// `E[ELBO] ≤ E[IWAE-2] ≤ E[IWAE-8] ≤ log p(x)`; each gap is many standard errors wide here.
#[test]
fn bounds_rise_with_samples_to_the_evidence() {
    let module = LinearGaussian::exact(&Device::flex()).with_wrong_guide(0.3, 1.4);
    let bounds =
        [estimate(&elbo_mc(), &module), estimate(&Iwae::new(2), &module), estimate(&Iwae::new(8), &module)];
    for (i, x) in EXAMPLES.iter().enumerate() {
        for pair in bounds.windows(2) {
            let ((low, low_error), (high, high_error)) = (pair[0][i], pair[1][i]);
            assert!(
                low + 3.0 * (low_error + high_error) < high,
                "{low} ± {low_error} below {high} ± {high_error}"
            );
        }
        let (best, error) = bounds[2][i];
        assert!(best < log_evidence(x) + 5.0 * error, "{best} ± {error} is above {}", log_evidence(x));
    }
}

#[test]
fn one_importance_sample_is_the_sampled_elbo() {
    let module = LinearGaussian::exact(&Device::flex()).with_wrong_guide(0.3, 1.4);
    assert_eq!(value(&elbo_mc(), &module, 1), value(&Iwae::new(1), &module, 1));
}

#[test]
fn beta_warm_up_and_free_bits_change_the_divergence_alone() {
    let module = LinearGaussian::exact(&Device::flex()).with_wrong_guide(0.3, 1.4);
    let bounds = |objective: &Elbo, warm_up: f64| {
        let sampling = Sampling { rng: Rng::seed(1), warm_up };
        let s = surrogate(objective, &module, sampling).expect("valid");
        let vector = |t: Tensor<1>| t.into_data().iter::<f64>().collect::<Vec<_>>();
        (vector(s.bound), vector(s.terms.reconstruction()), vector(s.terms.kl()))
    };
    let (plain, reconstruction, kl) = bounds(&Elbo::new(), 1.0);
    let (relaxed, ..) = bounds(&Elbo { beta: 3.0, ..Elbo::new() }, 0.5);
    let (free, ..) = bounds(&Elbo { free_bits: 50.0, ..Elbo::new() }, 1.0);
    for i in 0..3 {
        assert!((plain[i] - (reconstruction[i] - kl[i])).abs() < 1e-4);
        assert!((relaxed[i] - (reconstruction[i] - 1.5 * kl[i])).abs() < 1e-4);
        assert!((free[i] - (reconstruction[i] - 100.0)).abs() < 1e-3, "two dimensions, 50 nats each");
    }
}

/// `Σ_d max(λ, mean_batch KL_d)` with λ between the two, and no gradient from what is below it.
#[test]
fn free_bits_count_the_mean_over_the_batch_of_each_dimension() {
    let device = Device::flex().autodiff();
    let kl = Tensor::<2>::from_data([[0.2, 4.0], [1.2, 0.5]], &device).require_grad();
    let log_likelihood = Tensor::<2>::from_data([[-3.0, -5.0]], &Device::flex());
    let terms = Terms { log_likelihood, divergence: Divergence::Exact(kl.clone()) };
    let bound = Elbo { free_bits: 1.0, beta: 2.0, ..Elbo::new() }.bound(&terms, 0.5);
    let gradients = bound.clone().mean().backward();
    let vector = |data: TensorData| data.iter::<f64>().collect::<Vec<_>>();
    assert_eq!(vector(bound.into_data()), [-3.0 - 1.0 - 2.25, -5.0 - 1.0 - 2.25]);
    assert_eq!(vector(kl.grad(&gradients).expect("a gradient").into_data()), [0.0, -0.5, 0.0, -0.5]);
}

#[test]
fn an_objective_that_needs_an_exact_kl_refuses_a_guide_without_one() {
    let mut module = LinearGaussian::exact(&Device::flex());
    module.guide.has_exact_kl = false;
    let sampling = Sampling { rng: Rng::seed(1), warm_up: 1.0 };
    let error = surrogate(&Elbo::new(), &module, sampling);
    assert!(matches!(error, Err(InferError::NoExactKl { objective: "elbo", .. })), "{error:?}");
    assert!(surrogate(&elbo_mc(), &module, sampling).is_ok());
}

/// Exactly K samples: neither the chunk nor the batch moves a draw.
#[test]
fn importance_sampling_does_not_depend_on_how_it_is_batched() {
    let module = LinearGaussian::exact(&Device::flex()).with_wrong_guide(0.3, 1.4);
    let run = |rows_at_once| {
        let sampling = ImportanceSampling { samples: 101, rows_at_once };
        importance_weighted(&module, &evidence(1, &ROWS), sampling, Rng::seed(9))
    };
    let whole = run(10_000);
    for rows_at_once in [1, 3, 7, 50] {
        for (a, b) in whole.iter().zip(run(rows_at_once)) {
            assert!((a - b).abs() < 1e-5, "{a} and {b} at {rows_at_once} rows at once");
        }
    }
    let alone = Evidence {
        observation: Tensor::from_data([EXAMPLES[1]], &Device::flex()),
        condition: (),
        rows: &ROWS[1..2],
        log_jacobian: &[2.5],
    };
    let sampling = ImportanceSampling { samples: 101, rows_at_once: 10 };
    let shifted = importance_weighted(&module, &alone, sampling, Rng::seed(9))[0];
    assert!((shifted - 2.5 - whole[1]).abs() < 1e-5, "the Jacobian is added, the draws are the same");
}

#[test]
fn importance_sampling_finds_the_evidence() {
    let module = LinearGaussian::exact(&Device::flex()).with_wrong_guide(0.1, 1.2);
    let sampling = ImportanceSampling { samples: 20_000, rows_at_once: 4096 };
    for (estimate, x) in
        importance_weighted(&module, &evidence(1, &ROWS), sampling, Rng::seed(2)).iter().zip(&EXAMPLES)
    {
        // The weights' relative deviation is below 1 here, so the standard error is below 0.007.
        assert!((estimate - log_evidence(x)).abs() < 0.035, "{estimate}, not {}", log_evidence(x));
    }
}

#[test]
fn measured_sums_agree_with_the_bounds_of_each_example() {
    let module = LinearGaussian::exact(&Device::flex());
    let bounds = evaluation::bounds(&module, &evidence(1, &ROWS), Rng::seed(4));
    let metrics = evaluation::measure(&module, &evidence(1, &ROWS), Rng::seed(4));
    let mean = bounds.iter().map(|b| b.elbo()).sum::<f64>() / 3.0;
    assert!((metrics.mean("elbo").expect("measured") - mean).abs() < 1e-12);
    let first = metrics.mean_per_dim("posterior_mean").expect("measured");
    let expected = EXAMPLES.iter().map(|x| posterior(x)[0].0).sum::<f64>() / 3.0;
    assert!((first[0] - expected).abs() < 1e-5);
}

/// For the same samples: Rényi bounds rise as α falls, from the ELBO to the importance-weighted bound and beyond; thermodynamic
/// ones lie between the ELBO and it too, and rise with the intervals.
#[test]
fn bounds_of_the_same_samples_are_ordered() {
    let module = LinearGaussian::exact(&Device::flex()).with_wrong_guide(0.3, 1.4);
    let elbo = Elbo { samples: 9, ..elbo_mc() };
    let tvo = |intervals| Thermodynamic { samples: 9, intervals, first: 0.1 };
    let renyi: [&dyn Objective; 5] =
        [&elbo, &Renyi::new(9, 0.9), &Renyi::new(9, 0.3), &Iwae::new(9), &Renyi::new(9, -1.0)];
    let thermodynamic: [&dyn Objective; 5] = [&elbo, &tvo(2), &tvo(5), &tvo(50), &Iwae::new(9)];
    for seed in 0..20 {
        for ladder in [renyi, thermodynamic] {
            let values: Vec<_> = ladder.map(|objective| value(objective, &module, seed)).to_vec();
            for pair in values.windows(2) {
                assert!(pair[0].iter().zip(&pair[1]).all(|(low, high)| low < &(high + 1e-4)), "{values:?}");
            }
        }
        let same = |a: Vec<f64>, b: Vec<f64>| a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-4);
        assert!(same(value(&tvo(1), &module, seed), value(&elbo, &module, seed)));
        assert!(same(value(&Renyi::new(9, 0.0), &module, seed), value(&Iwae::new(9), &module, seed)));
        assert!(same(value(&Renyi::new(9, 1.0 - 1e-6), &module, seed), value(&elbo, &module, seed)));
    }
}

/// `E[exp(2 · bound)] / p(x)² = exp D_2(p(z|x) ‖ q)`, which for normals with `s² < 2τ²` is known: the exponential of twice the χ bound is
/// unbiased. Five standard errors.
#[test]
fn the_chi_bound_is_above_the_evidence_by_half_a_divergence() {
    let (shift, factor) = (0.1, 1.3);
    let module = LinearGaussian::exact(&Device::flex()).with_wrong_guide(shift, factor);
    let sampling = ImportanceSampling { samples: 8, rows_at_once: 100 };
    let bounds: Vec<Vec<f64>> = (0..4000)
        .map(|seed| evaluation::chi_upper_bound(&module, &evidence(1, &ROWS), sampling, Rng::seed(seed)))
        .collect();
    for (i, x) in EXAMPLES.iter().enumerate() {
        let excess = |(_, std): (f64, f64)| {
            // In units of the posterior's deviation.
            let (shift, star) = (shift / std, 2.0 * factor * factor - 1.0);
            f64::ln(factor) + 0.5 * (factor * factor / star).ln() + shift * shift / star
        };
        let divergence: f64 = posterior(x).into_iter().map(excess).sum();
        let ratios = bounds.iter().map(|bound| (2.0 * (bound[i] - log_evidence(x))).exp());
        let estimate = jensen_testing::MonteCarlo::of(ratios.collect::<Vec<_>>());
        assert!(estimate.agrees(divergence.exp(), 5.0, 1e-5), "{estimate:?}, not {}", divergence.exp());
    }
}

/// The three parts add up to the divergence at the same samples, and where all posteriors are one nothing is said of the
/// examples.
#[test]
fn the_divergence_is_decomposed() {
    let module = LinearGaussian::exact(&Device::flex());
    let parts = evaluation::decomposition(&module, &evidence(1, &ROWS), Rng::seed(2));
    let divergence = {
        let s = surrogate(&elbo_mc(), &module, Sampling { rng: Rng::seed(2), warm_up: 1.0 }).expect("valid");
        s.terms.kl().into_data().iter::<f64>().sum::<f64>() / 3.0
    };
    assert!((parts.kl() - divergence).abs() < 1e-4, "{parts:?}, not {divergence}");
    assert!(parts.mutual_information > 0.3 && parts.mutual_information <= 3f64.ln() + 1e-6, "{parts:?}");

    let same = Evidence {
        observation: Tensor::from_data([EXAMPLES[0]; 3], &Device::flex()),
        condition: (),
        rows: &ROWS,
        log_jacobian: &[0.0; 3],
    };
    let parts = evaluation::decomposition(&module, &same, Rng::seed(2));
    assert!(parts.mutual_information.abs() < 1e-5 && parts.total_correlation.abs() < 1e-5, "{parts:?}");
}
