//! Draws: of the predictive density, and of parameters.

use jensen_models::mixture::{
    BayesianMixture, BayesianOptions, Covariance, GaussianMixture, Rows, WeightPrior,
};
use jensen_random::Rng;

use super::WEIGHT_PRIORS;
use crate::mixture::{KINDS, clusters};

/// A posterior of few rows, so that its parameters are far from known.
fn learned(kind: Covariance, weights: WeightPrior) -> BayesianMixture {
    let values = clusters(&Rng::seed(20), 24, 2, 0.0);
    let options = BayesianOptions { components: 2, covariance: kind, weights, ..BayesianOptions::default() };
    let rows = Rows::new(&values, 2).expect("rows of two");
    BayesianMixture::fit(&rows, &options, &Rng::seed(1)).expect("a posterior").mixture
}

/// The shares of draws in the cells of a grid, against the predictive density over them: six standard errors, one time
/// in five hundred million for each.
#[test]
fn draws_are_of_the_predictive_density() {
    const DRAWS: usize = 20_000;
    const FINE: usize = 60;
    for kind in KINDS {
        for weights in WEIGHT_PRIORS {
            let mixture = learned(kind, weights);
            let draws = mixture.sample(&Rng::seed(3), DRAWS).values;
            assert_eq!(draws[..20], mixture.sample(&Rng::seed(3), 10).values);
            // Cells of two units a side, each summed at the middles of 60 by 60 parts.
            for cell in [[-1.0, -1.0], [1.0, 1.0], [2.0, 4.0], [-3.0, 0.0], [0.0, 5.0]] {
                let places = |from: f64| (0..FINE).map(move |i| from + 2.0 * (i as f64 + 0.5) / FINE as f64);
                let grid: Vec<f64> =
                    places(cell[0]).flat_map(|x| places(cell[1]).flat_map(move |y| [x, y])).collect();
                let density = mixture.log_predictive(Rows::new(&grid, 2).unwrap()).unwrap();
                let area = (2.0 / FINE as f64).powi(2);
                let expected = density.iter().map(|log| log.exp()).sum::<f64>() * area;
                let within =
                    |row: &&[f64]| row.iter().zip(&cell).all(|(x, from)| (*from..from + 2.0).contains(x));
                let found = draws.chunks(2).filter(within).count() as f64 / DRAWS as f64;
                let error = (expected * (1.0 - expected) / DRAWS as f64).sqrt();
                // The sum is the integral but for the curvature in a part.
                let rule = 2e-3 * expected;
                assert!(
                    (found - expected).abs() < 6.0 * error + rule,
                    "{kind:?} {cell:?}: {found}, not {expected}"
                );
            }
        }
    }
}

/// The moments of drawn parameters against those of the posterior, where these are finite: six standard errors as the
/// draws themselves tell them.
#[test]
fn parameters_have_the_posteriors_moments() {
    const DRAWS: u64 = 4000;
    for kind in KINDS {
        for weights in WEIGHT_PRIORS {
            let mixture = learned(kind, weights);
            let drawn: Vec<GaussianMixture> =
                (0..DRAWS).map(|at| mixture.draw_parameters(&Rng::seed(4).at(at)).unwrap()).collect();
            let check = |what: &str, of: &dyn Fn(&GaussianMixture) -> f64, expected: f64| {
                let numbers: Vec<f64> = drawn.iter().map(of).collect();
                let n = DRAWS as f64;
                let mean = numbers.iter().sum::<f64>() / n;
                let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
                let near = 6.0 * (variance / n).sqrt() + 1e-12;
                assert!((mean - expected).abs() < near, "{kind:?} {what}: {mean}, not {expected}");
            };
            let expected = mixture.expected();
            let p = if matches!(kind, Covariance::Full | Covariance::Tied) { 2.0 } else { 1.0 };
            for k in 0..2 {
                check("weight", &|drawn| drawn.weights()[k], expected.weights()[k]);
                let degrees = mixture.degrees_of_freedom()[k];
                // E[Σ] = S/(ν − p − 1), and Cov[μ] = E[Σ]/β.
                let wider = degrees / (degrees - p - 1.0);
                for (i, j) in [(0, 0), (0, 1), (1, 1)] {
                    let entry = |mixture: &GaussianMixture| mixture.dense_covariance(k)[i * 2 + j];
                    check("covariance", &entry, entry(expected) * wider);
                    let centre = expected.mean(k);
                    let spread = |drawn: &GaussianMixture| {
                        (drawn.mean(k)[i] - centre[i]) * (drawn.mean(k)[j] - centre[j])
                    };
                    check("mean", &spread, entry(expected) * wider / mixture.mean_precisions()[k]);
                }
                for i in 0..2 {
                    check("centre", &|drawn| drawn.mean(k)[i], expected.mean(k)[i]);
                }
            }
        }
    }
}

/// Each version of a table is of parameters of its own.
#[test]
fn versions_have_parameters_of_their_own() {
    let mixture = learned(KINDS[0], WEIGHT_PRIORS[0]);
    let values = [1.0, f64::NAN, f64::NAN, 2.0, 0.5, 0.5];
    let rows = Rows::new(&values, 2).unwrap();
    let versions = mixture.impute_draws(rows, 3, &Rng::seed(5)).unwrap();
    for (draw, version) in versions.chunks(6).enumerate() {
        let rng = Rng::seed(5).fork("version").at(draw as u64);
        let own = mixture.draw_parameters(&rng).unwrap();
        assert_eq!(version, own.impute_draws(rows, 1, &rng).unwrap());
        assert_eq!([version[0], version[3], version[4], version[5]], [1.0, 2.0, 0.5, 0.5]);
    }
    assert_ne!(versions[..6], versions[6..12]);
}
