//! Against scikit-learn.

use jensen_models::mixture::{
    Covariance, EmOptions, GaussianMixture, InformationCriteria, Regularisation, Rows, Statistics,
};
use jensen_random::Rng;

use super::{KINDS, Reference, close};

/// Ten iterations from the same mixture: likelihood, weights, means and covariances after each.
#[test]
fn every_iteration_is_that_of_scikit_learn() {
    for (kind, name) in KINDS.into_iter().zip(Covariance::NAMES) {
        let reference = Reference::read(name);
        let values = reference.get("values");
        let rows = Rows::new(&values, 3).unwrap();
        let regularisation = Regularisation::absolute(3, 1e-6).unwrap();
        let mut mixture = reference.mixture(kind, 3, "start_");
        let [weights, means, covariances] = GaussianMixture::ARRAYS.map(|name| reference.get(name));
        for (at, expected) in reference.get("log_likelihood").into_iter().enumerate() {
            let statistics = Statistics::expect(&mixture, rows).unwrap();
            let what = |of: &str| format!("{name}: {of} of iteration {at}");
            close(&what("likelihood"), &[statistics.mean_log_likelihood()], &[expected], 1e-10);
            mixture = mixture.maximise(&statistics, &regularisation).unwrap();
            let part = |all: &[f64]| all[all.len() / 10 * at..all.len() / 10 * (at + 1)].to_vec();
            close(&what("weights"), mixture.weights(), &part(&weights), 1e-9);
            close(&what("means"), mixture.means(), &part(&means), 1e-9);
            close(&what("covariances"), mixture.covariances(), &part(&covariances), 1e-9);
        }
        let log_prob = mixture.log_prob(rows).unwrap();
        close(name, &log_prob, &reference.get("log_prob"), 1e-9);
        close(name, &mixture.responsibilities(rows).unwrap(), &reference.get("responsibilities"), 1e-8);
        let sum = log_prob.iter().sum();
        let criteria = InformationCriteria::new(sum, 90.0, mixture.free_parameters());
        close(name, &[criteria.bic], &reference.get("bic"), 1e-10);
        close(name, &[criteria.aic], &reference.get("aic"), 1e-10);
    }
}

/// The best of twenty beginnings is no worse than scikit-learn's, but for where the iterations stop.
#[test]
fn the_best_of_twenty_beginnings() {
    for (name, covariance) in
        [("blobs", Covariance::Tied), ("iris", Covariance::Full), ("wine", Covariance::Diagonal)]
    {
        let reference = Reference::read(&format!("best_{name}"));
        let values = reference.get("values");
        let rows = Rows::new(&values, reference.get("columns")[0] as usize).unwrap();
        let options = EmOptions {
            components: reference.get("components")[0] as usize,
            covariance,
            initialisations: 20,
            iterations: 2000,
            tolerance: 1e-8,
            ..EmOptions::default()
        };
        let fitted = GaussianMixture::fit(&rows, &options, &Rng::seed(5)).unwrap();
        let (ours, theirs) = (fitted.statistics.mean_log_likelihood(), reference.get("log_likelihood")[0]);
        assert!(ours > theirs - 1e-6, "{name}: {ours}, scikit-learn {theirs}");
        assert!(fitted.converged, "{name}");
    }
}
