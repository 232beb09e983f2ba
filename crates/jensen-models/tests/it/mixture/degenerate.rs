//! Data that leave a mixture undetermined: an error that says so, or a regularised answer, and never NaN.

use jensen_models::mixture::{
    Arrays, Covariance, EmOptions, GaussianMixture, MixtureError, Regularisation, RowSource, Rows, Statistics,
};
use jensen_random::Rng;

use super::{KINDS, clusters};

fn fit(
    values: &[f64],
    columns: usize,
    components: usize,
    covariance: Covariance,
) -> Result<GaussianMixture, MixtureError> {
    let options = EmOptions { components, covariance, initialisations: 3, ..EmOptions::default() };
    let fitted = GaussianMixture::fit(&Rows::new(values, columns)?, &options, &Rng::seed(1))?;
    assert!(fitted.history.iter().all(|likelihood| likelihood.is_finite()), "{:?}", fitted.history);
    let arrays = fitted.mixture.to_arrays();
    assert!(arrays.iter().flat_map(|array| &array.values).all(|value| value.is_finite()));
    Ok(fitted.mixture)
}

#[test]
fn repeated_rows_constant_columns_and_few_rows_are_regularised() {
    for kind in KINDS {
        let repeated = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 3.0, -1.0, 3.0, -1.0];
        fit(&repeated, 2, 2, kind).unwrap();
        let constant: Vec<_> = clusters(&Rng::seed(1), 50, 1, 0.0).iter().flat_map(|&x| [x, 0.1]).collect();
        let mixture = fit(&constant, 2, 3, kind).unwrap();
        assert!((mixture.mean(0)[1] - 0.1).abs() < 1e-12, "{kind:?}");
        let one = fit(&[4.0, 5.0], 2, 1, kind).unwrap();
        assert_eq!((one.means(), one.weights()), (&[4.0, 5.0][..], &[1.0][..]));
        // As many rows as components: each has its own.
        let own = fit(&[0.0, 0.0, 5.0, 0.0, 0.0, 5.0], 2, 3, kind).unwrap();
        assert!(own.weights().iter().all(|weight| (weight - 1.0 / 3.0).abs() < 1e-6), "{kind:?}: {own:?}");
    }
}

#[test]
fn what_cannot_be_learned_is_said() {
    for kind in KINDS {
        let few = fit(&[1.0, 1.0, 1.0, 2.0, 2.0], 1, 3, kind);
        assert!(matches!(few, Err(MixtureError::TooFewRows { components: 3, distinct: 2 })), "{few:?}");
        let gone = fit(&[1.0, f64::NAN, 2.0, f64::NAN], 2, 1, kind);
        assert!(matches!(gone, Err(MixtureError::EmptyColumn { column: 1 })), "{gone:?}");
        let infinite = fit(&[1.0, 2.0, f64::NEG_INFINITY, 1.0], 2, 1, kind);
        assert!(matches!(infinite, Err(MixtureError::Infinite { row: 1, column: 0 })), "{infinite:?}");
        let wide = fit(&[1e200, -1e200, 0.0], 1, 1, kind);
        assert!(matches!(wide, Err(MixtureError::Range { column: 0 })), "{wide:?}");
        assert!(matches!(fit(&[], 2, 1, kind), Err(MixtureError::NoRows)));
    }
    assert!(matches!(Rows::new(&[1.0; 5], 2), Err(MixtureError::Shape { .. })));
    let rows = Rows::new(&[1.0, 2.0], 1).unwrap();
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        let weighted = rows.with_weights(&[1.0, weight]).map(|_| ());
        assert!(matches!(weighted, Err(MixtureError::RowWeight { row: 1, .. })));
    }
    let weightless = rows.with_weights(&[0.0, 0.0]).unwrap();
    let fitted = GaussianMixture::fit(&weightless, &EmOptions::default(), &Rng::seed(1));
    assert!(matches!(fitted, Err(MixtureError::NoRows)));
}

#[test]
fn rows_on_a_line_are_singular_without_regularisation() {
    let line: Vec<_> = (0..20).flat_map(|at| [f64::from(at) * 0.1, f64::from(at) * 0.3 + 1.0]).collect();
    let options = EmOptions { components: 1, regularisation: 0.0, ..EmOptions::default() };
    let rows = Rows::new(&line, 2).unwrap();
    let fitted = GaussianMixture::fit(&rows, &options, &Rng::seed(1));
    assert!(matches!(fitted, Err(MixtureError::Singular { .. })), "{fitted:?}");
    fit(&line, 2, 1, Covariance::Full).unwrap();
}

#[test]
fn a_component_without_rows_stays_where_it_was() {
    for (kind, covariances) in KINDS.into_iter().zip([vec![1.0; 2], vec![1.0], vec![1.0; 2], vec![1.0; 2]]) {
        let mixture = GaussianMixture::new(kind, 1, vec![0.5, 0.5], vec![0.0, 1e3], covariances).unwrap();
        let values = [-1.0, 0.5, 1.0];
        let rows = Rows::new(&values, 1).unwrap();
        let fitted = mixture.em(&rows, &Regularisation::none(1), 3, 0.0).unwrap();
        assert_eq!((fitted.mixture.weights(), fitted.mixture.means()[1]), (&[1.0, 0.0][..], 1e3), "{kind:?}");
        let log_prob = fitted.mixture.log_prob(rows).unwrap();
        assert!(log_prob.iter().all(|value| value.is_finite()), "{log_prob:?}");
    }
}

#[test]
fn a_row_out_of_reach_is_named() {
    let mixture = GaussianMixture::new(Covariance::Spherical, 1, vec![1.0], vec![0.0], vec![1.0]).unwrap();
    let values = [0.0, 1e200];
    let rows = Rows::new(&values, 1).unwrap().starting_at(7);
    assert_eq!(mixture.log_prob(rows).unwrap()[1], f64::NEG_INFINITY);
    let errors = [Statistics::expect(&mixture, rows).map(|_| ()), mixture.responsibilities(rows).map(|_| ())];
    assert!(
        errors.iter().all(|error| matches!(error, Err(MixtureError::Unreachable { row: 8 }))),
        "{errors:?}"
    );
}

#[test]
fn parameters_that_make_no_mixture() {
    let new = |kind, weights: &[f64], means: &[f64], covariances: &[f64]| {
        GaussianMixture::new(kind, 2, weights.to_vec(), means.to_vec(), covariances.to_vec())
    };
    let (eye, means) = ([1.0, 0.0, 0.0, 1.0], [0.0, 0.0]);
    assert!(new(Covariance::Full, &[1.0], &means, &eye).is_ok());
    for (weights, means, covariance) in [
        (&[0.9][..], &means[..], &eye[..]),
        (&[f64::NAN], &means, &eye),
        (&[1.0], &[0.0, f64::NAN], &eye),
        (&[1.0], &means, &[1.0, 0.5, -0.5, 1.0]),
        (&[1.0], &means, &[f64::NAN; 4]),
    ] {
        let made = new(Covariance::Full, weights, means, covariance);
        assert!(matches!(made, Err(MixtureError::Parameter { .. })), "{made:?}");
    }
    assert!(matches!(new(Covariance::Tied, &[1.0], &means, &[1.0; 4]), Err(MixtureError::Singular { .. })));
    assert!(matches!(
        new(Covariance::Diagonal, &[1.0], &means, &[1.0, 0.0]),
        Err(MixtureError::Singular { .. })
    ));
    assert!(matches!(new(Covariance::Full, &[1.0], &means, &[1.0]), Err(MixtureError::Shape { .. })));
    assert!(matches!(new(Covariance::Full, &[], &[], &[]), Err(MixtureError::Shape { .. })));
}

#[test]
fn a_source_that_fails_says_why() {
    struct Broken;
    impl RowSource for Broken {
        fn columns(&self) -> usize {
            1
        }
        fn pass(&self, _: &mut dyn FnMut(Rows<'_>) -> Result<(), MixtureError>) -> Result<(), MixtureError> {
            Err(MixtureError::Source("the disk is gone".into()))
        }
    }
    let error = GaussianMixture::fit(&Broken, &EmOptions::default(), &Rng::seed(1)).unwrap_err();
    assert_eq!(error.to_string(), "the rows could not be read: the disk is gone");
}
