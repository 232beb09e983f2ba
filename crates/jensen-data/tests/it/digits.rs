//! The digits in the library.

use std::time::{Duration, Instant};

use jensen_data::{DType, DataSpec, Dataset, EMBEDDED, Role, Split, Summary};

#[test]
fn the_digits_are_there_in_well_under_a_second() {
    let start = Instant::now();
    let digits = Dataset::open(&DataSpec::new("digits")).expect("the embedded digits");
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(1), "{taken:?}");

    let images = digits.field(Role::Observation).expect("images");
    assert_eq!((&images.shape[..], images.dtype), (&[28, 28][..], DType::U8));
    assert_eq!(digits.rows(Split::Train).expect("train").len(), 10_000);
    assert_eq!(digits.rows(Split::Test).expect("test").len(), 2_000);
    // The first labels of MNIST, as in every tutorial.
    assert_eq!(digits.read(&[0, 1, 2, 3, 4]).expect("rows").labels(), Some(vec![5, 0, 4, 1, 9]));
    assert_eq!(digits.read(&[10_000, 10_001]).expect("rows").labels(), Some(vec![7, 2]));
}

#[test]
fn every_class_is_well_represented() {
    let digits = EMBEDDED[0].load(&DataSpec::new("digits")).expect("the embedded digits");
    let summary = Summary::of(&digits).expect("a summary");
    assert_eq!(
        summary.labels.iter().map(|entry| entry.label).collect::<Vec<_>>(),
        (0..10).collect::<Vec<_>>()
    );
    assert!(summary.labels.iter().all(|entry| entry.count > 1000), "{:?}", summary.labels);
    assert_eq!((summary.fields[0].min, summary.fields[0].max), (Some(0.0), Some(255.0)));
    // MNIST's mean grey value is 0.13.
    let mean = summary.fields[0].mean.expect("a mean") / 255.0;
    assert!((mean - 0.13).abs() < 0.005, "{mean}");
}
