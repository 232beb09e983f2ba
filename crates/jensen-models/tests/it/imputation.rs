//! Missing entries of a model whose conditional distributions are known: without hidden layers a
//! table of real columns is factor analysis, `z ~ N(0, I)`, `x ~ N(W z + b, diag σ²)`.

use burn::tensor::{Device, Tensor};
use jensen_data::{Column, ColumnKind, TableSchema};
use jensen_infer::estimator::Sampling;
use jensen_infer::evaluation::{self, ImportanceSampling, Imputation, ImputationSampling};
use jensen_infer::objective::Iwae;
use jensen_infer::{Estimator, Evidence, Pathwise, Problem, parameters};
use jensen_models::likelihood::LikelihoodConfig;
use jensen_models::nets::{Activation, NetConfig};
use jensen_models::{Vae, VaeConfig};
use jensen_prob::Rng;
use jensen_testing::MonteCarlo;

const NAN: f32 = f32::NAN;
/// The second of three columns is missing.
const OBSERVED: [usize; 2] = [0, 2];
const MISSING: usize = 1;
const ROW: [f32; 3] = [0.8, NAN, -1.3];

fn factor_analysis() -> Vae {
    let column =
        |name: &str| Column { name: name.to_owned(), kind: ColumnKind::Real { mean: 0.0, std: 1.0 } };
    let config = VaeConfig {
        latent_dim: 2,
        net: NetConfig::Mlp { hidden: vec![], activation: Activation::Tanh },
        likelihood: LikelihoodConfig::Table { min_std: 0.7 },
        ..VaeConfig::default()
    };
    let schema = TableSchema { columns: ["a", "b", "c"].map(column).to_vec() };
    config.init_table(&schema, &Rng::seed(5), &Device::flex()).expect("valid")
}

/// `W`, one row a column of the table, and `σ²`, which `log_spread = 0` makes `0.7² + 1`.
fn loadings(vae: &Vae) -> ([[f64; 2]; 3], f64) {
    let weights = parameters(vae);
    let find = |name: &str| -> Vec<f64> {
        let (_, data) = weights.iter().find(|(path, _)| *path == name).expect("a weight");
        data.iter::<f64>().collect()
    };
    assert!(find("decoder.output.bias").iter().chain(&find("decoder.log_spread")).all(|&x| x == 0.0));
    let w = find("decoder.output.weight"); // as PyTorch has it, [outputs, inputs]
    (std::array::from_fn(|i| [w[2 * i], w[2 * i + 1]]), 1.49)
}

/// `log p(x_obs)` and mean and variance of `x_mis | x_obs`, from `Cov(x) = W Wᵀ + σ² I`.
fn exact(vae: &Vae) -> (f64, f64, f64) {
    let (w, variance) = loadings(vae);
    let covariance =
        |i: usize, j: usize| w[i][0] * w[j][0] + w[i][1] * w[j][1] + if i == j { variance } else { 0.0 };
    let [i, j] = OBSERVED;
    let x = [f64::from(ROW[i]), f64::from(ROW[j])];
    let (a, b, c) = (covariance(i, i), covariance(i, j), covariance(j, j));
    let determinant = a * c - b * b;
    let solve = |y: [f64; 2]| [(c * y[0] - b * y[1]) / determinant, (a * y[1] - b * y[0]) / determinant];
    let dot = |p: [f64; 2], q: [f64; 2]| p[0] * q[0] + p[1] * q[1];
    let cross = [covariance(MISSING, i), covariance(MISSING, j)];
    let log_density = -0.5 * dot(x, solve(x)) - 0.5 * determinant.ln() - std::f64::consts::TAU.ln();
    (log_density, dot(cross, solve(x)), covariance(MISSING, MISSING) - dot(cross, solve(cross)))
}

static ZEROS: [f64; 4000] = [0.0; 4000];

/// The same row as many examples, each with random numbers of its own.
fn repeated(rows: &[u64]) -> Evidence<'_, Vae> {
    let observation = Tensor::<2>::from_data([ROW], &Device::flex()).repeat_dim(0, rows.len());
    Evidence { observation, condition: (), rows, log_jacobian: &ZEROS[..rows.len()] }
}

fn rows(count: u64) -> Vec<u64> {
    (0..count).collect()
}

fn impute(vae: &Vae, rows: &[u64], samples: usize, draws: usize, rows_at_once: usize) -> Imputation {
    let sampling = ImputationSampling { samples, draws, rows_at_once };
    evaluation::impute(vae, &repeated(rows), sampling, Rng::seed(8))
}

fn missing_column(values: Tensor<2>) -> Vec<f64> {
    values.into_data().iter::<f64>().skip(MISSING).step_by(3).collect()
}

/// Self-normalised weights are biased by `O(1/K)`: the mean over repetitions is within five standard
/// errors (false alarm 6e-7) and `5/K` of the exact conditional mean, and ten times the samples bring
/// its deviation down by `√10`.
#[test]
fn a_prediction_converges_to_the_conditional_mean() {
    let vae = factor_analysis();
    let (_, mean, _) = exact(&vae);
    let repetitions = rows(100);
    let spread = |samples: usize| {
        let predictions = missing_column(impute(&vae, &repetitions, samples, 0, 50_000).prediction);
        let estimate = MonteCarlo::of(predictions);
        assert!(
            estimate.agrees(mean, 5.0, 5.0 / samples as f64),
            "K = {samples}: {} ± {}, not {mean}",
            estimate.mean,
            estimate.standard_error
        );
        estimate.standard_error
    };
    let (few, many) = (spread(300), spread(3000));
    assert!((2.2..4.5).contains(&(few / many)), "ten times the samples: {few} to {many}");
}

/// Draws have the mean and the variance of `x_mis | x_obs`, not those of the average over `z`.
#[test]
fn draws_have_the_conditional_distribution() {
    let vae = factor_analysis();
    let (_, mean, variance) = exact(&vae);
    let imputation = impute(&vae, &rows(500), 500, 4, 50_000);
    let draws = missing_column(imputation.draws.expect("asked for"));
    assert_eq!(draws.len(), 2000);
    let average = MonteCarlo::of(draws.iter().copied());
    assert!(average.agrees(mean, 5.0, 0.01), "{} ± {}, not {mean}", average.mean, average.standard_error);
    let spread = MonteCarlo::of(draws.iter().map(|x| (x - mean).powi(2)));
    assert!(
        spread.agrees(variance, 5.0, 0.01),
        "{} ± {}, not {variance}",
        spread.mean,
        spread.standard_error
    );
    assert!(imputation.effective_samples.iter().all(|&worth| (10.0..=500.0).contains(&worth)));
}

/// Neither the number decoded at once nor the other rows of the batch move a draw.
#[test]
fn an_imputation_does_not_depend_on_how_it_is_batched() {
    let vae = factor_analysis();
    let values = |imputation: Imputation| -> Vec<f64> {
        let draws = imputation.draws.expect("asked for");
        imputation.prediction.into_data().iter::<f64>().chain(draws.into_data().iter::<f64>()).collect()
    };
    let whole = values(impute(&vae, &[3, 9], 101, 2, 10_000));
    for at_once in [1, 3, 14] {
        let parts = values(impute(&vae, &[3, 9], 101, 2, at_once));
        assert!(whole.iter().zip(&parts).all(|(a, b)| (a - b).abs() < 1e-5), "{at_once} rows at once");
    }
    let alone = values(impute(&vae, &[9], 101, 2, 10_000));
    let second: Vec<f64> = [1, 3, 5].iter().flat_map(|&row| whole[row * 3..row * 3 + 3].to_vec()).collect();
    assert!(alone.iter().zip(second).all(|(a, b)| (a - b).abs() < 1e-5), "{alone:?}");
}

/// The importance-weighted bound with a likelihood of the observed entries is MIWAE's (Mattei &
/// Frellsen 2019): `ELBO ≤ IWAE-2 ≤ IWAE-16 ≤ log p(x_obs)`, each gap many standard errors wide,
/// and tight as the samples grow.
#[test]
fn the_training_bound_is_one_on_the_observed_part() {
    let vae = factor_analysis();
    let (evidence_exact, ..) = exact(&vae);
    let repetitions = rows(4000);
    let bound = |samples: usize| {
        let sampling = Sampling { rng: Rng::seed(2), warm_up: 1.0 };
        let (objective, evidence) = (Iwae::new(samples), repeated(&repetitions));
        let (model, guide) = (&vae, &vae);
        let problem = Problem { objective: &objective, model, guide, evidence: &evidence, sampling };
        let surrogate = Pathwise.surrogate(&problem).expect("valid");
        MonteCarlo::of(surrogate.bound.into_data().iter::<f64>().collect::<Vec<_>>())
    };
    let bounds = [1, 2, 16].map(bound);
    for pair in bounds.windows(2) {
        let gap = 3.0 * (pair[0].standard_error + pair[1].standard_error);
        assert!(pair[0].mean + gap < pair[1].mean, "{} below {}", pair[0].mean, pair[1].mean);
    }
    assert!(bounds[2].mean < evidence_exact, "{} is above {evidence_exact}", bounds[2].mean);
    let sampling = ImportanceSampling { samples: 50_000, rows_at_once: 50_000 };
    let tight = evaluation::importance_weighted(&vae, &repeated(&[7]), sampling, Rng::seed(3))[0];
    assert!((tight - evidence_exact).abs() < 0.03, "{tight}, not {evidence_exact}");
}
