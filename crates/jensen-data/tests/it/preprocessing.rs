//! Into the model's units and back.

use burn::tensor::Device;
use jensen_data::{
    Array, DataConfig, Dataset, Draws, Field, Preprocessing, Role, Rows, Scale, Split, Standardize, Support,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::observations;

const STANDARDIZE: Standardize = Standardize::Yes;

fn fit(config: &DataConfig, dataset: &Dataset, rows: &Rows) -> Preprocessing {
    Preprocessing::fit(config, dataset, rows).expect("a fit")
}

fn standardized() -> DataConfig {
    DataConfig { standardize: STANDARDIZE, ..DataConfig::default() }
}

fn seen(preprocessing: &Preprocessing, dataset: &Dataset) -> Vec<f32> {
    let rows: Vec<u64> = (0..dataset.len() as u64).collect();
    let batch = preprocessing.apply(dataset.read(&rows).expect("rows"), Draws::Evaluation).expect("values");
    assert_eq!(batch.log_jacobian(), vec![preprocessing.log_jacobian().expect("one for all"); batch.len()]);
    batch.field(Role::Observation).expect("observations").array().to_f32()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Mean 0 and variance 1 over the training rows; undone to single precision.
    #[test]
    fn standardisation_is_undone(columns in vec((-1e3f64..1e3, 1e-3f64..1e3), 1..5), draws in vec(-3f64..3.0, 40)) {
        let d = columns.len();
        let n = draws.len() / d;
        let values: Vec<f64> = (0..n * d).map(|i| columns[i % d].0 + columns[i % d].1 * draws[i]).collect();
        let dataset = observations(vec![d], Array::F64(values.clone()));
        let fitted = fit(&standardized(), &dataset, &Rows::Range(0..n as u64));
        let seen = seen(&fitted, &dataset);
        for feature in 0..d {
            let column: Vec<f64> = seen.iter().skip(feature).step_by(d).map(|&x| f64::from(x)).collect();
            let mean = column.iter().sum::<f64>() / n as f64;
            let variance = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
            prop_assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-5, "mean {}, variance {}", mean, variance);
        }
        for ((restored, value), (mean, spread)) in fitted.undo(&seen).iter().zip(&values).zip(columns.iter().cycle()) {
            prop_assert!((restored - value).abs() < 1e-5 * (mean.abs() + 3.0 * spread), "{} is not {}", restored, value);
        }
        let stored = serde_json::to_string(&fitted).expect("json");
        prop_assert_eq!(serde_json::from_str::<Preprocessing>(&stored).expect("the same"), fitted);
    }

    /// `log |dx'/dx|` against finite differences of the map itself.
    #[test]
    fn the_jacobian_is_the_slope_of_the_map(columns in vec(0.1f64..10.0, 1..4)) {
        let d = columns.len();
        let points = |x: f64| columns.iter().map(|scale| scale * x).collect::<Vec<_>>();
        let dataset = observations(vec![d], Array::F64([points(-1.0), points(0.0), points(1.0)].concat()));
        let fitted = fit(&standardized(), &dataset, &Rows::Range(0..3));
        let seen = seen(&fitted, &dataset);
        let slopes = (0..d).map(|i| f64::from(seen[2 * d + i] - seen[i]) / (2.0 * columns[i]));
        let expected: f64 = slopes.map(f64::ln).sum();
        prop_assert!((fitted.log_jacobian().expect("one for all") - expected).abs() < 1e-5, "{} is not {}", fitted.log_jacobian().expect("one for all"), expected);
    }
}

#[test]
fn constants_come_from_the_training_rows_only() {
    let dataset = observations(vec![1], Array::F64(vec![1.0, 3.0, 1000.0]));
    let fitted = fit(&standardized(), &dataset, &Rows::Range(0..2));
    let constants = fitted.standardization().expect("constants");
    assert_eq!((&constants.mean[..], &constants.std[..]), (&[2.0][..], &[1.0][..]));
}

#[test]
fn a_constant_column_stays_finite() {
    // 0.1 is not a binary fraction: its mean over many rows is off by rounding.
    let dataset = observations(vec![2], Array::F64((0..1000).flat_map(|i| [0.1, f64::from(i)]).collect()));
    let fitted = fit(&standardized(), &dataset, &dataset.rows(Split::All).expect("all"));
    let seen = seen(&fitted, &dataset);
    assert!(seen.iter().all(|x| x.is_finite()) && fitted.log_jacobian().expect("one for all").is_finite());
    assert!(seen.iter().step_by(2).all(|x| x.abs() < 1e-6), "a constant is shifted to zero");
}

#[test]
fn a_column_far_from_zero_keeps_its_spread() {
    // Seconds since 1970: f32 has steps of 128 there.
    let dataset = observations(vec![1], Array::F64((0..100).map(|i| 1.7e9 + f64::from(i)).collect()));
    let fitted = fit(&standardized(), &dataset, &dataset.rows(Split::All).expect("all"));
    let seen = seen(&fitted, &dataset);
    for (i, x) in (0..100).zip(seen) {
        let expected = (f64::from(i) - 49.5) / (9999f64 / 12.0).sqrt();
        assert!((f64::from(x) - expected).abs() < 1e-5, "{x} is not {expected}");
    }
}

#[test]
fn no_training_rows_are_an_error() {
    let dataset = observations(vec![1], Array::F64(vec![1.0]));
    let error = Preprocessing::fit(&standardized(), &dataset, &Rows::Range(0..0)).expect_err("nothing");
    assert!(error.to_string().contains("the training split"), "{error}");
}

#[test]
fn bytes_are_scaled_to_the_unit_interval_and_back() {
    let dataset = observations(vec![2], Array::U8(vec![0, 51, 102, 255]));
    let fitted = fit(&DataConfig::default(), &dataset, &Rows::Range(0..2));
    assert_eq!(seen(&fitted, &dataset), [0.0, 0.2, 0.4, 1.0]);
    let restored = fitted.undo(&[0.0, 0.2, 0.4, 1.0]);
    assert!(
        restored.iter().zip([0.0, 51.0, 102.0, 255.0]).all(|(a, b)| (a - b).abs() < 1e-4),
        "{restored:?}"
    );
    assert!((fitted.log_jacobian().expect("one for all") + 2.0 * 255f64.ln()).abs() < 1e-12);
    assert_eq!(fitted.for_discrete_likelihood().log_jacobian(), Some(0.0));

    let unscaled =
        fit(&DataConfig { scale: Scale::None, ..DataConfig::default() }, &dataset, &Rows::Range(0..2));
    assert_eq!(seen(&unscaled, &dataset), [0.0, 51.0, 102.0, 255.0]);
    assert_eq!(unscaled.log_jacobian().expect("one for all"), 0.0);
}

/// Bits that are stored as bytes are not almost black pixels.
#[test]
fn bytes_of_zero_and_one_are_bits() {
    let dataset = observations(vec![2], Array::U8(vec![0, 1, 1, 1]));
    let fitted = fit(&DataConfig::default(), &dataset, &Rows::Range(0..2));
    assert_eq!(seen(&fitted, &dataset), [0.0, 1.0, 1.0, 1.0]);
    assert_eq!((fitted.support(), fitted.log_jacobian().expect("one for all")), (Support::Binary, 0.0));
}

#[test]
fn floats_are_not_scaled() {
    let dataset = observations(vec![2], Array::F32(vec![0.25, 200.0]));
    let fitted = fit(&DataConfig::default(), &dataset, &Rows::Range(0..1));
    assert_eq!(seen(&fitted, &dataset), [0.25, 200.0]);
    assert_eq!(fitted.log_jacobian().expect("one for all"), 0.0);
}

#[test]
fn a_batch_becomes_a_tensor_of_flat_rows() {
    let dataset = observations(vec![2, 2], Array::U8(vec![1, 2, 3, 4, 5, 6, 7, 8]));
    let x =
        dataset.read(&[1, 0]).expect("rows").tensor(Role::Observation, &Device::flex()).expect("a tensor");
    assert_eq!(x.dims(), [2, 4]);
    let values = x.into_data().try_into_vec::<f32>().expect("f32");
    assert_eq!(values, [5.0, 6.0, 7.0, 8.0, 1.0, 2.0, 3.0, 4.0]);
    let refused = dataset.read(&[0]).expect("rows").tensor(Role::Condition, &Device::flex());
    assert_eq!(
        refused.expect_err("no condition").to_string(),
        "test data has no field of role condition: it has `x` (observation)"
    );
}

#[test]
fn values_that_are_no_numbers_are_named() {
    let x = Field::new("measurements", Role::Observation, vec![2], Array::F64(vec![0.0, 1.0, 2.0, f64::NAN]))
        .expect("a field")
        .with_feature_names(vec!["height".into(), "weight".into()]);
    let dataset = Dataset::from_fields("people.csv", vec![x]).expect("a data set");
    // Row 1 is not for training, and is found all the same.
    let refused = Preprocessing::fit(&DataConfig::default(), &dataset, &Rows::Range(0..1)).expect_err("NaN");
    let message = refused.to_string();
    for part in ["people.csv", "`measurements` is NaN", "row 1", "column `weight`", "fill the value in"] {
        assert!(message.contains(part), "{message} lacks {part}");
    }
    for value in [f64::INFINITY, 1e300] {
        let dataset = observations(vec![1], Array::F64(vec![value]));
        assert!(Preprocessing::fit(&DataConfig::default(), &dataset, &Rows::Range(0..1)).is_err(), "{value}");
    }
}

#[test]
fn a_fit_meets_only_data_of_its_shape() {
    let fitted =
        fit(&DataConfig::default(), &observations(vec![2], Array::U8(vec![0, 1])), &Rows::Range(0..1));
    let other = observations(vec![3], Array::U8(vec![0, 1, 2]));
    let refused = fitted
        .apply(other.read(&[0]).expect("a row"), Draws::Evaluation)
        .expect_err("3 is not 2")
        .to_string();
    assert!(refused.contains("3 features") && refused.contains("fitted to 2"), "{refused}");
}

#[test]
fn configuration_is_checked_and_read_strictly() {
    let both = DataConfig { binarize: jensen_data::Binarize::Dynamic, ..standardized() };
    assert!(both.validate().is_err(), "bits are not standardised");
    assert!(DataConfig { validation: f64::NAN, ..DataConfig::default() }.validate().is_err());
    assert!(serde_json::from_str::<DataConfig>(r#"{"binarise": "dynamic"}"#).is_err(), "an unknown option");
    let read: DataConfig =
        serde_json::from_str(r#"{"binarize": "dynamic", "standardize": "no"}"#).expect("valid");
    assert_eq!(read.binarize, jensen_data::Binarize::Dynamic);
}
