//! What holds of every iteration, and of every model.

use jensen_models::hmm::{Hmm, HmmOptions, HmmStatistics, Sequences};
use jensen_models::mixture::{
    Arrays, Categories, Covariance, DiscreteMixture, GaussianMixture, InformationCriteria, MixtureError,
    Regularisation, Rows, Smoothing,
};
use jensen_random::Rng;

use super::{KINDS, close, some_categorical, some_gaussian, with_holes};
use crate::mixture::finder;

const LENGTHS: [usize; 5] = [60, 1, 30, 2, 57];

fn rises(what: &str, history: &[f64]) {
    for (at, pair) in history.windows(2).enumerate() {
        assert!(pair[1] >= pair[0] - 1e-12 * pair[0].abs(), "{what}, iteration {at}: {pair:?}");
    }
    assert!(history[history.len() - 1] > history[0], "{what}");
}

#[test]
fn the_likelihood_never_falls() {
    for seed in 0..5 {
        let rng = Rng::seed(seed);
        let holes = if seed % 2 == 0 { 0.2 } else { 0.0 };
        for kind in KINDS {
            let truth = some_gaussian(&rng, kind, 3, 2);
            let values = with_holes(truth.sample(&rng, &LENGTHS).values, &rng, holes);
            let sequences = Sequences::new(Rows::new(&values, 2).unwrap(), &LENGTHS).unwrap();
            let start = some_gaussian(&rng.fork("start"), kind, 3, 2);
            let fitted = start.em(sequences, &Regularisation::none(2), 30, 0.0).unwrap();
            rises(&format!("{kind:?}, seed {seed}"), &fitted.history);
        }
        let values = with_holes(some_categorical(&rng, 2).sample(&rng, &LENGTHS).values, &rng, holes);
        let sequences = Sequences::new(Rows::new(&values, 2).unwrap(), &LENGTHS).unwrap();
        let fitted =
            some_categorical(&rng.fork("start"), 3).em(sequences, &Smoothing::NONE, 60, 0.0).unwrap();
        rises(&format!("categorical, seed {seed}"), &fitted.history);
        // With a prior it is the posterior density that never falls.
        let smoothing = Smoothing::new(5.0).unwrap();
        let fitted = some_categorical(&rng.fork("start"), 3).em(sequences, &smoothing, 60, 0.0).unwrap();
        rises(&format!("smoothed, seed {seed}"), &fitted.history);
        let logs = fitted.model.emissions().probabilities().iter().map(|p| p.ln()).sum::<f64>();
        let objective = (fitted.statistics.log_likelihood + 5.0 * logs) / fitted.statistics.rows;
        close("objective", &[fitted.objective()], &[objective], 1e-13);
    }
}

#[test]
fn threads_do_not_move_a_bit_and_parts_but_the_rounding() {
    let rng = Rng::seed(4);
    let truth = some_gaussian(&rng, Covariance::Full, 3, 2);
    let lengths: Vec<_> = (0..400).map(|at| 1 + (at * 37) % 90).collect();
    let values = with_holes(truth.sample(&rng, &lengths).values, &rng, 0.05);
    let rows = Rows::new(&values, 2).unwrap();
    let sequences = Sequences::new(rows, &lengths).unwrap();
    let options = HmmOptions { states: 3, iterations: 3, initialisations: 2, ..HmmOptions::default() };
    let fit = || Hmm::fit_gaussian(sequences, Covariance::Full, &options, &Rng::seed(1)).unwrap();
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
    let one = pool(1).install(fit);
    assert_eq!(one, pool(3).install(fit));
    let inferred = |n: usize| {
        pool(n).install(|| (one.model.smooth(sequences).unwrap(), one.model.viterbi(sequences).unwrap()))
    };
    assert_eq!(inferred(1), inferred(3));
    // Statistics of parts are those of the whole, but for the order of rounding.
    let whole = HmmStatistics::expect(&one.model, sequences).unwrap();
    let cut: usize = lengths[..150].iter().sum();
    let parts = [(&values[..cut * 2], &lengths[..150]), (&values[cut * 2..], &lengths[150..])];
    let mut merged = HmmStatistics::new(&one.model);
    for (values, lengths) in parts {
        let part = Sequences::new(Rows::new(values, 2).unwrap(), lengths).unwrap();
        merged.merge(&HmmStatistics::expect(&one.model, part).unwrap());
    }
    close("transitions", &merged.transitions, &whole.transitions, 1e-12);
    close("initial", &merged.initial, &whole.initial, 1e-12);
    close("means", merged.emissions.means(), whole.emissions.means(), 1e-12);
    close("scatters", merged.emissions.scatters(), whole.emissions.scatters(), 1e-12);
    close("likelihood", &[merged.log_likelihood], &[whole.log_likelihood], 1e-12);
    assert_eq!(merged.rows, whole.rows);
}

/// Rows that nobody saw, after those that somebody did.
#[test]
fn missing_rows_tell_nothing() {
    let rng = Rng::seed(5);
    let model = some_gaussian(&rng, Covariance::Tied, 3, 2);
    let values = model.sample(&rng, &[20]).values;
    let longer = [&values[..], &[f64::NAN; 10]].concat();
    let own = model.smooth(Sequences::new(Rows::new(&values, 2).unwrap(), &[20]).unwrap()).unwrap();
    let more = model.smooth(Sequences::new(Rows::new(&longer, 2).unwrap(), &[25]).unwrap()).unwrap();
    close("likelihood", &more.log_likelihoods, &own.log_likelihoods, 1e-13);
    close("states", &more.states[..60], &own.states, 1e-12);
    // What is not seen follows the transitions.
    let next =
        |state: &[f64], j: usize| (0..3).map(|i| state[i] * model.transitions()[i * 3 + j]).sum::<f64>();
    for t in 20..25 {
        let expected: Vec<_> = (0..3).map(|j| next(&more.states[(t - 1) * 3..t * 3], j)).collect();
        close("prediction", &more.states[t * 3..(t + 1) * 3], &expected, 1e-12);
    }
}

/// What is learned of much data is what made it, and no worse than the truth.
#[test]
fn parameters_are_recovered() {
    let transitions = vec![0.9, 0.1, 0.0, 0.0, 0.8, 0.2, 0.3, 0.0, 0.7];
    let emissions = GaussianMixture::new(
        Covariance::Spherical,
        1,
        vec![0.5, 0.25, 0.25],
        vec![0.0, 4.0, 8.0],
        vec![1.0; 3],
    )
    .unwrap();
    let truth = Hmm::new(vec![1.0, 0.0, 0.0], transitions, emissions).unwrap();
    let lengths = [500; 20];
    let values = truth.sample(&Rng::seed(6), &lengths).values;
    let sequences = Sequences::new(Rows::new(&values, 1).unwrap(), &lengths).unwrap();
    let options = HmmOptions { states: 3, initialisations: 3, tolerance: 1e-9, ..HmmOptions::default() };
    let fitted = Hmm::fit_gaussian(sequences, Covariance::Spherical, &options, &Rng::seed(7)).unwrap();
    let log_likelihood: f64 = truth.log_likelihood(sequences).unwrap().iter().sum();
    assert!(fitted.converged && fitted.statistics.log_likelihood > log_likelihood);
    let means = fitted.model.emissions().means();
    let place =
        |mean: f64| (0..3).min_by(|a, b| (means[*a] - mean).abs().total_cmp(&(means[*b] - mean).abs()));
    let order = [0.0, 4.0, 8.0].map(|mean| place(mean).expect("a state"));
    for (i, &a) in order.iter().enumerate() {
        for (j, &b) in order.iter().enumerate() {
            let (found, expected) = (fitted.model.transitions()[a * 3 + b], truth.transitions()[i * 3 + j]);
            assert!((found - expected).abs() < 0.03, "{i} to {j}: {found}, expected {expected}");
        }
    }
}

/// With one state there is no chain: a Gaussian, or frequencies.
#[test]
fn one_state() {
    let values = [0.0, 1.0, 2.0, 1.0, 1.0, f64::NAN, 0.0];
    let sequences = Sequences::new(Rows::new(&values, 1).unwrap(), &[3, 4]).unwrap();
    let options = HmmOptions { states: 1, regularisation: 0.0, ..HmmOptions::default() };
    let fitted =
        Hmm::fit_categorical(sequences, &Categories::new(vec![3]).unwrap(), &options, &Rng::seed(1)).unwrap();
    close("frequencies", fitted.model.emissions().probabilities(), &[2.0 / 6.0, 3.0 / 6.0, 1.0 / 6.0], 1e-14);
    let fitted = Hmm::fit_gaussian(sequences, Covariance::Full, &options, &Rng::seed(1)).unwrap();
    close("mean", fitted.model.emissions().means(), &[5.0 / 6.0], 1e-6);
    assert_eq!((fitted.model.initial(), fitted.model.transitions()), (&[1.0][..], &[1.0][..]));
}

#[test]
fn arrays_and_criteria() {
    for kind in KINDS {
        let model = some_gaussian(&Rng::seed(1), kind, 3, 2);
        let arrays = model.to_arrays();
        let find = finder(&arrays);
        assert_eq!(Hmm::<GaussianMixture>::from_arrays(kind, &find).unwrap(), model);
        let without =
            Hmm::<GaussianMixture>::from_arrays(kind, |name| find(name).filter(|_| name != "initial"));
        assert!(matches!(without, Err(MixtureError::Parameter { name: "initial", .. })), "{without:?}");
        let own = GaussianMixture::free_parameters(model.emissions()) - 2;
        assert_eq!(model.free_parameters(), 2 + 6 + own);
        let criteria = InformationCriteria::new(-10.0, 1.0, model.free_parameters());
        assert_eq!((criteria.aic, criteria.bic), (20.0 + 2.0 * (8 + own) as f64, 20.0));
    }
    let model = some_categorical(&Rng::seed(1), 3);
    let arrays = model.to_arrays();
    let find = finder(&arrays);
    assert_eq!(Hmm::<DiscreteMixture>::from_arrays((), find).unwrap(), model);
    assert_eq!(model.free_parameters(), 2 + 6 + 3 * (2 + 1));
}

/// Frequencies of first states, transitions and categories of 20 000 short sequences, each within six standard errors:
/// false alarm 1e-7 in all.
#[test]
fn draws_have_the_frequencies() {
    let model = some_categorical(&Rng::seed(8), 3);
    let lengths = vec![3; 20_000];
    let draws = model.sample(&Rng::seed(9), &lengths);
    assert_eq!(draws.values[..12], model.sample(&Rng::seed(9), &[3, 3]).values);
    assert_eq!(draws.states[..3], model.sample(&Rng::seed(9), &[9]).states[..3]);
    let check = |count: usize, of: usize, expected: f64| {
        let error = (expected * (1.0 - expected) / of as f64).sqrt();
        let found = count as f64 / of as f64;
        assert!((found - expected).abs() <= 6.0 * error, "{found}, expected {expected}");
    };
    for i in 0..3 {
        let first = draws.states.chunks(3).filter(|path| path[0] == i).count();
        check(first, lengths.len(), model.initial()[i]);
        let pairs = || draws.states.chunks(3).flat_map(|path| path.windows(2)).filter(|pair| pair[0] == i);
        for j in 0..3 {
            check(
                pairs().filter(|pair| pair[1] == j).count(),
                pairs().count(),
                model.transitions()[i * 3 + j],
            );
        }
        let emitted = || draws.values.chunks(2).zip(&draws.states).filter(|(_, state)| **state == i);
        for (at, probability) in model.emissions().probabilities()[i * 5..i * 5 + 5].iter().enumerate() {
            let (column, level) = if at < 3 { (0, at) } else { (1, at - 3) };
            check(
                emitted().filter(|(row, _)| row[column] == level as f64).count(),
                emitted().count(),
                *probability,
            );
        }
    }
}
