//! Missing values: marginals against SciPy, the M step against a numerical maximisation.

use jensen_models::mixture::{Covariance, GaussianMixture, Regularisation, Rows, Statistics};

use super::{Reference, close};

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
