//! Data that leave factors undetermined: an error that says so, or a regularised answer, and never NaN.

use jensen_models::factor::{FactorMixture, FactorOptions, Noise};
use jensen_models::mixture::{Arrays, ExpectationMaximisation, Fitted, MixtureError, Regularisation, Rows};
use jensen_random::Rng;

use super::{KINDS, rows_of, some_mixture};

fn fit(
    values: &[f64],
    columns: usize,
    components: usize,
    latents: usize,
    noise: Noise,
) -> Result<Fitted<FactorMixture>, MixtureError> {
    let options = FactorOptions {
        components,
        latents,
        noise,
        initialisations: 2,
        iterations: 100,
        ..FactorOptions::default()
    };
    let rows = Rows::new(values, columns)?;
    let fitted = FactorMixture::fit(&rows, &options, &Rng::seed(1))?;
    assert!(fitted.history.iter().all(|likelihood| likelihood.is_finite()), "{:?}", fitted.history);
    let arrays = fitted.mixture.to_arrays();
    assert!(arrays.iter().flat_map(|array| &array.values).all(|value| value.is_finite()));
    assert!(fitted.mixture.encode(rows)?.means.iter().all(|value| value.is_finite()));
    assert!(fitted.mixture.canonical().is_ok());
    Ok(fitted)
}

#[test]
fn constant_columns_and_few_rows_are_regularised() {
    for noise in KINDS {
        let one = fit(&[4.0, 5.0, 6.0], 3, 1, 2, noise).unwrap();
        assert_eq!(one.mixture.means(), [4.0, 5.0, 6.0]);
        // Fewer rows than factors.
        fit(&[4.0, 5.0, 6.0, 7.0, 1.0, 0.0, 0.0, 2.0], 4, 1, 3, noise).unwrap();
        let truth = some_mixture(&Rng::seed(2), noise, 1, 3, 1);
        let rows = rows_of(&truth, &Rng::seed(3), 80, 0.1);
        let constant: Vec<_> = rows.chunks(3).flat_map(|row| [row[0], row[1], row[2], 0.1]).collect();
        for components in [1, 3] {
            let mixture = fit(&constant, 4, components, 2, noise).unwrap().mixture;
            assert!((mixture.mean(0)[3] - 0.1).abs() < 1e-9, "{noise:?}: {:?}", mixture.mean(0));
        }
        let repeated = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 3.0, -1.0, 3.0, -1.0];
        fit(&repeated, 2, 2, 1, noise).unwrap();
    }
}

/// Two columns that are equal: their noise has its maximum at zero, and ends at its floor.
#[test]
fn a_heywood_case_ends_at_the_floor() {
    let truth = some_mixture(&Rng::seed(2), Noise::Diagonal, 1, 4, 1);
    let rows = rows_of(&truth, &Rng::seed(3), 100, 0.0);
    let twice: Vec<_> = rows.chunks(4).flat_map(|row| [row[0], row[1], row[2], row[3], row[0]]).collect();
    let fitted = fit(&twice, 5, 1, 2, Noise::Diagonal).unwrap();
    let variance = |j: usize| {
        let mean = twice.iter().skip(j).step_by(5).sum::<f64>() / 100.0;
        twice.iter().skip(j).step_by(5).map(|value| (value - mean).powi(2)).sum::<f64>() / 100.0
    };
    for j in [0, 4] {
        let floor = Regularisation::DEFAULT * variance(j);
        assert!((fitted.mixture.variance(0, j) / floor - 1.0).abs() < 1e-9);
    }
    // Without a floor it goes on towards zero.
    let options = FactorOptions { regularisation: 0.0, tolerance: 0.0, ..FactorOptions::default() };
    let unbounded = FactorMixture::fit(&Rows::new(&twice, 5).unwrap(), &options, &Rng::seed(1));
    match unbounded {
        Ok(fitted) => assert!(fitted.mixture.variance(0, 0) < 0.1 * Regularisation::DEFAULT * variance(0)),
        Err(error) => assert!(matches!(error, MixtureError::Singular { .. }), "{error}"),
    }
}

#[test]
fn what_cannot_be_learned_is_said() {
    for noise in KINDS {
        for latents in [0, 2, 5] {
            let wide = fit(&[1.0, 2.0, 3.0, 5.0], 2, 1, latents, noise);
            assert!(matches!(wide, Err(MixtureError::Parameter { name: "latents", .. })), "{wide:?}");
        }
        let gone = fit(&[1.0, f64::NAN, 2.0, f64::NAN], 2, 1, 1, noise);
        assert!(matches!(gone, Err(MixtureError::EmptyColumn { column: 1 })), "{gone:?}");
        let infinite = fit(&[1.0, 2.0, f64::NEG_INFINITY, 1.0], 2, 1, 1, noise);
        assert!(matches!(infinite, Err(MixtureError::Infinite { row: 1, column: 0 })), "{infinite:?}");
        assert!(matches!(fit(&[], 2, 1, 1, noise), Err(MixtureError::NoRows)));
        let few = fit(&[1.0, 1.0, 2.0, 2.0, 1.0, 1.0], 2, 3, 1, noise);
        assert!(matches!(few, Err(MixtureError::TooFewRows { components: 3, distinct: 2 })), "{few:?}");
    }
    let narrow = some_mixture(&Rng::seed(1), Noise::Diagonal, 1, 3, 1);
    let rows = Rows::new(&[1.0, 2.0], 2).unwrap();
    assert!(matches!(narrow.log_prob(rows), Err(MixtureError::Shape { .. })));
    assert!(matches!(narrow.decode(0, &[]), Ok(rows) if rows.is_empty()));
}

#[test]
fn a_component_without_rows_stays_where_it_was() {
    for noise in KINDS {
        let size = noise.shape(2, 2).iter().product();
        let (means, loadings) = (vec![0.0, 0.0, 1e3, 1e3], vec![1.0, 0.5, 2.0, 0.3]);
        let mixture = FactorMixture::new(noise, 1, vec![0.5, 0.5], means, loadings, vec![1.0; size]).unwrap();
        let values = [-1.0, 0.5, 1.0, 0.0, 0.3, 0.7];
        let rows = Rows::new(&values, 2).unwrap();
        let floor = Regularisation::absolute(2, 1e-6).unwrap();
        let fitted = mixture.em(&rows, &floor, 3, 0.0).unwrap().mixture;
        assert_eq!((fitted.weights(), fitted.mean(1)), (&[1.0, 0.0][..], &[1e3, 1e3][..]), "{noise:?}");
        assert_eq!((fitted.loading(1, 0), fitted.loading(1, 1)), (&[2.0][..], &[0.3][..]));
        if noise != Noise::Tied {
            assert!((fitted.variance(1, 0) - 1.0).abs() < 1e-15, "{noise:?}");
        }
        assert!(fitted.log_prob(rows).unwrap().iter().all(|value| value.is_finite()));
    }
}

#[test]
fn a_row_out_of_reach_is_named() {
    let (weight, means, loadings) = (vec![1.0], vec![0.0; 2], vec![1.0; 2]);
    let mixture = FactorMixture::new(Noise::Isotropic, 1, weight, means, loadings, vec![0.01]).unwrap();
    // Of the last, infinities meet before they are squared.
    let values = [0.0, 0.0, 1e200, 0.0, f64::MAX, -f64::MAX];
    let rows = Rows::new(&values, 2).unwrap().starting_at(7);
    assert_eq!(mixture.log_prob(rows).unwrap()[1..], [f64::NEG_INFINITY; 2]);
    let errors = [
        mixture.expect(rows).map(|_| ()),
        mixture.responsibilities(rows).map(|_| ()),
        mixture.encode(rows).map(|_| ()),
        mixture.impute(Rows::new(&[0.0, f64::NAN, 1e200, f64::NAN], 2).unwrap().starting_at(7)).map(|_| ()),
    ];
    assert!(
        errors.iter().all(|error| matches!(error, Err(MixtureError::Unreachable { row: 8 }))),
        "{errors:?}"
    );
    assert_eq!(mixture.impute(rows).unwrap(), values, "nothing is missing");
}

#[test]
fn parameters_that_make_no_mixture() {
    let new = |weights: &[f64], means: &[f64], loadings: &[f64], variances: &[f64]| {
        FactorMixture::new(
            Noise::Diagonal,
            1,
            weights.to_vec(),
            means.to_vec(),
            loadings.to_vec(),
            variances.to_vec(),
        )
    };
    let (two, ones) = ([0.0, 0.0], [1.0, 1.0]);
    assert!(new(&[1.0], &two, &ones, &ones).is_ok());
    for (weights, means, loadings) in [
        (&[0.9][..], &two, &ones),
        (&[f64::NAN], &two, &ones),
        (&[1.0], &[0.0, f64::NAN], &ones),
        (&[1.0], &two, &[f64::INFINITY, 1.0]),
    ] {
        let made = new(weights, means, loadings, &ones);
        assert!(matches!(made, Err(MixtureError::Parameter { .. })), "{made:?}");
    }
    for variance in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let made = new(&[1.0], &two, &ones, &[1.0, variance]);
        assert!(matches!(made, Err(MixtureError::Singular { .. })), "{made:?}");
    }
    assert!(matches!(new(&[1.0], &two, &[1.0], &ones), Err(MixtureError::Shape { .. })));
    assert!(matches!(new(&[], &[], &[], &[]), Err(MixtureError::Shape { .. })));
}
