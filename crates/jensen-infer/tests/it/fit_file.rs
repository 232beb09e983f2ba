//! Training on examples that stay in their file.

use std::fs::OpenOptions;

use jensen_data::{
    Access, Array, DataConfig, DataError, DataSpec, Dataset, Field, Loader, Preprocessing, Role, Split, write,
};
use jensen_infer::InferError;
use jensen_infer::fit::{Event, Fit};
use jensen_random::Rng;

use crate::fit_toy::{MeanLearner, Watch, config};

/// Two windows of the shuffle are 2.1 million numbers, so most of these are not in memory after a step.
#[test]
fn a_data_file_that_shrinks_ends_the_training_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.npy");
    let x = (0..5_000_000).map(|i| (f64::from(i) * 0.7).sin()).collect();
    write(&path, &[Field::new("x", Role::Observation, vec![1], Array::F64(x)).expect("a field")])
        .expect("a file");
    let spec = DataSpec { access: Access::File, ..DataSpec::new(path.display().to_string()) };
    let dataset = Dataset::open(&spec).expect("a data set").with_validation(0.1, 7).expect("a split");
    let rows = dataset.rows(Split::Train).expect("rows");
    let preprocessing = Preprocessing::fit(&DataConfig::default(), &dataset, &rows).expect("a fit");
    let train = Loader::new(&dataset, rows, &preprocessing, 50_000, Rng::seed(7)).expect("a loader");
    let mut steps = 0;
    let mut shrink = Watch(|event: &Event<'_>| {
        if let Event::Step { .. } = event {
            steps += 1;
            let file = OpenOptions::new().write(true).open(&path).expect("the file");
            file.set_len(4096).expect("a shorter file");
        }
    });
    let fit = Fit::new(config(1), 7, &train).expect("valid");
    let error = fit.start(&mut MeanLearner::new(), &mut shrink).expect_err("the file is gone");
    assert!(matches!(error, InferError::Data(DataError::Changed { .. })), "{error}");
    let message = error.to_string();
    assert!(
        message.contains("x.npy changed while it was read: it had 40000128 bytes, and has 4096"),
        "{message}"
    );
    assert!(0 < steps && steps < train.batches(), "{steps} steps of {}", train.batches());
}
