//! Bits follow the grey values, and are drawn anew only where that is meant.

use jensen_data::{Array, Binarize, DataConfig, Dataset, Draws, Preprocessing, Role, Split, Support};
use jensen_random::Rng;

use crate::support::observations;

const LEVELS: [u8; 4] = [0, 51, 204, 255];
const ROWS: usize = 10_000;

/// Many examples of the same four grey values.
fn greys() -> Dataset {
    observations(vec![4], Array::U8(LEVELS.repeat(ROWS)))
}

fn fit(dataset: &Dataset, binarize: Binarize) -> Preprocessing {
    let config = DataConfig { binarize, ..DataConfig::default() };
    Preprocessing::fit(&config, dataset, &dataset.rows(Split::Train).expect("rows")).expect("a fit")
}

fn bits(dataset: &Dataset, binarize: Binarize, draws: Draws<'_>) -> Vec<f32> {
    let rows: Vec<u64> = (0..dataset.len() as u64).collect();
    let batch = fit(dataset, binarize).apply(dataset.read(&rows).expect("rows"), draws).expect("bits");
    batch.field(Role::Observation).expect("observations").array().to_f32()
}

fn epoch(epoch: u64) -> Draws<'static> {
    Draws::Training(Rng::seed(1).fork("binarize").at(epoch))
}

/// Each mean of 10,000 bits within five standard errors of its grey value: false alarm 6e-7 a
/// check, four checks; black and white have no error at all.
#[test]
fn the_mean_of_the_bits_is_the_grey_value() {
    let dataset = greys();
    for (binarize, draws) in
        [(Binarize::Dynamic, epoch(0)), (Binarize::Dynamic, Draws::Evaluation), (Binarize::Static, epoch(0))]
    {
        let bits = bits(&dataset, binarize, draws);
        assert!(bits.iter().all(|&bit| bit == 0.0 || bit == 1.0));
        for (feature, level) in LEVELS.into_iter().enumerate() {
            let mean =
                bits.iter().skip(feature).step_by(4).map(|&bit| f64::from(bit)).sum::<f64>() / ROWS as f64;
            let p = f64::from(level) / 255.0;
            let standard_error = (p * (1.0 - p) / ROWS as f64).sqrt();
            assert!((mean - p).abs() <= 5.0 * standard_error, "{binarize:?}, grey {p}: mean {mean}");
        }
    }
}

#[test]
fn dynamic_bits_differ_between_epochs_but_not_in_evaluation() {
    let dataset = greys();
    assert_ne!(bits(&dataset, Binarize::Dynamic, epoch(0)), bits(&dataset, Binarize::Dynamic, epoch(1)));
    assert_eq!(bits(&dataset, Binarize::Dynamic, epoch(1)), bits(&dataset, Binarize::Dynamic, epoch(1)));
    let evaluation = bits(&dataset, Binarize::Dynamic, Draws::Evaluation);
    for e in 0..2 {
        assert_eq!(
            bits(&dataset, Binarize::Static, epoch(e)),
            evaluation,
            "static bits are those of evaluation"
        );
    }
}

#[test]
fn a_row_has_its_bits_in_any_batch() {
    let dataset = greys();
    let all = bits(&dataset, Binarize::Static, Draws::Evaluation);
    let preprocessing = fit(&dataset, Binarize::Static);
    let batch =
        preprocessing.apply(dataset.read(&[9_000, 17]).expect("rows"), Draws::Evaluation).expect("bits");
    let alone = batch.field(Role::Observation).expect("observations").array().to_f32();
    assert_eq!(alone, [&all[36_000..36_004], &all[68..72]].concat());
}

#[test]
fn a_threshold_is_at_one_half() {
    let dataset = observations(vec![4], Array::U8(vec![0, 127, 128, 255]));
    assert_eq!(bits(&dataset, Binarize::Threshold, Draws::Evaluation), [0.0, 0.0, 1.0, 1.0]);
}

#[test]
fn the_support_says_what_a_bernoulli_likelihood_needs_to_know() {
    let grey = observations(vec![1], Array::U8(vec![0, 3]));
    assert_eq!(fit(&grey, Binarize::None).support(), Support::UnitInterval);
    assert_eq!(fit(&grey, Binarize::Dynamic).support(), Support::Binary);
    assert_eq!(
        fit(&observations(vec![1], Array::U8(vec![0, 255])), Binarize::None).support(),
        Support::Binary
    );
    assert_eq!(
        fit(&observations(vec![1], Array::F32(vec![0.0, 1.5])), Binarize::None).support(),
        Support::Real
    );
}

#[test]
fn values_outside_the_unit_interval_are_not_binarised() {
    let dataset = observations(vec![2], Array::F64(vec![0.5, 0.0, 1.0, 3.25]));
    let config = DataConfig { binarize: Binarize::Dynamic, ..DataConfig::default() };
    let rows = dataset.rows(Split::All).expect("all");
    let refused =
        Preprocessing::fit(&config, &dataset, &rows).expect_err("3.25 is no probability").to_string();
    assert!(
        refused.contains("3.25 in row 1")
            && refused.contains("column [1]")
            && refused.contains("data.binarize"),
        "{refused}"
    );
}
