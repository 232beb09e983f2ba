//! Data that leave a chain undetermined: an error that says so, or a documented answer, and never NaN.

use jensen_models::hmm::{Emissions, Hmm, HmmError, HmmFitted, HmmOptions, Sequences};
use jensen_models::mixture::{
    Arrays, Categories, Covariance, DiscreteMixture, GaussianMixture, MixtureError, Regularisation, Rows,
    Smoothing,
};
use jensen_random::Rng;

use super::{KINDS, categorical};

const NAN: f64 = f64::NAN;

fn finite<E: Emissions + Arrays>(fitted: &HmmFitted<E>) {
    assert!(fitted.history.iter().all(|likelihood| likelihood.is_finite()), "{:?}", fitted.history);
    let arrays = fitted.model.to_arrays();
    assert!(arrays.iter().flat_map(|array| &array.values).all(|value| value.is_finite()));
}

fn fit(
    values: &[f64],
    columns: usize,
    lengths: &[usize],
    states: usize,
    kind: Covariance,
) -> Result<HmmFitted<GaussianMixture>, HmmError> {
    let sequences = Sequences::new(Rows::new(values, columns)?, lengths)?;
    let options = HmmOptions { states, initialisations: 2, iterations: 50, ..HmmOptions::default() };
    let fitted = Hmm::fit_gaussian(sequences, kind, &options, &Rng::seed(1))?;
    finite(&fitted);
    assert!(fitted.model.smooth(sequences)?.states.iter().all(|state| (0.0..=1.0 + 1e-12).contains(state)));
    Ok(fitted)
}

#[test]
fn few_and_constant_rows_are_regularised() {
    for kind in KINDS {
        let one = fit(&[4.0, 5.0], 2, &[1], 1, kind).unwrap();
        assert_eq!(one.model.emissions().means(), [4.0, 5.0]);
        // Sequences of one row: nothing is known of the transitions, which stay as they began.
        let single = fit(&[0.0, 0.1, 5.0, 5.1], 1, &[1; 4], 2, kind).unwrap();
        assert_eq!(single.model.transitions(), [0.5; 4]);
        let constant = [0.0, 1.0, 0.1, 1.0, 9.0, 1.0, 9.1, 1.0, NAN, 1.0, 0.2, 1.0, NAN, NAN];
        fit(&constant, 2, &[3, 4], 2, kind).unwrap();
    }
}

#[test]
fn what_cannot_be_learned_is_said() {
    let rows = Rows::new(&[0.0, 1.0, 2.0], 1).unwrap();
    assert!(matches!(Sequences::new(rows, &[2]), Err(HmmError::Lengths { expected: 3, found: 2 })));
    assert!(matches!(Sequences::new(rows, &[3, 0]), Err(HmmError::EmptySequence { sequence: 1 })));
    for kind in KINDS {
        let gone = fit(&[1.0, NAN, 2.0, NAN], 2, &[2], 1, kind);
        assert!(
            matches!(gone, Err(HmmError::Emissions(MixtureError::EmptyColumn { column: 1 }))),
            "{gone:?}"
        );
        let few = fit(&[1.0, 1.0, 2.0], 1, &[3], 3, kind);
        assert!(matches!(few, Err(HmmError::Emissions(MixtureError::TooFewRows { .. }))), "{few:?}");
        assert!(matches!(fit(&[], 1, &[], 1, kind), Err(HmmError::Emissions(MixtureError::NoRows))));
        let infinite = fit(&[1.0, f64::INFINITY], 1, &[2], 1, kind);
        assert!(
            matches!(infinite, Err(HmmError::Emissions(MixtureError::Infinite { row: 1, .. }))),
            "{infinite:?}"
        );
    }
    let (options, bits) = (HmmOptions::default(), Categories::binary(1).unwrap());
    let empty = Sequences::new(Rows::new(&[], 1).unwrap(), &[]).unwrap();
    let fitted = Hmm::fit_categorical(empty, &bits, &options, &Rng::seed(1));
    assert!(matches!(fitted, Err(HmmError::NoSequences)), "{fitted:?}");
    for (value, place) in [(2.0, 3), (0.5, 3), (-1.0, 3), (f64::INFINITY, 3)] {
        let values = [0.0, NAN, 1.0, value];
        let sequences = Sequences::new(Rows::new(&values, 1).unwrap(), &[1, 3]).unwrap();
        let fitted = Hmm::fit_categorical(sequences, &bits, &options, &Rng::seed(1));
        let Err(HmmError::Emissions(MixtureError::Category { row, categories: 2, .. })) = fitted else {
            panic!("{value}: {fitted:?}")
        };
        assert_eq!(row, place);
    }
    let none = HmmOptions { states: 0, ..options };
    let fitted = Hmm::fit_categorical(empty, &bits, &none, &Rng::seed(1));
    assert!(matches!(fitted, Err(HmmError::Parameter { name: "states", .. })), "{fitted:?}");
}

#[test]
fn an_impossible_sequence_is_named() {
    let emissions = categorical(vec![2], vec![1.0, 0.0, 0.0, 1.0]);
    let model = Hmm::new(vec![1.0, 0.0], vec![0.0, 1.0, 1.0, 0.0], emissions).unwrap();
    let values = [0.0, 1.0, 0.0, NAN, 0.0, 1.0];
    let sequences = Sequences::new(Rows::new(&values, 1).unwrap(), &[2, 4]).unwrap();
    assert_eq!(model.log_likelihood(sequences).unwrap(), [0.0, 0.0]);
    let values = [0.0, 1.0, 0.0, NAN, 1.0, 0.0];
    let sequences = Sequences::new(Rows::new(&values, 1).unwrap(), &[2, 4]).unwrap();
    let errors = [
        model.log_likelihood(sequences).map(|_| ()),
        model.smooth(sequences).map(|_| ()),
        model.viterbi(sequences).map(|_| ()),
        model.clone().em(sequences, &Smoothing::NONE, 1, 0.0).map(|_| ()),
    ];
    for error in errors {
        assert!(matches!(error, Err(HmmError::Impossible { sequence: 1, step: 2 })), "{error:?}");
    }
    let far = GaussianMixture::new(Covariance::Full, 1, vec![1.0], vec![0.0], vec![1.0]).unwrap();
    let far = Hmm::new(vec![1.0], vec![1.0], far).unwrap();
    let values = [0.0, 1e200];
    let sequences = Sequences::new(Rows::new(&values, 1).unwrap(), &[2]).unwrap();
    assert!(matches!(far.viterbi(sequences), Err(HmmError::Impossible { sequence: 0, step: 1 })));
}

/// Missing rows only: everything stays where it was, but for what the chain itself says.
#[test]
fn nothing_seen_nothing_learned() {
    let emissions = categorical(vec![2], vec![0.3, 0.7, 0.6, 0.4]);
    let model = Hmm::new(vec![0.2, 0.8], vec![0.9, 0.1, 0.4, 0.6], emissions).unwrap();
    let sequences = Sequences::new(Rows::new(&[NAN; 5], 1).unwrap(), &[5]).unwrap();
    let fitted = model.clone().em(sequences, &Smoothing::NONE, 3, 0.0).unwrap();
    finite(&fitted);
    assert!(fitted.history.iter().all(|likelihood| likelihood.abs() < 1e-15), "{:?}", fitted.history);
    assert_eq!(fitted.model.emissions().probabilities(), model.emissions().probabilities());
    for (found, before) in fitted.model.transitions().iter().zip(model.transitions()) {
        assert!((found - before).abs() < 1e-14);
    }
}

#[test]
fn a_state_that_is_nowhere_stays_as_it_was() {
    let emissions =
        GaussianMixture::new(Covariance::Diagonal, 1, vec![0.5, 0.5], vec![0.0, 7.0], vec![1.0, 2.0]);
    let model = Hmm::new(vec![1.0, 0.0], vec![1.0, 0.0, 0.3, 0.7], emissions.unwrap()).unwrap();
    let values = [0.5, -1.0, 1.5, 0.2];
    let sequences = Sequences::new(Rows::new(&values, 1).unwrap(), &[4]).unwrap();
    let fitted = model.em(sequences, &Regularisation::none(1), 3, 0.0).unwrap();
    finite(&fitted);
    assert_eq!(fitted.model.transitions(), [1.0, 0.0, 0.3, 0.7]);
    assert_eq!((fitted.model.emissions().means()[1], fitted.model.emissions().covariances()[1]), (7.0, 2.0));
}

#[test]
fn parameters_that_make_no_model() {
    let emissions = || categorical(vec![2], vec![0.3, 0.7, 0.6, 0.4]);
    assert!(Hmm::new(vec![0.5, 0.5], vec![0.5; 4], emissions()).is_ok());
    for (initial, transitions) in [
        (vec![0.5, 0.4], vec![0.5; 4]),
        (vec![0.5, NAN], vec![0.5; 4]),
        (vec![1.5, -0.5], vec![0.5; 4]),
        (vec![1.0], vec![0.5; 4]),
        (vec![0.5, 0.5], vec![0.5; 3]),
        (vec![0.5, 0.5], vec![0.5, 0.5, 0.5, 0.6]),
    ] {
        let made = Hmm::new(initial, transitions, emissions());
        assert!(matches!(made, Err(HmmError::Parameter { .. })), "{made:?}");
    }
    for levels in [vec![], vec![0]] {
        let made = Categories::new(levels);
        assert!(matches!(made, Err(MixtureError::Parameter { name: "categories", .. })), "{made:?}");
    }
    let of = |probabilities| DiscreteMixture::new(Categories::binary(1).unwrap(), vec![1.0], probabilities);
    assert!(matches!(of(vec![0.3, 0.3]), Err(MixtureError::Parameter { name: "probabilities", .. })));
    for probabilities in [vec![0.3], vec![]] {
        assert!(matches!(of(probabilities), Err(MixtureError::Shape { what: "probabilities", .. })));
    }
}
