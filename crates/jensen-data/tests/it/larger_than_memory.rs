//! Files that are read by position: the same examples as in memory, in an order of their own, and an
//! error instead of wrong numbers when they change.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::{Duration, SystemTime};

use jensen_data::{
    Access, Array, Batch, DataConfig, DataError, DataSpec, Dataset, Loader, Preprocessing, Role, Split,
};
use jensen_random::Rng;
use proptest::prelude::*;

use crate::support::{folder, idx, npy, path};

fn open(path: &Path, access: Access) -> Result<Dataset, DataError> {
    Dataset::open(&DataSpec { access, ..DataSpec::new(path.display().to_string()) })
}

fn in_file(path: &Path) -> Dataset {
    let dataset = open(path, Access::File).expect("a data set");
    assert!(dataset.stays_in_file());
    dataset
}

/// A file of `rows` examples of 64 bytes, each its row's number modulo 251.
fn numbered(rows: usize) -> Vec<u8> {
    let numbers: Vec<u8> = (0..rows).flat_map(|row| [(row % 251) as u8; 64]).collect();
    npy("'|u1'", "False", &format!("({rows}, 64)"), &numbers)
}

fn fit(dataset: &Dataset) -> Preprocessing {
    Preprocessing::fit(&DataConfig::default(), dataset, &dataset.rows(Split::Train).expect("rows"))
        .expect("a fit")
}

fn loader<'a>(dataset: &'a Dataset, preprocessing: &'a Preprocessing, batch: usize) -> Loader<'a> {
    Loader::new(dataset, dataset.rows(Split::Train).expect("rows"), preprocessing, batch, Rng::seed(4))
        .expect("a loader")
}

fn numbers(batch: &Batch) -> Vec<f32> {
    batch.field(Role::Observation).expect("observations").array().to_f32()
}

/// Each row with its numbers.
fn examples(batches: impl Iterator<Item = Result<Batch, DataError>>) -> Vec<(u64, Vec<f32>)> {
    let batches = batches.map(|batch| batch.expect("a batch"));
    batches
        .flat_map(|batch| {
            let numbers = numbers(&batch);
            let features = numbers.len() / batch.len();
            let rows = batch.rows().to_vec();
            rows.into_iter().zip(numbers.chunks(features).map(<[f32]>::to_vec).collect::<Vec<_>>())
        })
        .collect()
}

/// Every type of a number in both byte orders.
const TYPES: [(&str, usize); 20] = [
    ("|b1", 1),
    ("|u1", 1),
    ("|i1", 1),
    ("<u2", 2),
    (">u2", 2),
    ("<i2", 2),
    (">i2", 2),
    ("<u4", 4),
    (">u4", 4),
    ("<i4", 4),
    (">i4", 4),
    ("<u8", 8),
    (">u8", 8),
    ("<i8", 8),
    (">i8", 8),
    ("<f4", 4),
    (">f4", 4),
    ("<f8", 8),
    (">f8", 8),
    ("|u1", 1),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Small bytes are finite floats and fit every integer.
    #[test]
    fn rows_of_a_file_are_those_of_memory(
        (descr, size) in prop::sample::select(TYPES.to_vec()),
        rows in 1usize..40,
        width in 1usize..6,
        seed: u8,
        chosen in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let bytes: Vec<u8> = (0..rows * width * size).map(|i| (i * 31 + usize::from(seed)) as u8 % 64).collect();
        let folder = folder(&[("x.npy", &npy(&format!("'{descr}'"), "False", &format!("({rows}, {width})"), &bytes))]);
        let file = in_file(&path(&folder, "x.npy"));
        let memory = open(&path(&folder, "x.npy"), Access::Memory).expect("a data set");
        prop_assert!(!memory.stays_in_file());
        prop_assert_eq!(file.fields(), memory.fields());
        let chosen: Vec<u64> = chosen.iter().map(|index| index.index(rows) as u64).collect();
        for rows in [chosen, (0..rows as u64).collect(), (0..rows as u64).step_by(3).collect()] {
            let (file, memory) = (file.read(&rows).expect("rows"), memory.read(&rows).expect("rows"));
            prop_assert_eq!(file.fields(), memory.fields());
        }
    }

    /// An epoch reads what it says, each row once, whatever the batch size, and goes on anywhere. From
    /// three rows on: bytes that are all 0 or 1 are bits and are not divided by 255.
    #[test]
    fn an_epoch_of_a_file_is_addressed(rows in 3usize..3000, sizes in [1usize..200, 1usize..200], stop in 0usize..30) {
        let folder = folder(&[("x.npy", &numbered(rows))]);
        let dataset = in_file(&path(&folder, "x.npy"));
        let preprocessing = fit(&dataset);
        let [whole, other] = sizes.map(|size| examples(loader(&dataset, &preprocessing, size).epoch(3)));
        prop_assert_eq!(&whole, &other);
        for (row, numbers) in &whole {
            prop_assert_eq!(numbers[63], (*row % 251) as f32 / 255.0);
        }
        let rest = examples(loader(&dataset, &preprocessing, sizes[0]).epoch(3).skip(stop));
        prop_assert_eq!(&rest[..], &whole[(stop * sizes[0]).min(rows)..]);
        let mut visited: Vec<u64> = whole.iter().map(|(row, _)| *row).collect();
        visited.sort_unstable();
        prop_assert_eq!(visited, (0..rows as u64).collect::<Vec<_>>());
    }
}

/// 700,000 rows of 64 bytes are 45 MB, three windows.
#[test]
fn an_epoch_of_many_windows_reads_each_row_once() {
    let rows = 700_000;
    let folder = folder(&[("x.npy", &numbered(rows))]);
    let dataset = in_file(&path(&folder, "x.npy")).with_validation(0.1, 1).expect("a split");
    let config = DataConfig { scale: jensen_data::Scale::None, ..DataConfig::default() };
    let preprocessing =
        Preprocessing::fit(&config, &dataset, &dataset.rows(Split::Train).expect("rows")).expect("a fit");
    let loader = loader(&dataset, &preprocessing, 10_000);
    let mut seen = vec![false; rows];
    let mut last = Vec::new();
    for batch in loader.epoch(0) {
        let batch = batch.expect("a batch");
        let numbers = numbers(&batch);
        for (i, &row) in batch.rows().iter().enumerate() {
            assert!(!std::mem::replace(&mut seen[row as usize], true), "row {row} twice");
            assert_eq!(numbers[64 * i], (row % 251) as f32);
        }
        last = batch.rows().to_vec();
    }
    let train: Vec<u64> = dataset.rows(Split::Train).expect("rows").iter().collect();
    assert_eq!(seen.iter().filter(|seen| **seen).count(), train.len());
    assert!(train.iter().all(|&row| seen[row as usize]));
    let resumed = loader.epoch(0).nth(loader.batches() - 1).expect("a batch").expect("rows");
    assert_eq!(resumed.rows(), last);
}

#[test]
fn an_idx_file_is_read_by_position() {
    let folder = folder(&[("x.idx", &idx(0x0B, &[3, 2], &[0, 1, 255, 255, 1, 0, 0, 7, 128, 0, 0, 9]))]);
    let batch = in_file(&path(&folder, "x.idx")).read(&[2, 0]).expect("rows");
    assert_eq!(batch.fields()[0].array(), &Array::I32(vec![-32768, 9, 1, -1]));
}

#[test]
fn what_cannot_be_read_by_position_is_held_in_memory() {
    let folder = folder(&[
        ("f.npy", &npy("'<i4'", "True", "(2, 2)", &[0; 16])),
        ("x.npy.gz", &crate::support::gzip(&numbered(3))),
        ("x.csv", b"a,b\n1,2\n"),
    ]);
    for name in ["f.npy", "x.npy.gz", "x.csv"] {
        assert!(!open(&path(&folder, name), Access::File).expect("a data set").stays_in_file(), "{name}");
    }
}

#[test]
fn what_takes_little_is_held_in_memory() {
    let folder = folder(&[("x.npy", &numbered(3))]);
    assert!(!open(&path(&folder, "x.npy"), Access::Auto).expect("a data set").stays_in_file());
    // 129 MiB that no disk holds.
    let large = path(&folder, "large.npy");
    let header = npy("'|u1'", "False", "(135266304,)", &[]);
    std::fs::write(&large, &header).expect("a header");
    let file = OpenOptions::new().write(true).open(&large).expect("a file");
    file.set_len(header.len() as u64 + 135_266_304).expect("a sparse file");
    assert!(open(&large, Access::Auto).expect("a data set").stays_in_file());
}

#[test]
fn an_unsigned_integer_that_does_not_fit_is_named_by_its_byte() {
    let bytes: Vec<u8> = [1u64, 2, 3, u64::MAX].iter().flat_map(|value| value.to_le_bytes()).collect();
    let folder = folder(&[("x.npy", &npy("'<u8'", "False", "(4, 1)", &bytes))]);
    let refused = in_file(&path(&folder, "x.npy")).read(&[1, 3]).expect_err("too large").to_string();
    assert!(refused.contains("byte 152") && refused.contains("astype"), "{refused}");
}

#[test]
fn a_file_that_is_truncated_after_it_was_opened() {
    let folder = folder(&[("x.npy", &numbered(1000))]);
    let dataset = in_file(&path(&folder, "x.npy"));
    truncate(&path(&folder, "x.npy"), 1000);
    for row in [0, 999] {
        let refused = dataset.read(&[row]).expect_err("it is shorter");
        assert!(matches!(refused, DataError::Changed { .. }));
        let message = refused.to_string();
        for part in ["x.npy", "changed while it was read", "64128 bytes", "1000", "start again"] {
            assert!(message.contains(part), "`{message}` does not say `{part}`");
        }
    }
}

#[test]
fn a_file_that_is_written_anew_with_the_same_length() {
    let folder = folder(&[("x.npy", &numbered(1000))]);
    let file = path(&folder, "x.npy");
    let dataset = in_file(&file);
    std::fs::write(&file, numbered(1000)).expect("the same length");
    let later = SystemTime::now() + Duration::from_secs(2);
    OpenOptions::new()
        .write(true)
        .open(&file)
        .and_then(|file| file.set_modified(later))
        .expect("a later time");
    let message = dataset.read(&[5]).expect_err("it was written to").to_string();
    assert!(message.contains("x.npy changed while it was read: it was written to"), "{message}");
}

#[test]
fn a_file_that_is_replaced_stays_what_was_opened() {
    let folder = folder(&[("x.npy", &numbered(1000)), ("y.npy", &numbered(10))]);
    let dataset = in_file(&path(&folder, "x.npy"));
    std::fs::rename(path(&folder, "y.npy"), path(&folder, "x.npy")).expect("a rename");
    assert_eq!(dataset.read(&[999]).expect("a row").fields()[0].array().to_i64(), Some(vec![999 % 251; 64]));
}

/// The file shrinks when a part of an epoch has been read: what follows is an error, and then nothing.
#[test]
fn a_file_that_shrinks_within_an_epoch() {
    let rows = 600_000; // three windows, so that most is not in memory
    let folder = folder(&[("x.npy", &numbered(rows))]);
    let dataset = in_file(&path(&folder, "x.npy"));
    let preprocessing = fit(&dataset);
    let loader = loader(&dataset, &preprocessing, 5000);
    let mut batches = loader.epoch(0);
    assert!(batches.next().expect("a batch").is_ok());
    truncate(&path(&folder, "x.npy"), 4096);
    let rest: Vec<_> = batches.collect();
    assert!(rest.len() < loader.batches() - 1, "the epoch went on");
    let (last, before) = rest.split_last().expect("an error");
    assert!(matches!(last, Err(DataError::Changed { .. })), "{last:?}");
    assert!(before.iter().all(Result::is_ok));
}

fn truncate(path: &Path, len: u64) {
    OpenOptions::new()
        .write(true)
        .open(path)
        .and_then(|file: File| file.set_len(len))
        .expect("a shorter file");
}
