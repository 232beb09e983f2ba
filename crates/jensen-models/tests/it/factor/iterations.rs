//! What holds of every iteration, and of every model.

use jensen_infer::Learner;
use jensen_models::factor::{FactorMixture, FactorOptions, FactorStatistics, Noise};
use jensen_models::mixture::{
    Arrays, BLOCK, ExpectationMaximisation, MixtureError, Regularisation, RowSource, Rows, from_state,
};
use jensen_random::Rng;

use super::{KINDS, close, rows_of, some_mixture};
use crate::mixture::finder;

/// Over random data, weights and missing entries; with a floor under the noise from the second iteration on.
#[test]
fn the_likelihood_never_falls() {
    for seed in 0..6 {
        for noise in KINDS {
            let rng = Rng::seed(seed);
            let truth = some_mixture(&rng, noise, 2, 5, 2);
            let values = rows_of(&truth, &rng, 150, if seed % 2 == 0 { 0.25 } else { 0.0 });
            let weights: Vec<_> = rng.fork("weights").uniforms(150, 1).into_iter().map(f64::from).collect();
            let rows = Rows::new(&values, 5).unwrap().with_weights(&weights).unwrap();
            let floor = Regularisation::absolute(5, if seed < 3 { 0.3 } else { 1e-6 }).unwrap();
            let start = some_mixture(&rng.fork("start"), noise, 3, 5, 2);
            let fitted = start.em(&rows, &floor, 60, 0.0).unwrap();
            for (at, pair) in fitted.history[1..].windows(2).enumerate() {
                let fell = pair[1] < pair[0] - 1e-12 * pair[0].abs();
                assert!(!fell, "{noise:?}, seed {seed}, iteration {at}: {pair:?}");
            }
        }
    }
}

/// Components that are the same one are that one.
#[test]
fn equal_components_are_one() {
    let one = some_mixture(&Rng::seed(1), Noise::Diagonal, 1, 5, 2);
    let values = rows_of(&one, &Rng::seed(2), 300, 0.2);
    let rows = Rows::new(&values, 5).unwrap();
    let start = some_mixture(&Rng::seed(3), Noise::Diagonal, 1, 5, 2);
    let two = FactorMixture::new(
        Noise::Diagonal,
        2,
        vec![0.3, 0.7],
        start.means().repeat(2),
        start.loadings().repeat(2),
        start.variances().repeat(2),
    );
    let none = Regularisation::none(5);
    let [one, two] = [start, two.unwrap()].map(|model| model.em(&rows, &none, 5, 0.0).unwrap());
    close("history", &two.history, &one.history, 1e-12);
    close("loadings", two.mixture.loadings(), &one.mixture.loadings().repeat(2), 1e-10);
    close("variances", two.mixture.variances(), &one.mixture.variances().repeat(2), 1e-10);
    close("weights", two.mixture.weights(), &[0.3, 0.7], 1e-12);
}

#[test]
fn a_weight_of_two_is_the_row_twice() {
    let mixture = some_mixture(&Rng::seed(1), Noise::Diagonal, 2, 4, 2);
    let values = rows_of(&mixture, &Rng::seed(2), 60, 0.2);
    let twice = [&values[..], &values[120..]].concat();
    let weights: Vec<_> = (0..60).map(|at| if at < 30 { 1.0 } else { 2.0 }).collect();
    let weighted = mixture.expect(Rows::new(&values, 4).unwrap().with_weights(&weights).unwrap()).unwrap();
    let repeated = mixture.expect(Rows::new(&twice, 4).unwrap()).unwrap();
    same_statistics(&weighted, &repeated);
}

fn same_statistics(ours: &FactorStatistics, expected: &FactorStatistics) {
    close("counts", ours.counts(), expected.counts(), 1e-12);
    close("likelihood", &[ours.log_likelihood()], &[expected.log_likelihood()], 1e-12);
    for k in 0..expected.counts().len() {
        close("means", ours.mean(k), expected.mean(k), 1e-12);
        close("squares", ours.squares(k), expected.squares(k), 1e-11);
        close("cross", ours.cross(k), expected.cross(k), 1e-11);
        close("scatter", ours.scatter(k), expected.scatter(k), 1e-11);
    }
}

/// Rows of five columns in parts of two blocks.
struct InParts<'a>(&'a [f64]);

impl RowSource for InParts<'_> {
    fn columns(&self) -> usize {
        5
    }

    fn pass(&self, visit: &mut dyn FnMut(Rows<'_>) -> Result<(), MixtureError>) -> Result<(), MixtureError> {
        for (at, part) in self.0.chunks(5 * 2 * BLOCK).enumerate() {
            visit(Rows::new(part, 5)?.starting_at((at * 2 * BLOCK) as u64))?;
        }
        Ok(())
    }
}

#[test]
fn threads_do_not_move_a_bit_and_passes_but_the_rounding() {
    let truth = some_mixture(&Rng::seed(4), Noise::Diagonal, 2, 5, 2);
    let values = rows_of(&truth, &Rng::seed(5), 20 * BLOCK + 77, 0.05);
    let rows = Rows::new(&values, 5).unwrap();
    let options =
        FactorOptions { components: 2, iterations: 3, initialisations: 2, ..FactorOptions::default() };
    let fit = || FactorMixture::fit(&rows, &options, &Rng::seed(1)).unwrap();
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
    let one = pool(1).install(fit);
    assert_eq!(one, pool(3).install(fit));
    same_statistics(
        &one.mixture.expect_all(&InParts(&values)).unwrap(),
        &one.mixture.expect_all(&rows).unwrap(),
    );
    // What is begun on a subsample ends on all rows.
    let options = FactorOptions { components: 2, subsample: 1000, initialisations: 3, ..options };
    let options = FactorOptions { iterations: 300, ..options };
    let parts = FactorMixture::fit(&InParts(&values), &options, &Rng::seed(1)).unwrap();
    let truth = truth.expect(rows).unwrap();
    let (ours, theirs) = (parts.history[parts.history.len() - 1], truth.log_likelihood() / truth.weight());
    assert!(ours > theirs, "{ours}, the truth {theirs}");
}

/// Three hundred columns, of which each row misses others: a covariance of them factored for each row would be hours.
#[test]
fn many_columns_with_holes() {
    let truth = some_mixture(&Rng::seed(14), Noise::Diagonal, 1, 300, 2);
    let values = rows_of(&truth, &Rng::seed(15), 2000, 0.2);
    let rows = Rows::new(&values, 300).unwrap();
    let options = FactorOptions { iterations: 5, ..FactorOptions::default() };
    let fitted = FactorMixture::fit(&rows, &options, &Rng::seed(1)).unwrap();
    let (ours, truth) = (fitted.history[5], truth.expect(rows).unwrap());
    let theirs = truth.log_likelihood() / truth.weight();
    assert!(ours > theirs, "{ours}, the truth {theirs}");
}

/// A mean of a million and a standard deviation of one.
#[test]
fn nothing_cancels_far_from_zero() {
    let truth = some_mixture(&Rng::seed(7), Noise::Diagonal, 1, 5, 2);
    // Values on a grid of 2⁻²⁰, so that moving them by a million loses nothing.
    let grid = |value: f64| (value * 1_048_576.0).round() / 1_048_576.0;
    let near: Vec<_> = rows_of(&truth, &Rng::seed(8), 2000, 0.1).into_iter().map(grid).collect();
    let far: Vec<_> = near.iter().map(|value| value + 1e6).collect();
    let options = FactorOptions { iterations: 5, ..FactorOptions::default() };
    let [near, far] = [near, far]
        .map(|values| FactorMixture::fit(&Rows::new(&values, 5).unwrap(), &options, &Rng::seed(1)).unwrap());
    close("history", &far.history, &near.history, 1e-9);
    close("covariance", &far.mixture.covariance(0), &near.mixture.covariance(0), 1e-8);
}

#[test]
fn a_rotation_changes_no_density() {
    for noise in KINDS {
        let mixture = some_mixture(&Rng::seed(9), noise, 2, 6, 3);
        let canonical = mixture.canonical().unwrap();
        for k in 0..2 {
            close("covariance", &canonical.covariance(k), &mixture.covariance(k), 1e-13);
            let product = |a: usize, b: usize| -> f64 {
                (0..6)
                    .map(|j| canonical.loading(k, j))
                    .zip(0..6)
                    .map(|(w, j)| w[a] * w[b] / canonical.variance(k, j))
                    .sum()
            };
            assert!(product(0, 0) >= product(1, 1) && product(1, 1) >= product(2, 2));
            close("angles", &[product(0, 1), product(0, 2), product(1, 2)], &[0.0; 3], 1e-12);
        }
    }
}

#[test]
fn arrays_and_criteria() {
    for noise in KINDS {
        let mixture = some_mixture(&Rng::seed(9), noise, 2, 6, 3);
        let arrays = mixture.to_arrays();
        let find = finder(&arrays);
        assert_eq!(FactorMixture::from_arrays(noise, &find).unwrap(), mixture);
        let without = FactorMixture::from_arrays(noise, |name| find(name).filter(|_| name != "loadings"));
        assert!(matches!(without, Err(MixtureError::Parameter { name: "loadings", .. })));
        let noises = match noise {
            Noise::Isotropic => 2,
            Noise::Diagonal => 12,
            Noise::Tied => 6,
        };
        assert_eq!(mixture.free_parameters(), 1 + 12 + 2 * (18 - 3) + noises);
    }
}

/// Means and covariances of 40 000 draws, each within six standard errors: false alarm 1e-7 in all.
#[test]
fn draws_have_the_moments() {
    let mixture = some_mixture(&Rng::seed(10), Noise::Diagonal, 2, 3, 1);
    let draws = mixture.sample(&Rng::seed(11), 40_000);
    assert_eq!(draws.values[..30], mixture.sample(&Rng::seed(11), 10).values);
    for k in 0..2 {
        let rows = draws.values.chunks(3).zip(&draws.components).filter(|(_, component)| **component == k);
        let rows: Vec<_> = rows.map(|(row, _)| row).collect();
        let n = rows.len() as f64;
        assert!((n - 20_000.0).abs() < 6.0 * 100.0);
        let covariance = mixture.covariance(k);
        let mean = |j: usize| rows.iter().map(|row| row[j]).sum::<f64>() / n;
        for i in 0..3 {
            assert!((mean(i) - mixture.mean(k)[i]).abs() < 6.0 * (covariance[i * 4] / n).sqrt());
            for j in 0..=i {
                let product = |row: &&[f64]| (row[i] - mixture.mean(k)[i]) * (row[j] - mixture.mean(k)[j]);
                let found = rows.iter().map(product).sum::<f64>() / n;
                let expected = covariance[i * 3 + j];
                let error = ((covariance[i * 4] * covariance[j * 4] + expected * expected) / n).sqrt();
                assert!((found - expected).abs() < 6.0 * error, "{found}, expected {expected}");
            }
        }
    }
}

/// A reconstruction is the decoded mean of the code, and what is imputed is the reconstruction where it is missing.
#[test]
fn codes_decode_to_reconstructions() {
    let mixture = some_mixture(&Rng::seed(12), Noise::Diagonal, 1, 5, 2);
    let values = rows_of(&mixture, &Rng::seed(13), 50, 0.3);
    let rows = Rows::new(&values, 5).unwrap();
    let reconstructed = mixture.reconstruct(rows).unwrap();
    let decoded = mixture.decode(0, &mixture.encode(rows).unwrap().means).unwrap();
    close("reconstruction", &reconstructed, &decoded, 1e-13);
    for ((value, imputed), reconstructed) in
        values.iter().zip(mixture.impute(rows).unwrap()).zip(&reconstructed)
    {
        let expected = if value.is_nan() { *reconstructed } else { *value };
        assert!((imputed - expected).abs() < 1e-13);
    }
}

/// The moments of draws of two columns given the third, against the closed form of a mixture of conditional Gaussians:
/// five standard errors, one time in 1.7 million each.
#[test]
fn draws_are_of_the_conditional_density() {
    const DRAWS: usize = 20_000;
    const SEEN: f64 = 0.7;
    for noise in KINDS {
        let mixture = some_mixture(&Rng::seed(14), noise, 2, 3, 1);
        let values = [f64::NAN, SEEN, f64::NAN, 1.0, 2.0, 3.0];
        let rows = Rows::new(&values, 3).unwrap();
        let drawn = mixture.impute_draws(rows, DRAWS, &Rng::seed(15)).unwrap();
        assert!(
            drawn
                .chunks(6)
                .all(|version| [version[1], version[3], version[4], version[5]] == [SEEN, 1.0, 2.0, 3.0])
        );
        // Draw `i` is the same, however many there are.
        assert_eq!(mixture.impute_draws(rows, 3, &Rng::seed(15)).unwrap(), drawn[..18]);

        // E[f(x₀, x₂)] by the conditional of each component.
        let shares = mixture.responsibilities(rows).unwrap();
        let conditional = |k: usize| {
            let (mean, s) = (mixture.mean(k), mixture.covariance(k));
            let gain = |i: usize| s[i * 3 + 1] / s[4];
            let place = |i: usize| mean[i] + gain(i) * (SEEN - mean[1]);
            let entry = |i: usize, j: usize| s[i * 3 + j] - gain(i) * s[3 + j];
            ([place(0), place(2)], [entry(0, 0), entry(0, 2), entry(2, 2)])
        };
        let expected = |of: &dyn Fn([f64; 2], [f64; 3]) -> f64| -> f64 {
            (0..2)
                .map(|k| {
                    let (mean, cov) = conditional(k);
                    shares[k] * of(mean, cov)
                })
                .sum()
        };
        let n = DRAWS as f64;
        let check = |what: &str, of: &dyn Fn(f64, f64) -> f64, exact: f64| {
            let found: Vec<_> = drawn.chunks(6).map(|version| of(version[0], version[2])).collect();
            let mean = found.iter().sum::<f64>() / n;
            let variance = found.iter().map(|f| (f - mean).powi(2)).sum::<f64>() / n;
            assert!(
                (mean - exact).abs() < 5.0 * (variance / n).sqrt(),
                "{noise:?}, {what}: {mean}, not {exact}"
            );
        };
        check("x₀", &|a, _| a, expected(&|m, _| m[0]));
        check("x₂", &|_, b| b, expected(&|m, _| m[1]));
        check("x₀²", &|a, _| a * a, expected(&|m, c| m[0] * m[0] + c[0]));
        check("x₀x₂", &|a, b| a * b, expected(&|m, c| m[0] * m[1] + c[1]));
        check("x₂²", &|_, b| b * b, expected(&|m, c| m[1] * m[1] + c[2]));
    }
}

/// What is stored has its factors where they are always: a rotation of what was learned.
#[test]
fn what_is_told_is_canonical() {
    let truth = some_mixture(&Rng::seed(16), Noise::Diagonal, 1, 6, 2);
    let values = rows_of(&truth, &Rng::seed(17), 200, 0.1);
    let options = FactorOptions { latents: 2, ..FactorOptions::default() };
    let learner = FactorMixture::learner(&Rows::new(&values, 6).unwrap(), &options, &Rng::seed(1)).unwrap();
    let told: FactorMixture = from_state(Noise::Diagonal, &learner.weights()).unwrap();
    assert_eq!(told, learner.model().canonical().unwrap());
    let product = |a: usize, b: usize| -> f64 {
        (0..6).map(|j| told.loading(0, j)[a] * told.loading(0, j)[b] / told.variance(0, j)).sum()
    };
    assert!(product(0, 1).abs() < 1e-10 * product(1, 1) && product(0, 0) > product(1, 1));
    close("covariance", &told.covariance(0), &learner.model().covariance(0), 1e-12);
}
