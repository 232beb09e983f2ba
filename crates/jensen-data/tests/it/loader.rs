//! Epochs visit each row once, in an order that the seed names, whatever the batch size.

use jensen_data::{
    Array, Batch, Binarize, DataConfig, DataError, Dataset, Loader, Preprocessing, Role, Split,
};
use jensen_random::Rng;
use proptest::prelude::*;

use crate::support::observations;

fn grey(n: usize) -> Dataset {
    observations(vec![3], Array::U8((0..3 * n).map(|i| (i * 37 % 256) as u8).collect()))
}

fn fit(dataset: &Dataset, binarize: Binarize) -> Preprocessing {
    let config = DataConfig { binarize, ..DataConfig::default() };
    Preprocessing::fit(&config, dataset, &dataset.rows(Split::Train).expect("rows")).expect("a fit")
}

fn loader<'a>(
    dataset: &'a Dataset,
    preprocessing: &'a Preprocessing,
    batch_size: usize,
    seed: u64,
) -> Loader<'a> {
    let rows = dataset.rows(Split::Train).expect("rows");
    Loader::new(dataset, rows, preprocessing, batch_size, Rng::seed(seed)).expect("a loader")
}

/// Each row with what the model sees of it.
fn examples(batches: impl Iterator<Item = Result<Batch, DataError>>) -> Vec<(u64, Vec<f32>)> {
    batches
        .flat_map(|batch| {
            let batch = batch.expect("a batch");
            let values = batch.field(Role::Observation).expect("observations").array().to_f32();
            let features = values.len() / batch.len();
            batch.rows().iter().copied().zip(values.chunks(features).map(<[f32]>::to_vec)).collect::<Vec<_>>()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_epoch_visits_each_row_once(n in 1usize..100, batch_size in 1usize..40, seed: u64, epoch: u64) {
        let dataset = grey(n);
        let preprocessing = fit(&dataset, Binarize::None);
        let loader = loader(&dataset, &preprocessing, batch_size, seed);
        let sizes: Vec<usize> = loader.epoch(epoch).map(|batch| batch.expect("a batch").len()).collect();
        prop_assert_eq!(sizes.len(), loader.batches());
        prop_assert!(sizes[..sizes.len() - 1].iter().all(|&size| size == batch_size), "only the last may be short");
        let mut rows: Vec<u64> = examples(loader.epoch(epoch)).into_iter().map(|(row, _)| row).collect();
        rows.sort_unstable();
        prop_assert_eq!(rows, (0..n as u64).collect::<Vec<_>>());
    }

    #[test]
    fn the_batch_size_moves_nothing(n in 1usize..60, sizes in [1usize..70, 1usize..70], epoch in 0u64..5) {
        let dataset = grey(n);
        let preprocessing = fit(&dataset, Binarize::Dynamic);
        let [a, b] = sizes.map(|size| loader(&dataset, &preprocessing, size, 5));
        prop_assert_eq!(examples(a.epoch(epoch)), examples(b.epoch(epoch)));
        prop_assert_eq!(examples(a.ordered()), examples(b.ordered()));
    }

    #[test]
    fn an_epoch_goes_on_where_it_stopped(n in 1usize..60, batch_size in 1usize..20, stop in 0usize..70) {
        let dataset = grey(n);
        let preprocessing = fit(&dataset, Binarize::Dynamic);
        let loader = loader(&dataset, &preprocessing, batch_size, 5);
        let whole: Vec<_> = examples(loader.epoch(2));
        let expected = &whole[(stop * batch_size).min(n)..];
        prop_assert_eq!(&examples(loader.epoch(2).skip(stop))[..], expected);
    }
}

#[test]
fn epochs_differ_and_repeat() {
    let dataset = grey(50);
    let preprocessing = fit(&dataset, Binarize::None);
    let order = |seed, epoch| {
        let loader = loader(&dataset, &preprocessing, 7, seed);
        examples(loader.epoch(epoch)).into_iter().map(|(row, _)| row).collect::<Vec<_>>()
    };
    assert_eq!(order(1, 0), order(1, 0));
    assert_ne!(order(1, 0), order(1, 1));
    assert_ne!(order(1, 0), order(2, 0));
}

#[test]
fn a_split_is_read_in_order_for_evaluation() {
    let dataset = grey(20).with_validation(0.3, 9).expect("a split");
    let preprocessing = fit(&dataset, Binarize::None);
    let rows = dataset.rows(Split::Valid).expect("validation");
    let loader = Loader::new(&dataset, rows.clone(), &preprocessing, 4, Rng::seed(0)).expect("a loader");
    let read: Vec<u64> = examples(loader.ordered()).into_iter().map(|(row, _)| row).collect();
    assert_eq!(read, rows.iter().collect::<Vec<_>>());
    assert_eq!((loader.examples(), loader.batches(), loader.ordered().len()), (6, 2, 2));
}

#[test]
fn the_mean_is_that_of_what_the_model_sees() {
    let dataset = observations(vec![2], Array::U8(vec![0, 255, 51, 255, 255, 0]));
    for (binarize, expected) in [
        (Binarize::None, [(0.0 + 0.2 + 1.0) / 3.0, 2.0 / 3.0]),
        (Binarize::Dynamic, [(0.0 + 0.2 + 1.0) / 3.0, 2.0 / 3.0]),
        (Binarize::Threshold, [1.0 / 3.0, 2.0 / 3.0]),
    ] {
        let preprocessing = fit(&dataset, binarize);
        let mean = loader(&dataset, &preprocessing, 2, 0).observation_mean().expect("a mean");
        for (mean, expected) in mean.iter().zip(expected) {
            assert!((mean - expected).abs() < 1e-7, "{binarize:?}: {mean} is not {expected}");
        }
    }
}

#[test]
fn a_loader_needs_examples_and_a_batch_size() {
    let dataset = grey(4);
    let preprocessing = fit(&dataset, Binarize::None);
    let rows = dataset.rows(Split::All).expect("all");
    assert!(matches!(
        Loader::new(&dataset, rows.clone(), &preprocessing, 0, Rng::seed(0)),
        Err(DataError::Option { option: "batch_size", .. })
    ));
    assert!(matches!(
        Loader::new(&dataset, rows.take(0), &preprocessing, 1, Rng::seed(0)),
        Err(DataError::Empty { .. })
    ));
    let beyond = dataset.read(&[1, 4]).expect_err("row 4 of 4").to_string();
    assert_eq!(beyond, "test data has 4 examples, so there is no row 4");
}
