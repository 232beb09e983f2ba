//! Rows that are sequences.

use jensen_data::{Array, Dataset, Field, Role};
use jensen_infer::{Learner, StepContext};
use jensen_models::hmm::{Hmm, HmmOptions, SequenceModel, Sequences};
use jensen_models::mixture::{
    Covariance, Density, ExpectationMaximisation, GaussianMixture, MixtureError, Rows,
};
use jensen_random::Rng;

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
    assert_eq!(model.sample(&Rng::seed(2), 4).len(), 4 * STEPS * COLUMNS);

    let weights = vec![2.0; 30];
    let weighted = model.expect(rows.with_weights(&weights).unwrap());
    assert!(matches!(weighted, Err(MixtureError::Parameter { name: "weights", .. })));
    assert!(model.log_prob(Rows::new(&values[..STEPS], STEPS).unwrap()).is_err());
    // Nothing seen, nothing learned.
    let empty = vec![f64::NAN; STEPS * COLUMNS];
    assert_eq!(model.log_prob(Rows::new(&empty, STEPS * COLUMNS).unwrap()).unwrap(), [0.0]);
}
