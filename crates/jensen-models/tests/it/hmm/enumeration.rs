//! Against the sum over all paths.

use jensen_models::hmm::{Emissions, Hmm, HmmError, HmmStatistics, Sequences};
use jensen_models::mixture::{Covariance, GaussianMixture, Rows};
use jensen_random::Rng;

use super::{KINDS, categorical, close, some_categorical, some_gaussian, with_holes};

/// Every path of one sequence with its `log p(x, z)`.
fn paths<E: Emissions>(model: &Hmm<E>, rows: Rows<'_>) -> Result<Vec<(Vec<usize>, f64)>, HmmError> {
    let (s, log_prob) = (model.states(), model.emissions().log_prob(rows)?);
    let mut paths = vec![(Vec::new(), 0.0)];
    for row in log_prob.chunks(s) {
        let extend = |(path, log): &(Vec<usize>, f64)| {
            let from = path.last().map_or(model.initial(), |&i| &model.transitions()[i * s..(i + 1) * s]);
            let next = |j| ([&path[..], &[j]].concat(), log + f64::ln(from[j]) + row[j]);
            (0..s).map(next).collect::<Vec<_>>()
        };
        paths = paths.iter().flat_map(extend).collect();
    }
    Ok(paths)
}

/// What each path is of all, and the logarithm of their sum.
fn normalised(paths: &[(Vec<usize>, f64)]) -> (Vec<f64>, f64) {
    let largest = paths.iter().map(|path| path.1).fold(f64::NEG_INFINITY, f64::max);
    let shares: Vec<_> = paths.iter().map(|path| (path.1 - largest).exp()).collect();
    let sum: f64 = shares.iter().sum();
    (shares.iter().map(|share| share / sum).collect(), largest + sum.ln())
}

fn check<E: Emissions>(model: &Hmm<E>, values: &[f64], columns: usize) -> Result<(), HmmError> {
    let s = model.states();
    let rows = Rows::new(values, columns)?;
    let steps = rows.len();
    let lengths = [steps];
    let sequences = Sequences::new(rows, &lengths)?;
    let paths = paths(model, rows)?;
    let (shares, log_likelihood) = normalised(&paths);
    let mut marginals = vec![0.0; steps * s];
    let (mut initial, mut pairs) = (vec![0.0; s], vec![0.0; s * s]);
    for ((path, _), share) in paths.iter().zip(&shares) {
        initial[path[0]] += share;
        for (t, state) in path.iter().enumerate() {
            marginals[t * s + state] += share;
            if t > 0 {
                pairs[path[t - 1] * s + state] += share;
            }
        }
    }
    close("likelihood", &model.log_likelihood(sequences)?, &[log_likelihood], 1e-12);
    let smoothed = model.smooth(sequences)?;
    close("likelihood", &smoothed.log_likelihoods, &[log_likelihood], 1e-12);
    close("marginals", &smoothed.states, &marginals, 1e-12);
    let statistics = HmmStatistics::expect(model, sequences)?;
    close("first states", &statistics.initial, &initial, 1e-12);
    close("pairs", &statistics.transitions, &pairs, 1e-12);
    let best = paths.iter().fold(&paths[0], |best, path| if path.1 > best.1 { path } else { best });
    let viterbi = model.viterbi(sequences)?;
    assert_eq!(viterbi.states, best.0);
    close("best path", &viterbi.log_probs, &[best.1], 1e-12);
    // The last row of a prefix, filtered, is smoothed.
    let filtered = model.filter(sequences)?;
    for t in 1..=steps {
        let prefix = Rows::new(&values[..t * columns], columns)?;
        let smoothed = model.smooth(Sequences::new(prefix, &[t])?)?.states;
        close("filtered", &filtered[(t - 1) * s..t * s], &smoothed[(t - 1) * s..], 1e-12);
    }
    Ok(())
}

#[test]
fn small_chains_are_sums_over_paths() {
    for seed in 0..8 {
        let rng = Rng::seed(seed);
        for (at, kind) in KINDS.into_iter().enumerate() {
            let (states, steps) = (2 + (seed as usize + at) % 2, 1 + seed as usize % 7);
            let model = some_gaussian(&rng, kind, states, 2);
            let values = with_holes(model.sample(&rng, &[steps]).values, &rng.at(at as u64), 0.3);
            check(&model, &values, 2).unwrap();
        }
        let model = some_categorical(&rng, 3);
        let values = with_holes(model.sample(&rng, &[6]).values, &rng, 0.3);
        check(&model, &values, 2).unwrap();
    }
}

/// A chain that goes one way, one that alternates, and a start in one state.
#[test]
fn zeros_are_zeros() {
    let emissions = categorical(vec![2], vec![1.0, 0.0, 0.3, 0.7, 0.6, 0.4]);
    for transitions in
        [vec![0.5, 0.5, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 1.0], vec![0.0, 1.0, 0.0, 0.5, 0.0, 0.5, 0.0, 1.0, 0.0]]
    {
        let model = Hmm::new(vec![1.0, 0.0, 0.0], transitions, emissions.clone()).unwrap();
        check(&model, &[0.0, 1.0, f64::NAN, 1.0, 0.0, 1.0], 1).unwrap();
    }
}

/// The only path there is goes through rows that another state, which cannot be reached or cannot be left in time,
/// makes likelier by thousands of nats: more than the exponent of a number holds.
#[test]
fn a_state_is_not_lost_to_a_likelier_one() {
    let means = vec![0.0, 100.0, 0.0];
    let emissions =
        GaussianMixture::new(Covariance::Spherical, 1, vec![1.0, 0.0, 0.0], means, vec![1.0; 3]).unwrap();
    let one_way = vec![0.5, 0.5, 0.0, 0.0, 1.0, 0.0, 0.2, 0.3, 0.5];
    let model = Hmm::new(vec![0.9, 0.1, 0.0], one_way, emissions.clone()).unwrap();
    // State 1 is likelier for three rows, and only then is it seen that nothing comes back from it.
    check(&model, &[0.0, 99.0, 99.0, 99.0, 0.0, 0.0, 0.0, 0.0], 1).unwrap();
    let strict = vec![0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0];
    let model = Hmm::new(vec![0.5, 0.5, 0.0], strict, emissions).unwrap();
    check(&model, &[100.0, 0.0, 100.0, 100.0, 3.0], 1).unwrap();
}
