//! Several files as one data set.

use jensen_data::{Access, Array, DataConfig, DataSpec, Dataset, Field, Role, Split};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{assert_says, folder, gzip, npy, path, tree, whole};

fn bytes(values: &[u8]) -> Vec<u8> {
    npy("'|u1'", "False", &format!("({},)", values.len()), values)
}

fn open(
    folder: &tempfile::TempDir,
    pattern: &str,
    access: Access,
) -> Result<Dataset, jensen_data::DataError> {
    Dataset::open(&DataSpec { access, ..DataSpec::new(path(folder, pattern).display().to_string()) })
}

fn refused(folder: &tempfile::TempDir, pattern: &str) -> String {
    open(folder, pattern, Access::Auto).expect_err("the files do not fit").to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn shards_hold_what_one_file_would(
        shards in vec(vec(any::<u8>(), 1..20), 1..6), picks in vec(any::<prop::sample::Index>(), 0..30)
    ) {
        let names: Vec<_> = (0..shards.len()).map(|i| format!("{i}.npy")).collect();
        let files: Vec<_> = names.iter().zip(&shards).map(|(name, shard)| (name.as_str(), bytes(shard))).collect();
        let folder = tree(&files);
        let joined = shards.concat();
        let rows: Vec<u64> = picks.iter().map(|pick| pick.index(joined.len()) as u64).collect();
        let expected: Vec<u8> = rows.iter().map(|&row| joined[row as usize]).collect();
        for access in [Access::Auto, Access::Memory, Access::File] {
            let data = open(&folder, "[0-9]*.npy", access).expect("a data set");
            prop_assert_eq!(data.len(), joined.len());
            prop_assert_eq!(whole(&data), Array::U8(joined.clone()));
            let batch = data.read(&rows).expect("rows");
            prop_assert_eq!(batch.field(Role::Observation).map(Field::array), Some(&Array::U8(expected.clone())));
        }
    }
}

#[test]
fn tables_share_their_levels() {
    let files = folder(&[
        ("a.csv", b"colour,size,label\nred,1,cat\nblue,2,dog\n"),
        ("b.csv.gz", &gzip(b"colour,size,label\ngreen,3,ant\nred,,dog\n")),
    ]);
    for access in [Access::Auto, Access::File] {
        let data = open(&files, "*.csv*", access).expect("a data set");
        let x = data.field(Role::Observation).expect("columns");
        assert_eq!(x.levels[&0], ["blue", "green", "red"]);
        let values = whole(&data).to_f64();
        assert_eq!(values[..7], [2.0, 1.0, 0.0, 2.0, 1.0, 3.0, 2.0]);
        assert!(values[7].is_nan());
        assert_eq!(data.field(Role::Label).expect("labels").levels[&0], ["ant", "cat", "dog"]);
        assert_eq!(data.read(&[0, 1, 2, 3]).expect("rows").labels(), Some(vec![1, 2, 0, 2]));
    }
}

#[test]
fn splits_of_the_files_are_joined() {
    let array = |name: &str, values: &[u8]| {
        Field::new(name, Role::Observation, vec![], Array::U8(values.to_vec())).expect("a field")
    };
    let files = folder(&[]);
    for (name, from) in [("a.npz", 0), ("b.npz", 10)] {
        let fields = [array("x_train", &[from, from + 1]), array("x_test", &[from + 2, from + 3])];
        jensen_data::write(&path(&files, name), &fields).expect("a file");
    }
    let data = open(&files, "?.npz", Access::Auto).expect("a data set");
    let rows = |split| data.rows(split).expect("a split").iter().collect::<Vec<_>>();
    assert_eq!((rows(Split::Train), rows(Split::Test)), (vec![0, 1, 4, 5], vec![2, 3, 6, 7]));
    assert_eq!(whole(&data), Array::U8(vec![0, 1, 2, 3, 10, 11, 12, 13]));
}

#[test]
fn files_that_do_not_belong_together_are_both_named() {
    let files = tree(&[
        ("dtype/a.npy", bytes(&[1])),
        ("dtype/b.npy", npy("'<f4'", "False", "(1,)", &[0; 4])),
        ("shape/a.npy", npy("'|u1'", "False", "(1, 2)", &[0; 2])),
        ("shape/b.npy", npy("'|u1'", "False", "(1, 3)", &[0; 3])),
        ("columns/a.csv", b"a,b\n1,2\n".to_vec()),
        ("columns/b.csv", b"a,c\n1,2\n".to_vec()),
        ("labels/a.csv", b"a,label\n1,2\n".to_vec()),
        ("labels/b.csv", b"a,b\n1,2\n".to_vec()),
        ("words/a.csv", b"a,b\n1,2\n".to_vec()),
        ("words/b.csv", b"a,b\n1,red\n2,blue\n".to_vec()),
        ("bad/a.npy", bytes(&[1])),
        ("bad/b.npy", bytes(&[1, 2])[..129].to_vec()),
    ]);
    let says = |kind: &str, parts: &[&str]| {
        let message = refused(&files, &format!("{kind}/*"));
        assert_says(&message, parts);
        assert_says(&message, &[&format!("{kind}/b.")]);
    };
    says("dtype", &["dtype/a.npy", "`x` is f32", "but u8", "belong together"]);
    says("shape", &["shape/a.npy", "[3]", "[2]"]);
    says("columns", &["columns/a.csv", "a, c", "a, b"]);
    says("labels", &["labels/a.csv", "`label` (label)"]);
    says("words", &["words/a.csv", "`b` of `columns` holds words, but numbers"]);
    says("bad", &["byte 129", "truncated"]);
}

#[test]
fn a_pattern_without_files() {
    let files = folder(&[("a.npy", &bytes(&[1]))]);
    assert_says(&refused(&files, "*.csv"), &["*.csv", "no file"]);
    assert_says(&refused(&files, "a**.npy"), &["a**.npy", "a pattern", "[*]"]);
}

/// A name that exists is no pattern, and `[*]` is a star.
#[test]
fn stars_and_brackets_in_names() {
    let files =
        tree(&[("a[1]/x.npy", bytes(&[1])), ("a[1]/y*.npy", bytes(&[2])), ("a[1]/yz.npy", bytes(&[3]))]);
    let of = |name: &str| whole(&open(&files, name, Access::Auto).expect("a data set"));
    assert_eq!(of("a[1]/x.npy"), Array::U8(vec![1]));
    assert_eq!(of("a[1]/y*.npy"), Array::U8(vec![2]));
    assert_eq!(of("a[[]1]/y*"), Array::U8(vec![2, 3]));
    assert_eq!(of("a[[]1]/y[*].np?"), Array::U8(vec![2]));
}

#[cfg(unix)]
#[test]
fn names_that_are_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let files = folder(&[("a.npy", &bytes(&[1]))]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xE9.npy");
    if std::fs::write(files.path().join(name), bytes(&[7])).is_err() {
        return; // a file system that takes text only
    }
    assert_says(&refused(&files, "*.npy"), &["caf", "not UTF-8", "rename"]);
}

#[test]
fn a_pattern_means_the_same_from_any_folder() {
    let config = |source: &str| DataConfig { source: source.to_owned(), ..DataConfig::default() };
    let here = std::env::current_dir().expect("a folder");
    let expected = format!("{}/shards/*.npy", here.display());
    assert_eq!(config("shards/*.npy").anywhere().source, expected);
    assert_eq!(config("/shards/*.npy").anywhere().source, "/shards/*.npy");
}
