//! Sequences of a hundred thousand rows.

use jensen_models::hmm::{Hmm, Sequences};
use jensen_models::mixture::{Covariance, GaussianMixture, Rows};
use jensen_random::Rng;

use super::{close, some_gaussian, with_holes};

const STEPS: usize = 100_000;

/// Where all rows of the transitions are the weights, the chain is a mixture.
#[test]
fn a_chain_without_memory_is_a_mixture() {
    let rng = Rng::seed(1);
    let weights = vec![0.2, 0.5, 0.3];
    let emissions = some_gaussian(&rng, Covariance::Diagonal, 3, 2).emissions().clone();
    let (means, covariances) = (emissions.means().to_vec(), emissions.covariances().to_vec());
    let mixture = GaussianMixture::new(Covariance::Diagonal, 2, weights.clone(), means, covariances).unwrap();
    let values = with_holes(mixture.sample(&rng, STEPS).values, &rng, 0.1);
    let rows = Rows::new(&values, 2).unwrap();
    let model = Hmm::new(weights.clone(), weights.repeat(3), emissions).unwrap();
    let smoothed = model.smooth(Sequences::new(rows, &[STEPS]).unwrap()).unwrap();
    close("states", &smoothed.states, &mixture.responsibilities(rows).unwrap(), 1e-11);
    let sum = mixture.log_prob(rows).unwrap().iter().sum();
    close("likelihood", &smoothed.log_likelihoods, &[sum], 1e-11);
}

/// Two states whose first has the chain's own frequencies are the same chain backwards: what goes forward and what goes
/// back are different recursions, and agree to the end.
#[test]
fn a_reversible_chain_read_backwards() {
    let rng = Rng::seed(2);
    let emissions = some_gaussian(&rng, Covariance::Full, 2, 2).emissions().clone();
    let model = Hmm::new(vec![0.75, 0.25], vec![0.99, 0.01, 0.03, 0.97], emissions).unwrap();
    let values = with_holes(model.sample(&rng, &[STEPS]).values, &rng, 0.4);
    let backwards: Vec<_> = values.chunks(2).rev().flatten().copied().collect();
    let [forth, back] = [&values, &backwards].map(|values| {
        let rows = Rows::new(values, 2).unwrap();
        model.smooth(Sequences::new(rows, &[STEPS]).unwrap()).unwrap()
    });
    let turned: Vec<_> = back.states.chunks(2).rev().flatten().copied().collect();
    close("states", &forth.states, &turned, 1e-12);
    close("likelihood", &forth.log_likelihoods, &back.log_likelihoods, 1e-12);
    assert!(forth.states.chunks(2).all(|state| (state[0] + state[1] - 1.0).abs() < 1e-14));
}

/// The most likely path is no likelier than all, and as likely as it says.
#[test]
fn a_long_path() {
    let rng = Rng::seed(3);
    let model = some_gaussian(&rng, Covariance::Spherical, 4, 1);
    let values = model.sample(&rng, &[STEPS]).values;
    let rows = Rows::new(&values, 1).unwrap();
    let sequences = Sequences::new(rows, &[STEPS]).unwrap();
    let path = model.viterbi(sequences).unwrap();
    let log_prob = jensen_models::hmm::Emissions::log_prob(model.emissions(), rows).unwrap();
    let mut sum = model.initial()[path.states[0]].ln();
    for (t, &state) in path.states.iter().enumerate() {
        sum += log_prob[t * 4 + state];
        if t > 0 {
            sum += model.transitions()[path.states[t - 1] * 4 + state].ln();
        }
    }
    close("path", &path.log_probs, &[sum], 1e-11);
    assert!(path.log_probs[0] < model.log_likelihood(sequences).unwrap()[0]);
}
