//! Against hmmlearn.

use jensen_models::hmm::{Emissions, Hmm, HmmError, HmmStatistics, Sequences};
use jensen_models::mixture::{Covariance, GaussianMixture, Regularisation, Rows, Smoothing};

use super::{KINDS, Reference, categorical, close};

fn check<E: Emissions>(
    name: &str,
    reference: &Reference,
    columns: usize,
    emissions: E,
    regularisation: &E::Regularisation,
    of: impl Fn(&E) -> Vec<(&'static str, Vec<f64>)>,
) -> Result<(), HmmError> {
    let get = |what: &str| reference.get(what).to_vec();
    let lengths: Vec<_> = reference.get("lengths").iter().map(|length| *length as usize).collect();
    let rows = Rows::new(reference.get("values"), columns)?;
    let sequences = Sequences::new(rows, &lengths)?;
    let start = Hmm::new(get("start_initial"), get("start_transitions"), emissions)?;
    let what = |of: &str| format!("{name}: {of}");
    close(&what("likelihoods"), &start.log_likelihood(sequences)?, reference.get("log_likelihoods"), 1e-10);
    close(&what("posterior"), &start.smooth(sequences)?.states, reference.get("posterior"), 1e-9);
    let paths = start.viterbi(sequences)?;
    let states: Vec<_> = reference.get("path").iter().map(|state| *state as usize).collect();
    assert_eq!(paths.states, states, "{name}");
    close(&what("path"), &[paths.log_probs.iter().sum()], reference.get("path_log_prob"), 1e-10);
    for (iterations, prefix) in [(0, "start"), (1, "one"), (10, "ten")] {
        let fitted = start.clone().em(sequences, regularisation, iterations, 0.0)?;
        let model = &fitted.model;
        let expected = |of: &str| reference.get(&format!("{prefix}_{of}"));
        let log_likelihood = fitted.statistics.log_likelihood;
        close(&what("likelihood"), &[log_likelihood], expected("log_likelihood"), 1e-9);
        close(&what("initial"), model.initial(), expected("initial"), 1e-7);
        close(&what("transitions"), model.transitions(), expected("transitions"), 1e-7);
        for (array, ours) in of(model.emissions()) {
            close(&what(array), &ours, expected(array), 1e-7);
        }
        assert_eq!(fitted.statistics, HmmStatistics::expect(model, sequences)?);
    }
    Ok(())
}

#[test]
fn normal_emissions() {
    for (kind, name) in KINDS.into_iter().zip(Covariance::NAMES) {
        let reference = Reference::read(name);
        let [means, covariances] = ["start_means", "start_covariances"].map(|of| reference.get(of).to_vec());
        let emissions = GaussianMixture::new(kind, 2, vec![0.2, 0.3, 0.5], means, covariances).unwrap();
        check(name, &reference, 2, emissions, &Regularisation::none(2), |emissions| {
            vec![("means", emissions.means().to_vec()), ("covariances", emissions.covariances().to_vec())]
        })
        .unwrap();
    }
}

#[test]
fn categories() {
    let reference = Reference::read("categorical");
    let probabilities = reference.get("start_probabilities").to_vec();
    let emissions = categorical(vec![4], probabilities);
    check("categorical", &reference, 1, emissions, &Smoothing::NONE, |emissions| {
        vec![("probabilities", emissions.probabilities().to_vec())]
    })
    .unwrap();
}
