//! Expectation–maximisation as a learner.

use jensen_data::{Array, Batch, DataConfig, Dataset, Draws, Field, Preprocessing, Role, Split};
use jensen_infer::{InferError, Learner, StepContext, StepReport};
use jensen_models::mixture::{
    BayesianMixture, BayesianOptions, Covariance, EmLearner, EmOptions, Examples, GaussianMixture,
    LOG_LIKELIHOOD, MixtureError, OnlineEm, OnlineLearner, Regularisation, RowSource, Rows, Summary,
};
use jensen_random::Rng;

use super::{KINDS, close, clusters};

const COLUMNS: usize = 3;

fn dataset(values: &[f64], weights: Option<&[f64]>) -> Dataset {
    let x = Field::new("x", Role::Observation, vec![COLUMNS], Array::F64(values.to_vec())).expect("numbers");
    let weights =
        weights.map(|w| Field::new("w", Role::Weight, vec![], Array::F64(w.to_vec())).expect("numbers"));
    Dataset::from_fields("clusters", std::iter::once(x).chain(weights).collect()).expect("numbers")
}

/// Batches of so many rows, in order.
fn batches(dataset: &Dataset, size: u64) -> Vec<Batch> {
    let len = dataset.len() as u64;
    let starts = (0..len).step_by(size as usize);
    starts
        .map(|from| dataset.read(&(from..len.min(from + size)).collect::<Vec<_>>()).expect("numbers"))
        .collect()
}

fn context() -> StepContext<'static> {
    StepContext { step: 0, rng: Rng::seed(0), learning_rate: 0.0, warm_up: 1.0 }
}

fn step<M>(learner: &mut EmLearner<M>, batch: &Batch) -> Result<StepReport, InferError>
where
    EmLearner<M>: Learner,
    M: jensen_models::mixture::ExpectationMaximisation<Regularisation: Sized>,
{
    learner.step(std::slice::from_ref(batch), &context())
}

/// The mean objective of an epoch.
fn epoch<M>(learner: &mut EmLearner<M>, batches: &[Batch]) -> f64
where
    EmLearner<M>: Learner,
    M: jensen_models::mixture::ExpectationMaximisation<Regularisation: Sized>,
{
    let (mut sum, mut examples) = (0.0, 0);
    for batch in batches {
        let report = step(learner, batch).expect("numbers");
        sum += report.objective * report.examples as f64;
        examples += report.examples;
    }
    sum / examples as f64
}

#[test]
fn epochs_are_iterations() {
    let values = clusters(&Rng::seed(2), 500, COLUMNS, 0.1);
    let weights: Vec<f64> =
        Rng::seed(3).fork("weights").uniforms(500, 1).into_iter().map(f64::from).collect();
    let rows = Rows::new(&values, COLUMNS).unwrap().with_weights(&weights).unwrap();
    let data = dataset(&values, Some(&weights));
    for kind in KINDS {
        let options = EmOptions { components: 3, covariance: kind, iterations: 12, ..EmOptions::default() };
        let fitted = GaussianMixture::fit(&rows, &options, &Rng::seed(1)).unwrap();
        for size in [500, 130] {
            let mut learner = GaussianMixture::learner(&rows, &options, &Rng::seed(1)).unwrap();
            let batches = batches(&data, size);
            let history: Vec<f64> =
                (0..fitted.history.len()).map(|_| epoch(&mut learner, &batches)).collect();
            close("history", &history, &fitted.history, 1e-12);
            if fitted.converged {
                assert!(learner.is_converged());
                close("means", learner.model().means(), fitted.mixture.means(), 1e-10);
            }
        }
    }
}

/// Of a row without values a posterior expects nothing, and the bound is a mean over the others.
#[test]
fn rows_without_values_are_no_part_of_a_bound() {
    let mut values = clusters(&Rng::seed(2), 200, COLUMNS, 0.1);
    values[50 * COLUMNS..120 * COLUMNS].fill(f64::NAN);
    let rows = Rows::new(&values, COLUMNS).unwrap();
    let batches = batches(&dataset(&values, None), 64);
    let options =
        BayesianOptions { components: 3, iterations: 8, tolerance: 0.0, ..BayesianOptions::default() };
    let fitted = BayesianMixture::fit(&rows, &options, &Rng::seed(1)).unwrap();
    let mut learner = BayesianMixture::learner(&rows, &options, &Rng::seed(1)).unwrap();
    let history: Vec<f64> = fitted.history.iter().map(|_| epoch(&mut learner, &batches)).collect();
    close("history", &history, &fitted.history, 1e-12);
}

#[test]
fn the_best_of_the_beginnings_is_kept() {
    let values = clusters(&Rng::seed(4), 300, COLUMNS, 0.0);
    let rows = Rows::new(&values, COLUMNS).unwrap();
    let batches = batches(&dataset(&values, None), 300);
    let learn = |initialisations| {
        // None of Lloyd's iterations, so that the beginnings differ.
        let options = EmOptions { components: 6, initialisations, lloyd: 0, ..EmOptions::default() };
        let mut learner = GaussianMixture::learner(&rows, &options, &Rng::seed(1)).unwrap();
        while !learner.is_converged() {
            epoch(&mut learner, &batches);
        }
        let metrics = learner.evaluate(&batches[0], Rng::seed(0)).unwrap();
        metrics.mean(LOG_LIKELIHOOD).unwrap()
    };
    let best: Vec<f64> = [1, 2, 5, 10].into_iter().map(learn).collect();
    assert!(best.is_sorted(), "{best:?}");
    assert!(best[3] > best[0] + 1e-3, "ten beginnings come further than one: {best:?}");
}

#[test]
fn a_pass_is_resumed_to_the_same_bits() {
    let values = clusters(&Rng::seed(5), 240, COLUMNS, 0.2);
    let rows = Rows::new(&values, COLUMNS).unwrap();
    let batches = batches(&dataset(&values, None), 50);
    let options = EmOptions { components: 4, initialisations: 3, ..EmOptions::default() };
    let fresh = || GaussianMixture::learner(&rows, &options, &Rng::seed(9)).unwrap();
    let mut whole = fresh();
    let mut parts = fresh();
    for at in 0..17 {
        let batch = &batches[at % batches.len()];
        step(&mut whole, batch).unwrap();
        step(&mut parts, batch).unwrap();
        let state = parts.state();
        parts = fresh();
        parts.load_state(&state).unwrap();
    }
    assert_eq!(whole.state(), parts.state());
    assert_eq!(whole.weights(), parts.weights());
    // What does not fit changes nothing.
    let other = EmOptions { components: 5, ..options.clone() };
    let other = GaussianMixture::learner(&rows, &other, &Rng::seed(9)).unwrap().state();
    let before = parts.state();
    assert!(matches!(parts.load_state(&other), Err(InferError::State { .. })));
    assert_eq!(parts.state(), before);
}

#[test]
fn a_beginning_that_fails_is_left_behind() {
    let values = clusters(&Rng::seed(7), 40, COLUMNS, 0.0);
    let summary = Summary::of(&Rows::new(&values, COLUMNS).unwrap()).unwrap();
    let batch = &batches(&dataset(&values, None), 40)[0];
    // A component that holds one row only has no covariance, unless it is wide enough to hold others.
    let start = |width: f64| {
        let means = [&values[..COLUMNS], &summary.means[..]].concat();
        let matrix = |scale: f64| (0..9).map(move |at| if at % 4 == 0 { scale } else { 0.0 });
        let covariances = matrix(width).chain(matrix(50.0)).collect();
        GaussianMixture::new(Covariance::Full, COLUMNS, vec![0.5, 0.5], means, covariances).unwrap()
    };
    let learner = |widths: &[f64]| {
        let beginnings = widths.iter().map(|&width| start(width)).collect();
        EmLearner::new(beginnings, Regularisation::none(COLUMNS), summary.extent(), 1e-6)
    };
    let message = step(&mut learner(&[1e-9]), batch).expect_err("it is singular").to_string();
    assert!(message.contains("not positive definite"), "{message}");

    let (mut one, mut both) = (learner(&[9.0]), learner(&[1e-9, 9.0]));
    for _ in 0..3 {
        step(&mut one, batch).unwrap();
        step(&mut both, batch).unwrap();
    }
    assert_eq!(both.model(), one.model());
    assert!(!both.is_converged());
}

#[test]
fn bytes_are_numbers_as_they_are() {
    let bytes: Vec<u8> = (0..60).map(|at| (at * 37 % 251) as u8).collect();
    let x = Field::new("x", Role::Observation, vec![COLUMNS], Array::U8(bytes.clone())).unwrap();
    let data = Dataset::from_fields("bytes", vec![x]).unwrap();
    let train = data.rows(Split::Train).unwrap();
    let fitted = Preprocessing::fit_numbers(&DataConfig::default(), &data, &train).unwrap();
    let source = Examples { dataset: &data, rows: &train, preprocessing: &fitted };
    let options = EmOptions { components: 2, ..EmOptions::default() };
    let learner = GaussianMixture::learner(&source, &options, &Rng::seed(1)).unwrap();
    let batch = fitted.apply(data.read(&(0..20).collect::<Vec<_>>()).unwrap(), Draws::Evaluation).unwrap();
    let ours = learner.evaluate(&batch, Rng::seed(0)).unwrap().mean(LOG_LIKELIHOOD).unwrap();

    let own: Vec<f64> = bytes.into_iter().map(f64::from).collect();
    let log_prob = learner.model().log_prob(Rows::new(&own, COLUMNS).unwrap()).unwrap();
    let expected = log_prob.iter().sum::<f64>() / 20.0;
    close("likelihood", &[ours], &[expected], 1e-12);
}

#[test]
fn data_sets_are_sources_of_rows() {
    let values = clusters(&Rng::seed(6), 50, COLUMNS, 0.1);
    let mut weights = vec![1.0; 50];
    let data = dataset(&values, Some(&weights));
    let rows = jensen_data::Rows::from((0..50).rev().collect::<Vec<u64>>());
    let numbers = |data: &Dataset| {
        Preprocessing::fit_numbers(&DataConfig::default(), data, &data.rows(Split::All).unwrap()).unwrap()
    };
    let fitted = numbers(&data);
    let source = Examples { dataset: &data, rows: &rows, preprocessing: &fitted };
    let mut seen = Vec::new();
    source
        .pass(&mut |rows| {
            (0..rows.len()).for_each(|at| seen.extend_from_slice(rows.row(at)));
            Ok(())
        })
        .unwrap();
    let expected: Vec<u64> = values.chunks(COLUMNS).rev().flatten().map(|value| value.to_bits()).collect();
    assert_eq!(seen.into_iter().map(f64::to_bits).collect::<Vec<_>>(), expected);

    weights[7] = -1.0;
    let data = dataset(&values, Some(&weights));
    let source = Examples { dataset: &data, rows: &rows, preprocessing: &fitted };
    let error = Summary::of(&source).expect_err("a negative weight");
    assert!(matches!(error, MixtureError::RowWeight { row: 7, .. }), "{error}");
}

/// Updates are those of the library's online iteration, and go on from a state to the same bits.
#[test]
fn batches_are_learned_from_online() {
    let values = clusters(&Rng::seed(8), 300, COLUMNS, 0.1);
    let rows = Rows::new(&values, COLUMNS).unwrap();
    let batches = batches(&dataset(&values, None), 60);
    let options = EmOptions { components: 3, initialisations: 3, ..EmOptions::default() };
    let fresh = || OnlineLearner::new(&rows, &options, 0.7, &Rng::seed(1)).unwrap();
    let mut learner = fresh();
    let some = Regularisation::relative(&Summary::of(&rows).unwrap(), options.regularisation).unwrap();
    let mut online = OnlineEm::new(learner.model().clone(), 0.7, some).unwrap();
    for (at, batch) in batches.iter().cycle().take(12).enumerate() {
        let report = learner.step(std::slice::from_ref(batch), &context()).unwrap();
        let from = at % batches.len() * 60 * COLUMNS;
        let part = Rows::new(&values[from..from + 60 * COLUMNS], COLUMNS).unwrap();
        assert_eq!(report.objective, online.update(part).unwrap());
        let state = learner.state();
        learner = fresh();
        learner.load_state(&state).unwrap();
    }
    assert_eq!(learner.model(), online.mixture());
    assert!(!learner.is_converged());
    assert!(OnlineLearner::new(&rows, &options, 0.4, &Rng::seed(1)).is_err());
}

/// A beginning that no row reaches is passed over; where there is no other, the row is named.
#[test]
fn a_beginning_that_no_row_reaches_is_left_behind() {
    let values = clusters(&Rng::seed(4), 60, COLUMNS, 0.0);
    let rows = Rows::new(&values, COLUMNS).unwrap();
    let summary = Summary::of(&rows).unwrap();
    let batches = batches(&dataset(&values, None), 25);
    let start = |place: f64| {
        let means = vec![place; COLUMNS];
        GaussianMixture::new(Covariance::Spherical, COLUMNS, vec![1.0], means, vec![1.0]).unwrap()
    };
    let learner = |places: &[f64]| {
        let beginnings = places.iter().map(|&place| start(place)).collect();
        EmLearner::new(beginnings, Regularisation::none(COLUMNS), summary.extent(), 1e-9)
    };
    let (mut one, mut both) = (learner(&[0.0]), learner(&[1e200, 0.0]));
    for _ in 0..3 {
        assert_eq!(epoch(&mut one, &batches), epoch(&mut both, &batches));
    }
    assert_eq!(both.model(), one.model());
    let message = step(&mut learner(&[1e200, -1e200]), &batches[1]).expect_err("out of reach").to_string();
    assert!(message.contains("row 25"), "{message}");
}
