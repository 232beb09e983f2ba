//! Files are the same however many examples come at a time, and appear complete or not at all.

use std::collections::BTreeMap;
use std::io::Read;

use jensen_data::{Array, DataError, Field, Role, Writer, write};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::{folder, path};

fn field(name: &str, shape: Vec<usize>, array: Array) -> Field {
    Field::new(name, Role::Observation, shape, array).expect("a field")
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_file_does_not_depend_on_how_many_examples_come_at_a_time(
        numbers in vec(any::<f32>(), 12),
        cuts in vec(0u64..6, 0..4),
    ) {
        let whole = [
            field("mean", vec![2], Array::F32(numbers)),
            field("class", vec![], Array::I64((0..6).collect())),
        ];
        let mut cuts = cuts;
        cuts.sort_unstable();
        for name in ["data.npz", "data.csv", "data.csv.gz", "data.csv.zst", "data.parquet", "data.npy", "data.npy.gz"] {
            let fields = if name.contains(".npy") { &whole[..1] } else { &whole[..] };
            let folder = folder(&[]);
            write(&path(&folder, name), fields).expect("written");
            let at_once = std::fs::read(path(&folder, name)).expect("the file");
            let specs: Vec<_> = fields.iter().map(|field| field.spec().clone()).collect();
            let mut writer = Writer::create(&path(&folder, name), &specs, 6).expect("a writer");
            for (from, to) in std::iter::once(&0).chain(&cuts).zip(cuts.iter().chain([&6])) {
                let rows: Vec<u64> = (*from..*to).collect();
                let part: Vec<Field> = fields.iter().map(|field| field.gather(&rows)).collect();
                writer.append(&part).expect("appended");
            }
            writer.finish().expect("complete");
            prop_assert_eq!(std::fs::read(path(&folder, name)).expect("the file"), at_once, "{}", name);
            prop_assert_eq!(names(&folder), [name]);
        }
    }
}

/// Bytes as version 0.1 wrote them.
#[test]
fn npy_is_a_header_and_the_numbers() {
    let folder = folder(&[]);
    let x = field("x", vec![2], Array::I32(vec![1, -2, 3, 4]));
    write(&path(&folder, "x.npy"), &[x]).expect("written");
    let bytes = std::fs::read(path(&folder, "x.npy")).expect("the file");
    let (header, numbers) = bytes.split_at(bytes.len() - 16);
    let text = String::from_utf8_lossy(header);
    assert!(text.contains("'descr': '<i4', 'fortran_order': False, 'shape': (2, 2"), "{text}");
    assert_eq!(numbers, [1, 0, 0, 0, 254, 255, 255, 255, 3, 0, 0, 0, 4, 0, 0, 0]);
}

#[test]
fn a_table_is_written_in_words() {
    let island = vec!["Biscoe".to_owned(), "Dream, far".to_owned()];
    let table = field("columns", vec![3], Array::F64(vec![1.5, 1.0, 0.0, f64::NAN, f64::NAN, f64::NAN]))
        .with_feature_names(vec!["mass".into(), "island".into(), "sex".into()])
        .with_levels(BTreeMap::from([(1, island), (2, vec!["female".into()])]));
    let species = field("species", vec![], Array::I64(vec![1, 0]))
        .with_levels(BTreeMap::from([(0, vec!["Adelie".into(), "Gentoo".into()])]));
    let score = field("score", vec![], Array::F32(vec![f32::NAN, 2.0]));
    let folder = folder(&[]);
    write(&path(&folder, "t.csv"), &[table.clone(), species, score]).expect("written");
    let text = std::fs::read_to_string(path(&folder, "t.csv")).expect("the file");
    assert_eq!(text, "mass,island,sex,species,score\n1.5,\"Dream, far\",female,Gentoo,NaN\n,,,Adelie,2.0\n");

    for (value, name) in [(2.0, "t.csv"), (0.5, "t.csv"), (-1.0, "t.parquet"), (f64::INFINITY, "t.parquet")] {
        let wrong = table.with_array(Array::F64(vec![0.0, value, 0.0])).expect("a row");
        let refused = write(&path(&folder, name), &[wrong]).expect_err("no such level").to_string();
        assert!(
            refused.contains(&format!("{value} is not the index of one of the 2 levels of `island`")),
            "{refused}"
        );
    }
    assert_eq!(names(&folder), ["t.csv"]);
}

#[test]
fn a_compressed_table_holds_the_text() {
    let z = field("z", vec![2], Array::F32(vec![0.5, -1.0]));
    let folder = folder(&[]);
    for name in ["z.csv.gz", "Z.CSV.ZST"] {
        write(&path(&folder, name), std::slice::from_ref(&z)).expect("written");
        let file = std::fs::File::open(path(&folder, name)).expect("the file");
        let mut text = String::new();
        let read = match name {
            "z.csv.gz" => flate2::read::GzDecoder::new(file).read_to_string(&mut text),
            _ => zstd::Decoder::new(file).and_then(|mut decoder| decoder.read_to_string(&mut text)),
        };
        read.expect("text");
        assert_eq!(text, "z_0,z_1\n0.5,-1.0\n");
    }
    let refused = write(&path(&folder, "z.npz.gz"), &[z]).expect_err("compressed twice").to_string();
    assert!(refused.contains("compressed already"), "{refused}");
}

#[test]
fn what_is_not_finished_leaves_the_old_file_and_nothing_else() {
    for name in ["x.npy", "x.npz", "x.csv", "x.csv.zst", "x.parquet"] {
        let folder = folder(&[(name, b"old")]);
        let x = field("x", vec![2], Array::F32(vec![1.0, 2.0]));
        let y = field("y", vec![], Array::U8(vec![3]));
        let fields = if name == "x.npy" { vec![x] } else { vec![x, y] };
        let specs: Vec<_> = fields.iter().map(|field| field.spec().clone()).collect();
        let create = || Writer::create(&path(&folder, name), &specs, 2).expect("a writer");

        let mut dropped = create();
        dropped.append(&fields).expect("a row");
        drop(dropped);
        let mut short = create();
        short.append(&fields).expect("a row");
        let error = short.finish().expect_err("a row is missing");
        assert!(matches!(error, DataError::NotAsDeclared { .. }), "{error}");
        let mut long = create();
        let error = (0..3).try_for_each(|_| long.append(&fields)).expect_err("a row too many").to_string();
        assert!(error.contains("2 examples were to be written, but 3 came"), "{error}");
        drop(long);
        let mut other = create();
        let error = other.append(&[field("z", vec![], Array::U8(vec![3]))]).expect_err("another").to_string();
        assert!(
            error.contains("`x` (f32 of shape [2])") && error.contains("`z` (u8 of shape [])"),
            "{error}"
        );
        drop(other);

        assert_eq!(std::fs::read(path(&folder, name)).expect("the old file"), b"old");
        assert_eq!(names(&folder), [name]);
    }
}
