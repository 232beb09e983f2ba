//! The bound against the evidence itself, by closed forms and by a sum over all assignments.

use jensen_kernels::scalar::log_gamma;
use jensen_models::mixture::{
    Arrays, BayesianMixture, Covariance, ExpectationMaximisation, Fitted, NormalWishart, Rows, Statistics,
    WeightPrior,
};
use jensen_random::Rng;

use super::{WEIGHT_PRIORS, bound, prior};
use crate::mixture::{KINDS, clusters, finder};

type Row = [f64; 2];

/// `log ∫ Π N(x; μ, λ⁻¹) p(μ | λ) p(λ)`, the columns having one precision and a mean each; values that are no numbers
/// are not there.
fn scalar_evidence(prior: &NormalWishart, columns: &[(usize, Vec<f64>)], s0: f64) -> f64 {
    let (beta, mut nu, mut s, mut log) = (prior.mean_precision(), prior.degrees_of_freedom(), s0, 0.0);
    log += 0.5 * nu * s0.ln() - log_gamma(0.5 * nu);
    for (column, values) in columns {
        let seen: Vec<_> = values.iter().filter(|value| !value.is_nan()).collect();
        let n = seen.len() as f64;
        let mean = if n > 0.0 { seen.iter().copied().sum::<f64>() / n } else { 0.0 };
        s += seen.iter().map(|value| (*value - mean).powi(2)).sum::<f64>();
        s += beta * n / (beta + n) * (mean - prior.mean()[*column]).powi(2);
        nu += n;
        log += 0.5 * (beta / (beta + n)).ln() - 0.5 * n * std::f64::consts::PI.ln();
    }
    log - 0.5 * nu * s.ln() + log_gamma(0.5 * nu)
}

/// The same of two columns with one matrix for all clusters.
fn matrix_evidence(prior: &NormalWishart, clusters: &[Vec<Row>]) -> f64 {
    let (beta, mut nu, m0) = (prior.mean_precision(), prior.degrees_of_freedom(), prior.mean());
    let [mut a, mut b, mut c] = [prior.scatter()[0], prior.scatter()[1], prior.scatter()[3]];
    let log_gammas = |nu: f64| log_gamma(0.5 * nu) + log_gamma(0.5 * (nu - 1.0));
    let mut log = 0.5 * nu * (a * c - b * b).ln() - log_gammas(nu);
    for rows in clusters {
        let n = rows.len() as f64;
        let mean = [0, 1].map(|j| rows.iter().map(|row| row[j]).sum::<f64>() / n.max(1.0));
        let off = rows.iter().map(|row| ([row[0] - mean[0], row[1] - mean[1]], 1.0));
        let between = ([mean[0] - m0[0], mean[1] - m0[1]], beta * n / (beta + n));
        for (v, weight) in off.chain([between]) {
            a += weight * v[0] * v[0];
            b += weight * v[0] * v[1];
            c += weight * v[1] * v[1];
        }
        nu += n;
        log += (beta / (beta + n)).ln() - n * std::f64::consts::PI.ln();
    }
    log - 0.5 * nu * (a * c - b * b).ln() + log_gammas(nu)
}

/// `log p(x | z)`.
fn given_assignment(prior: &NormalWishart, clusters: &[Vec<Row>]) -> f64 {
    let column = |rows: &[Row], j: usize| (j, rows.iter().map(|row| row[j]).collect::<Vec<_>>());
    let each = |log: &dyn Fn(&Vec<Row>) -> f64| clusters.iter().map(log).sum::<f64>();
    let s0 = prior.scatter();
    match prior.covariance() {
        Covariance::Full => each(&|rows| matrix_evidence(prior, std::slice::from_ref(rows))),
        Covariance::Tied => matrix_evidence(prior, clusters),
        Covariance::Diagonal => {
            each(&|rows| (0..2).map(|j| scalar_evidence(prior, &[column(rows, j)], s0[j])).sum())
        }
        Covariance::Spherical => {
            each(&|rows| scalar_evidence(prior, &[column(rows, 0), column(rows, 1)], s0[0]))
        }
    }
}

/// `log p(z)` of so many rows of each.
fn of_assignment(weights: WeightPrior, counts: &[f64]) -> f64 {
    let beta = |a: f64, b: f64| log_gamma(a) + log_gamma(b) - log_gamma(a + b);
    match weights {
        WeightPrior::Dirichlet { concentration } => {
            let k = counts.len() as f64;
            let gammas = counts.iter().map(|n| log_gamma(concentration + n) - log_gamma(concentration));
            let all = counts.iter().sum::<f64>();
            gammas.sum::<f64>() + log_gamma(k * concentration) - log_gamma(k * concentration + all)
        }
        WeightPrior::DirichletProcess { concentration } => (0..counts.len() - 1)
            .map(|k| {
                let after: f64 = counts[k + 1..].iter().sum();
                beta(1.0 + counts[k], concentration + after) - beta(1.0, concentration)
            })
            .sum(),
    }
}

/// `log p(x)`, by a sum over all assignments to two components.
fn enumerated(prior: &NormalWishart, weights: WeightPrior, values: &[f64]) -> f64 {
    let rows: Vec<Row> = values.chunks(2).map(|row| [row[0], row[1]]).collect();
    let terms: Vec<_> = (0_u32..1 << rows.len())
        .map(|bits| {
            let mut clusters = vec![Vec::new(); 2];
            for (at, row) in rows.iter().enumerate() {
                clusters[(bits >> at & 1) as usize].push(*row);
            }
            let counts: Vec<_> = clusters.iter().map(|rows| rows.len() as f64).collect();
            of_assignment(weights, &counts) + given_assignment(prior, &clusters)
        })
        .collect();
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
}

/// The best of some beginnings at random.
fn best(prior: &NormalWishart, weights: WeightPrior, values: &[f64]) -> Fitted<BayesianMixture> {
    let rows = Rows::new(values, 2).expect("good data");
    let start = BayesianMixture::new(2, weights, prior.clone()).expect("good data");
    let fits = (0..6_usize).map(|seed| {
        // The posterior of some rows in either component.
        let halves = [0, 1].map(|half| {
            let own =
                (0..rows.len()).filter(|at| at * (seed + 1) / 3 % 2 == half).flat_map(|at| rows.row(at));
            own.map(|value| if value.is_nan() { 0.0 } else { *value }).collect::<Vec<_>>()
        });
        let mut statistics = start.no_rows().to_arrays();
        for (k, half) in halves.iter().enumerate() {
            let n = half.len() as f64 / 2.0;
            statistics[0].values[k] = n;
            for j in 0..2 {
                let sum: f64 = half.chunks(2).map(|row| row[j]).sum();
                statistics[1].values[2 * k + j] = sum / n.max(1.0);
            }
        }
        let find = finder(&statistics);
        let statistics = Statistics::from_arrays(prior.covariance(), find).expect("good data");
        start.maximise(&statistics, &()).expect("good data").em(&rows, &(), 500, 1e-12).expect("good data")
    });
    fits.max_by(|a, b| bound(a).total_cmp(&bound(b))).expect("six fits")
}

/// Of one component the posterior is exact, and so is the bound.
#[test]
fn the_evidence_of_one_component() {
    for kind in KINDS {
        for weights in WEIGHT_PRIORS {
            let values = clusters(&Rng::seed(3), 40, 2, 0.0);
            let whole = [values.chunks(2).map(|row| [row[0], row[1]]).collect()];
            let expected = given_assignment(&prior(kind, 2), &whole);
            let rows = Rows::new(&values, 2).unwrap();
            let start = BayesianMixture::new(1, weights, prior(kind, 2)).unwrap();
            let fitted = start.em(&rows, &(), 3, 0.0).unwrap();
            let found = bound(&fitted);
            assert!(
                (found - expected).abs() < 1e-11 * expected.abs(),
                "{kind:?}: {found}, evidence {expected}"
            );
            // Rows that count twice are rows twice.
            let twice = [values[..40].to_vec(), values.clone()].concat();
            let twice = [twice.chunks(2).map(|row| [row[0], row[1]]).collect()];
            let counts: Vec<_> = (0..40).map(|at| if at < 20 { 2.0 } else { 1.0 }).collect();
            let start = BayesianMixture::new(1, weights, prior(kind, 2)).unwrap();
            let found = bound(&start.em(&rows.with_weights(&counts).unwrap(), &(), 3, 0.0).unwrap());
            let expected = given_assignment(&prior(kind, 2), &twice);
            assert!(
                (found - expected).abs() < 1e-11 * expected.abs(),
                "{kind:?}: {found}, evidence {expected}"
            );
        }
    }
}

/// Of two components the bound is below the evidence; with clusters far apart, what is missing is the other labelling.
#[test]
fn the_bound_is_below_the_evidence() {
    for kind in KINDS {
        for weights in WEIGHT_PRIORS {
            for seed in 0..6 {
                let noise = Rng::seed(seed).normals(8, 2).into_iter().map(f64::from);
                let apart = if seed % 2 == 0 { 12.0 } else { 1.0 };
                let values: Vec<_> = noise
                    .enumerate()
                    .map(|(at, noise)| noise * 0.4 + if at < 6 { 0.0 } else { apart })
                    .collect();
                let prior = prior(kind, 2);
                let evidence = enumerated(&prior, weights, &values);
                let fitted = best(&prior, weights, &values);
                let gap = evidence - bound(&fitted);
                assert!(gap > 0.0, "{kind:?}, {weights:?}, seed {seed}: {gap} below the evidence");
                if seed % 2 == 0 {
                    let counts = fitted.mixture.counts();
                    let other =
                        of_assignment(weights, &[counts[1], counts[0]]) - of_assignment(weights, counts);
                    let labelling = other.exp().ln_1p();
                    let rest = gap - labelling;
                    assert!(
                        rest > 0.0 && rest < 0.12,
                        "{kind:?}, {weights:?}, seed {seed}: {gap}, {labelling}"
                    );
                    if matches!(weights, WeightPrior::Dirichlet { .. }) {
                        assert!((fitted.mixture.log_relabellings() - labelling).abs() < 1e-9);
                    }
                }
            }
        }
    }
}

/// With values that are missing: of independent columns their evidence is that of what is there.
#[test]
fn the_bound_with_missing_values_is_below_the_evidence() {
    for weights in WEIGHT_PRIORS {
        for seed in 0..6 {
            let values = clusters(&Rng::seed(seed), 8, 2, 0.3);
            let prior = prior(Covariance::Diagonal, 2);
            let evidence = enumerated(&prior, weights, &values);
            let gap = evidence - bound(&best(&prior, weights, &values));
            assert!(gap > 0.0, "{weights:?}, seed {seed}: {gap} below the evidence");
        }
    }
}
