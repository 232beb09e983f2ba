//! Rows that are sequences.

use jensen_data::{Array, Dataset, Field, Role};
use jensen_infer::{Learner, StepContext};
use jensen_models::hmm::{Hmm, HmmError, HmmOptions, SequenceModel, Sequences, Steps};
use jensen_models::mixture::{
    Categories, Covariance, Density, DiscreteMixture, ExpectationMaximisation, GaussianMixture, MixtureError,
    Regularisation, Rows,
};
use jensen_random::Rng;

use super::close;

const STEPS: usize = 9;
const COLUMNS: usize = 2;

/// Rows of nine steps, some shorter, with values missing in between; and the same as sequences.
fn rows() -> (Vec<f64>, Vec<f64>, Vec<usize>) {
    let noise = Rng::seed(4).fork("noise").normals(30, STEPS * COLUMNS);
    let mut values: Vec<f64> = noise.into_iter().map(f64::from).collect();
    let (mut steps, mut lengths) = (Vec::new(), Vec::new());
    for (at, row) in values.chunks_exact_mut(STEPS * COLUMNS).enumerate() {
        let length = STEPS - at % 4;
        row[length * COLUMNS..].fill(f64::NAN);
        for (i, value) in row[..length * COLUMNS].iter_mut().enumerate() {
            *value += f64::from(u8::from(i / 6 % 2 == 0)) * 3.0;
            if i % 7 == 3 {
                *value = f64::NAN;
            }
        }
        // A step that is missing in the middle is a step all the same.
        row[2..4].fill(f64::NAN);
        steps.extend_from_slice(&row[..length * COLUMNS]);
        lengths.push(length);
    }
    (values, steps, lengths)
}

#[test]
fn rows_are_learned_from_as_sequences_are() {
    let (values, steps, lengths) = rows();
    let rows = Rows::new(&values, STEPS * COLUMNS).unwrap();
    let sequences = Sequences::new(Rows::new(&steps, COLUMNS).unwrap(), &lengths).unwrap();
    let options = HmmOptions { states: 2, iterations: 15, tolerance: 0.0, ..HmmOptions::default() };
    let expected = Hmm::fit_gaussian(sequences, Covariance::Full, &options, &Rng::seed(1)).unwrap();

    let x = Field::new("x", Role::Observation, vec![STEPS, COLUMNS], Array::F64(values.clone())).unwrap();
    let dataset = Dataset::from_fields("sequences", vec![x]).unwrap();
    let all = dataset.read(&(0..30).collect::<Vec<_>>()).unwrap();
    let batches = [all.select(&(0..11).collect::<Vec<_>>()), all.select(&(11..30).collect::<Vec<_>>())];
    let fresh = || {
        let (shape, kind) = ([STEPS, COLUMNS], Covariance::Full);
        SequenceModel::<GaussianMixture>::learner(&rows, shape, kind, &options, &Rng::seed(1)).unwrap()
    };
    let mut learner = fresh();
    let context = StepContext { step: 0, rng: Rng::seed(0), learning_rate: 0.0, warm_up: 1.0 };
    for before in &expected.history {
        let mut sum = 0.0;
        for batch in &batches {
            sum +=
                learner.step(std::slice::from_ref(batch), &context).unwrap().objective * batch.len() as f64;
            // Half a pass goes to a file and comes back.
            let state = learner.state();
            learner = fresh();
            learner.load_state(&state).unwrap();
        }
        // The library's mean is over steps.
        let mean = sum / steps.len() as f64 * COLUMNS as f64;
        assert!((mean - before).abs() < 1e-12 * before.abs(), "{mean}, not {before}");
    }

    let model = SequenceModel::new(expected.model.clone(), STEPS, COLUMNS);
    assert_eq!(model.log_prob(rows).unwrap(), expected.model.log_likelihood(sequences).unwrap());
    let paths = model.paths(rows).unwrap();
    let states = expected.model.viterbi(sequences).unwrap().states;
    let there = paths.iter().filter(|&&state| state >= 0).map(|&state| state as usize);
    assert_eq!(there.collect::<Vec<_>>(), states);
    assert!(paths.chunks(STEPS).zip(&lengths).all(|(path, &length)| path[length..].iter().all(|&s| s == -1)));
    let posteriors = model.posteriors(rows).unwrap();
    let smoothed = expected.model.smooth(sequences).unwrap().states;
    let there: Vec<_> = posteriors.iter().filter(|share| !share.is_nan()).copied().collect();
    assert_eq!((there, posteriors.len()), (smoothed, 30 * STEPS * 2));
    assert_eq!(model.sample(&Rng::seed(2), 4).len(), 4 * STEPS * COLUMNS);

    assert!(model.log_prob(Rows::new(&values[..STEPS], STEPS).unwrap()).is_err());
    // Nothing seen, nothing learned.
    let empty = vec![f64::NAN; STEPS * COLUMNS];
    assert_eq!(model.log_prob(Rows::new(&empty, STEPS * COLUMNS).unwrap()).unwrap(), [0.0]);
}

/// A weight is how often a sequence is there; none is as if it were not, whatever it holds.
#[test]
fn weights_are_repetitions() {
    let (values, steps, lengths) = rows();
    let width = STEPS * COLUMNS;
    let weights: Vec<_> = (0..30).map(|at| f64::from(at % 3)).collect();
    let rows = Rows::new(&values, width).unwrap().with_weights(&weights).unwrap();
    let repeated: Vec<_> =
        (0..30).flat_map(|at| values[at * width..(at + 1) * width].repeat(at % 3)).collect();
    let repeated = Rows::new(&repeated, width).unwrap();
    let options = HmmOptions { states: 2, ..HmmOptions::default() };
    let start = {
        let sequences = Sequences::new(Rows::new(&steps, COLUMNS).unwrap(), &lengths).unwrap();
        let few = HmmOptions { iterations: 1, ..options.clone() };
        let fitted = Hmm::fit_gaussian(sequences, Covariance::Full, &few, &Rng::seed(1)).unwrap();
        SequenceModel::new(fitted.model, STEPS, COLUMNS)
    };
    let floor = Regularisation::none(COLUMNS);
    let [weighted, repeated] = [rows, repeated]
        .map(|rows| ExpectationMaximisation::em(start.clone(), &rows, &floor, 5, 0.0).unwrap());
    close("objective", &weighted.history, &repeated.history, 1e-12);
    let [a, b] = [&weighted, &repeated].map(|fitted| fitted.mixture.hmm());
    close("transitions", a.transitions(), b.transitions(), 1e-11);
    close("means", a.emissions().means(), b.emissions().means(), 1e-11);
    close("covariances", a.emissions().covariances(), b.emissions().covariances(), 1e-11);

    // The beginning too: neither the means that k-means finds nor the floor know of a sequence without weight.
    let far: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(at, v)| if (at / width).is_multiple_of(3) { v * 1e3 } else { *v })
        .collect();
    let learner = |values: &[f64]| {
        let rows = Rows::new(values, width).unwrap().with_weights(&weights).unwrap();
        let shape = [STEPS, COLUMNS];
        SequenceModel::<GaussianMixture>::learner(&rows, shape, Covariance::Full, &options, &Rng::seed(1))
            .unwrap()
    };
    assert_eq!(learner(&values).model(), learner(&far).model());

    let sequences = Sequences::new(Rows::new(&steps, COLUMNS).unwrap(), &lengths).unwrap();
    let mut wrong = vec![1.0; 30];
    wrong[4] = f64::NAN;
    assert!(matches!(sequences.with_weights(&wrong), Err(HmmError::Weight { sequence: 4, .. })));
    assert!(matches!(
        sequences.with_weights(&wrong[..3]),
        Err(HmmError::Emissions(MixtureError::Shape { what: "weights", expected: 30, found: 3 }))
    ));
    let nothing = start.expect(rows.with_weights(&[0.0; 30]).unwrap()).unwrap();
    let learned = start.maximise(&nothing, &floor);
    assert!(matches!(learned, Err(MixtureError::NoRows)), "{learned:?}");
}

/// An error names the row of the data, and where in it.
#[test]
fn errors_name_rows() {
    let emissions = DiscreteMixture::bernoulli(2, vec![0.5, 0.5], vec![0.0, 0.5, 0.0, 0.5]).unwrap();
    let hmm = Hmm::new(vec![1.0, 0.0], vec![0.5; 4], emissions).unwrap();
    let model = SequenceModel::new(hmm, 3, 2);
    let nan = f64::NAN;
    let mut values = [0.0, 1.0, nan, nan, nan, nan, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0];
    let ask = |values: &[f64]| model.log_prob(Rows::new(values, 6).unwrap().starting_at(40));
    assert!(ask(&values).is_ok());
    values[10] = 1.0;
    assert!(matches!(ask(&values), Err(MixtureError::ImpossibleSequence { row: 41, step: 2 })));
    values[9] = 2.0;
    assert!(matches!(ask(&values), Err(MixtureError::Category { row: 41, column: 3, .. })));
    let rows = Rows::new(&values, 6).unwrap().starting_at(40);
    let counted = Categories::of(&Steps { source: &rows, columns: 2 }).unwrap();
    assert_eq!(counted.counts(), [2, 3]);
    values[8] = 0.5;
    let rows = Rows::new(&values, 6).unwrap().starting_at(40);
    let counted = Categories::of(&Steps { source: &rows, columns: 2 });
    assert!(matches!(counted, Err(MixtureError::Category { row: 41, column: 2, .. })), "{counted:?}");
}
