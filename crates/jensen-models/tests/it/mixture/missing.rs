//! Missing values: marginals against SciPy, the M step against a numerical maximisation.

use jensen_models::mixture::{Covariance, GaussianMixture, Regularisation, Rows, Statistics};

use jensen_random::Rng;

use super::{KINDS, Reference, close};

#[test]
fn densities_are_those_of_what_is_observed() {
    let reference = Reference::read("missing");
    let mixture = reference.mixture(Covariance::Full, 3, "");
    let values = reference.get("values");
    let rows = Rows::new(&values, 3).unwrap();
    close("log_prob", &mixture.log_prob(rows).unwrap(), &reference.get("log_prob"), 1e-12);
    close("imputed", &mixture.impute(rows).unwrap(), &reference.get("imputed"), 1e-12);
}

/// Independent columns are matrices without off-diagonal entries: the same answers from other formulas.
#[test]
fn independent_columns_are_diagonal_matrices() {
    let values = Reference::read("missing").get("values");
    let rows = Rows::new(&values, 3).unwrap();
    let (weights, means) = (vec![0.3, 0.7], vec![0.0, 1.0, 2.0, -1.0, 0.5, 0.0]);
    let make = |kind, covariances| {
        GaussianMixture::new(kind, 3, weights.clone(), means.clone(), covariances).unwrap()
    };
    let matrix = |a: f64, b: f64, c: f64| vec![a, 0.0, 0.0, 0.0, b, 0.0, 0.0, 0.0, c];
    let none = Regularisation::none(3);
    let step = |mixture: &GaussianMixture| {
        mixture.maximise(&Statistics::expect(mixture, rows).unwrap(), &none).unwrap()
    };
    let diagonal = make(Covariance::Diagonal, vec![1.0, 2.0, 0.5, 1.5, 0.7, 3.0]);
    let full = make(Covariance::Full, [matrix(1.0, 2.0, 0.5), matrix(1.5, 0.7, 3.0)].concat());
    let spherical = make(Covariance::Spherical, vec![1.0, 2.0]);
    let equal = make(Covariance::Full, [matrix(1.0, 1.0, 1.0), matrix(2.0, 2.0, 2.0)].concat());
    for (special, general) in [(&diagonal, &full), (&spherical, &equal)] {
        close("density", &special.log_prob(rows).unwrap(), &general.log_prob(rows).unwrap(), 1e-13);
        close("imputed", &special.impute(rows).unwrap(), &general.impute(rows).unwrap(), 1e-13);
        let (special, general) = (step(special), step(general));
        close("means", special.means(), general.means(), 1e-12);
        let variances = general.covariances().iter().enumerate().filter(|(at, _)| at % 9 % 4 == 0);
        let variances: Vec<_> = variances.map(|(_, variance)| *variance).collect();
        let expected: Vec<_> = match special.covariance() {
            Covariance::Spherical => variances.chunks(3).map(|own| own.iter().sum::<f64>() / 3.0).collect(),
            _ => variances,
        };
        close("variances", special.covariances(), &expected, 1e-12);
    }
    // The common matrix is the mean of the components' own, by their weights.
    let tied = make(Covariance::Tied, matrix(1.0, 2.0, 0.5));
    let own = make(Covariance::Full, matrix(1.0, 2.0, 0.5).repeat(2));
    let (tied, own) = (step(&tied), step(&own));
    close("means", tied.means(), own.means(), 1e-12);
    let pooled: Vec<_> = (0..9)
        .map(|at| own.weights().iter().zip(own.covariances().chunks(9)).map(|(w, c)| w * c[at]).sum())
        .collect();
    close("matrix", tied.covariances(), &pooled, 1e-12);
}

/// The reference maximises the expected log-density numerically, the expectation by quadrature.
#[test]
fn the_m_step_is_the_maximum() {
    let reference = Reference::read("maximisation");
    let mixture = reference.mixture(Covariance::Full, 2, "");
    let (values, weights) = (reference.get("values"), reference.get("row_weights"));
    let rows = Rows::new(&values, 2).unwrap().with_weights(&weights).unwrap();
    let statistics = Statistics::expect(&mixture, rows).unwrap();
    let next = mixture.maximise(&statistics, &Regularisation::none(2)).unwrap();
    close("weights", next.weights(), &reference.get("next_weights"), 1e-6);
    close("means", next.means(), &reference.get("next_means"), 1e-6);
    close("covariances", next.covariances(), &reference.get("next_covariances"), 1e-6);
}

/// The moments of draws against those of the joint density on a grid, given what is observed: five standard errors, one
/// time in 1.7 million each.
#[test]
fn draws_are_of_the_conditional_density() {
    const DRAWS: usize = 20_000;
    let means = vec![0.0, 0.0, 2.0, -1.0];
    for kind in KINDS {
        let covariances = match kind {
            Covariance::Full => vec![1.0, 0.6, 0.6, 0.8, 0.5, -0.2, -0.2, 0.4],
            Covariance::Tied => vec![1.0, 0.6, 0.6, 0.8],
            Covariance::Diagonal => vec![1.0, 0.8, 0.5, 0.4],
            Covariance::Spherical => vec![1.0, 0.5],
        };
        let mixture = GaussianMixture::new(kind, 2, vec![0.6, 0.4], means.clone(), covariances).unwrap();
        let values = [1.2, f64::NAN, 5.0, 6.0];
        let rows = Rows::new(&values, 2).unwrap();
        let drawn = mixture.impute_draws(rows, DRAWS, &Rng::seed(1)).unwrap();
        let versions: Vec<f64> = drawn.chunks(4).map(|version| version[1]).collect();
        assert!(drawn.chunks(4).all(|version| [version[0], version[2], version[3]] == [1.2, 5.0, 6.0]));
        // Draw `i` is the same, however many there are and whatever block it is in.
        let fewer = mixture.impute_draws(rows, 3, &Rng::seed(1)).unwrap();
        assert_eq!(fewer[..], drawn[..12]);

        let grid: Vec<f64> = (-2000..2000).flat_map(|at| [1.2, f64::from(at) * 0.004]).collect();
        let density: Vec<f64> =
            mixture.log_prob(Rows::new(&grid, 2).unwrap()).unwrap().into_iter().map(f64::exp).collect();
        let total: f64 = density.iter().sum();
        let moment = |power: i32| {
            let terms = density.iter().zip(grid.chunks(2)).map(|(p, x)| p * x[1].powi(power));
            terms.sum::<f64>() / total
        };
        for power in 1..=4 {
            let (expected, n) = (moment(power), DRAWS as f64);
            let mean = versions.iter().map(|x| x.powi(power)).sum::<f64>() / n;
            let error = ((moment(2 * power) - expected.powi(2)) / n).sqrt();
            assert!((mean - expected).abs() < 5.0 * error, "{kind:?}, {power}: {mean}, not {expected}");
        }
        let predicted = mixture.impute(rows).unwrap()[1];
        assert!((predicted - moment(1)).abs() < 1e-6, "{kind:?}");
    }
}

/// Columns that are all but one and the same: whatever covariance makes a mixture, draws of what is missing are numbers.
#[test]
fn draws_of_nearly_equal_columns_are_numbers() {
    let mut accepted = 0;
    for power in 20..60 {
        let gap = 0.5_f64.powi(power);
        let covariance = vec![2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0 + gap];
        let Ok(mixture) = GaussianMixture::new(Covariance::Full, 3, vec![1.0], vec![0.0; 3], covariance)
        else {
            continue;
        };
        accepted += 1;
        for row in [[0.5, f64::NAN, f64::NAN], [f64::NAN, f64::NAN, 0.3], [f64::NAN; 3]] {
            let rows = Rows::new(&row, 3).unwrap();
            let Ok(draws) = mixture.impute_draws(rows, 4, &Rng::seed(1)) else { continue };
            assert!(draws.iter().all(|value| value.is_finite()), "{gap}");
            let apart = |version: &[f64]| (version[1] - version[2]).abs();
            assert!(
                draws.chunks(3).all(|version| apart(version) < 10.0 * gap.sqrt() + 1e-9),
                "{gap}: {draws:?}"
            );
        }
    }
    assert!(accepted > 20);
}
