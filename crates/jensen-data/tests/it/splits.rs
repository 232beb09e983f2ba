//! Splits are disjoint, complete and repeatable.

use jensen_data::{Array, DataError, Split};
use proptest::prelude::*;

use crate::support::{mnist, observations, open, write_all};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn validation_takes_its_share_and_nothing_else(n in 2usize..300, fraction in 0.0f64..0.9, seed: u64) {
        let kept = (fraction * n as f64).round() as usize;
        prop_assume!(kept > 0 && kept < n);
        let make = |seed| observations(vec![], Array::U8(vec![0; n])).with_validation(fraction, seed).expect("a split");
        let data = make(seed);
        let rows = |split| data.rows(split).expect("a split").iter().collect::<Vec<_>>();
        let (train, valid) = (rows(Split::Train), rows(Split::Valid));
        prop_assert_eq!(valid.len(), kept);
        let mut both: Vec<u64> = train.iter().chain(&valid).copied().collect();
        both.sort_unstable();
        prop_assert_eq!(both, (0..n as u64).collect::<Vec<_>>());
        prop_assert!(train.is_sorted() && valid.is_sorted());
        prop_assert_eq!(make(seed).split(Split::Valid), data.split(Split::Valid));
    }
}

#[test]
fn another_seed_keeps_other_rows() {
    let valid = |seed| {
        let data =
            observations(vec![], Array::U8(vec![0; 1000])).with_validation(0.1, seed).expect("a split");
        data.rows(Split::Valid).expect("validation")
    };
    assert_ne!(valid(1), valid(2));
}

#[test]
fn the_test_split_is_never_drawn_from() {
    let folder = write_all(&mnist(40, 10));
    let data = open(folder.path()).expect("a data set").with_validation(0.5, 3).expect("a split");
    assert!(data.rows(Split::Valid).expect("validation").iter().all(|row| row < 40));
    assert_eq!(
        data.rows(Split::Test).expect("test").iter().collect::<Vec<_>>(),
        (40..50).collect::<Vec<_>>()
    );
    assert_eq!(data.rows(Split::All).expect("all").len(), 50);
    assert_eq!(data.evaluation_split(), Split::Test);
}

#[test]
fn data_without_a_test_split_is_judged_by_all() {
    let data = observations(vec![], Array::U8(vec![0; 10]));
    assert_eq!(data.evaluation_split(), Split::All);
    let refused = data.rows(Split::Test).expect_err("no test split").to_string();
    assert_eq!(refused, "test data has no test split: it has train, all");
}

#[test]
fn a_validation_fraction_must_leave_examples_on_both_sides() {
    for fraction in [1.0, -0.1, f64::NAN, 0.01, 0.99] {
        let refused = observations(vec![], Array::U8(vec![0; 10])).with_validation(fraction, 0);
        assert!(matches!(refused, Err(DataError::Option { option: "data.validation", .. })), "{fraction}");
    }
}

#[test]
fn splits_read_as_they_print() {
    for split in Split::EVERY {
        assert_eq!(split.to_string().parse::<Split>().expect("its own name"), split);
    }
    let refused = "validation".parse::<Split>().expect_err("not a split").to_string();
    assert!(refused.contains("train, valid, test, all"), "{refused}");
}

#[test]
fn the_first_rows_of_a_split_can_be_taken() {
    let data = observations(vec![], Array::U8(vec![0; 10])).with_validation(0.5, 1).expect("a split");
    for split in [Split::Valid, Split::All] {
        let rows = data.rows(split).expect("rows");
        assert_eq!(rows.take(3).iter().collect::<Vec<_>>(), rows.iter().take(3).collect::<Vec<_>>());
        assert_eq!(rows.take(99), rows);
    }
}
