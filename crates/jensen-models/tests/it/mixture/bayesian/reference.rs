//! Against the terms of the bound in NumPy and SciPy, and against scikit-learn.

use jensen_models::mixture::{
    Arrays, BayesianMixture, Covariance, ExpectationMaximisation, NamedArray, NormalWishart, Rows,
    Statistics, WeightPrior,
};

use super::WEIGHT_PRIORS;
use crate::mixture::{KINDS, Reference, close, finder};

fn prior_of(reference: &Reference, kind: Covariance) -> NormalWishart {
    let number = |name| reference.get(name)[0];
    let (mean, scatter) = (reference.get("prior_mean"), reference.get("prior_scatter"));
    NormalWishart::new(
        kind,
        mean,
        number("prior_mean_precision"),
        number("prior_degrees_of_freedom"),
        scatter,
    )
    .expect("a prior")
}

/// The arrays with the reference's numbers, where it has some.
fn filled(mut arrays: Vec<NamedArray>, reference: &Reference) -> Vec<NamedArray> {
    for array in &mut arrays {
        if reference.columns.contains_key(array.name) {
            array.values = reference.get(array.name);
        }
    }
    arrays
}

/// Rows with missing values and weights: the bound, what is believed of the latents, the predictive density and the
/// next posterior.
#[test]
fn every_term_is_in_the_bound() {
    for (kind, name) in KINDS.into_iter().zip(Covariance::NAMES) {
        let reference = Reference::read_file(&format!("bayesian_{name}"));
        let (values, weights) = (reference.get("values"), reference.get("row_weights"));
        let rows = Rows::new(&values, 3).unwrap().with_weights(&weights).unwrap();
        for (prior, which) in WEIGHT_PRIORS.into_iter().zip(["dirichlet", "dirichlet_process"]) {
            let expected = |of: &str| reference.get(&format!("{which}_{of}"));
            let mixture = BayesianMixture::new(3, prior, prior_of(&reference, kind)).unwrap();
            let arrays = filled(mixture.to_arrays(), &reference);
            let mixture = BayesianMixture::from_arrays((kind, prior), finder(&arrays)).unwrap();
            let what = format!("{name}, {which}");
            close(&what, mixture.expected().weights(), &expected("weights"), 1e-12);
            let statistics = mixture.expect(rows).unwrap();
            close(&what, &[mixture.bound(&statistics)], &expected("bound"), 1e-12);
            close(&what, &mixture.responsibilities(rows).unwrap(), &expected("responsibilities"), 1e-11);
            close(&what, &mixture.log_predictive(rows).unwrap(), &expected("predictive"), 1e-12);
            let next = mixture.maximise(&statistics, &()).unwrap();
            close(&what, next.counts(), &expected("next_counts"), 1e-11);
            close(&what, next.means(), &expected("next_means"), 1e-11);
            close(&what, next.scatters(), &expected("next_scatters"), 1e-11);
        }
    }
}

/// The posterior of given responsibilities, where scikit-learn's is the conjugate one, and whole iterations, where its
/// expected log densities are.
#[test]
fn posteriors_are_those_of_scikit_learn() {
    let reference = Reference::read_file("bayesian_scikit_learn");
    let values = reference.get("values");
    for (kind, name) in [(Covariance::Full, "full"), (Covariance::Diagonal, "diagonal")] {
        for (weights, which) in [
            (WeightPrior::Dirichlet { concentration: 0.8 }, "dirichlet_distribution"),
            (WeightPrior::DirichletProcess { concentration: 0.8 }, "dirichlet_process"),
        ] {
            let scatter = reference.get(&format!("prior_{name}"));
            let prior = NormalWishart::new(kind, reference.get("prior_mean"), 0.5, 4.5, scatter).unwrap();
            let start = BayesianMixture::new(3, weights, prior).unwrap();
            let mut arrays = filled(start.no_rows().to_arrays(), &reference);
            arrays[2].values = reference.get(&format!("scatters_{name}"));
            let statistics = Statistics::from_arrays(kind, finder(&arrays)).unwrap();
            let mut mixture = start.maximise(&statistics, &()).unwrap();
            let expected = |of: &str| reference.get(&format!("{name}_{which}_{of}"));
            let what = format!("{name}, {which}");
            close(&what, mixture.means(), &expected("means"), 1e-12);
            close(&what, mixture.expected().covariances(), &expected("covariances"), 1e-12);
            close(&what, &mixture.degrees_of_freedom(), &expected("degrees"), 1e-12);
            close(&what, mixture.mean_precisions(), &expected("mean_precisions"), 1e-12);
            close(&what, mixture.expected().weights(), &expected("weights"), 1e-12);
            if (kind, which) == (Covariance::Full, "dirichlet_distribution") {
                let rows = Rows::new(&values, 3).unwrap();
                mixture = mixture.em(&rows, &(), 10, 0.0).unwrap().mixture;
                let tenth = |of: &str| reference.get(&format!("tenth_{of}"));
                close("tenth means", mixture.means(), &tenth("means"), 1e-10);
                close("tenth covariances", mixture.expected().covariances(), &tenth("covariances"), 1e-10);
                close("tenth degrees", &mixture.degrees_of_freedom(), &tenth("degrees"), 1e-10);
                close("tenth weights", mixture.expected().weights(), &tenth("weights"), 1e-10);
                let responsibilities = mixture.responsibilities(rows).unwrap();
                close("tenth responsibilities", &responsibilities, &tenth("responsibilities"), 1e-10);
            }
        }
    }
}
