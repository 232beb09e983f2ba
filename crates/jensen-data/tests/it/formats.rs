//! What is written is read back; what others wrote is read as they meant it.

use jensen_data::{Array, DType, DataSpec, Dataset, Field, Role, Split, write};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{folder, gzip, idx, mnist, npy, open, path, whole, write_all};

/// Arrays of every type, with NaN-free floats of any magnitude.
fn arrays(len: usize) -> impl Strategy<Value = Array> {
    prop_oneof![
        vec(any::<u8>(), len).prop_map(Array::U8),
        vec(any::<i32>(), len).prop_map(Array::I32),
        vec(-(1i64 << 53)..1i64 << 53, len).prop_map(Array::I64),
        vec(any::<f32>().prop_filter("a number", |x| x.is_finite()), len).prop_map(Array::F32),
        vec(any::<f64>().prop_filter("a number", |x| x.is_finite()), len).prop_map(Array::F64),
    ]
}

/// A field of any shape and type with a label for each example.
fn fields() -> impl Strategy<Value = (Field, Field)> {
    (1usize..6, vec(1usize..5, 0..4)).prop_flat_map(|(rows, shape)| {
        let features: usize = shape.iter().product();
        (arrays(rows * features), vec(any::<i32>(), rows)).prop_map(move |(array, labels)| {
            let x = Field::new("x", Role::Observation, shape.clone(), array).expect("a field");
            (x, Field::new("labels", Role::Label, vec![], Array::I32(labels)).expect("labels"))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn npy_reads_back_what_was_written((x, _) in fields()) {
        let folder = folder(&[]);
        write(&path(&folder, "x.npy"), std::slice::from_ref(&x)).expect("a file");
        let read = open(&path(&folder, "x.npy")).expect("a data set");
        prop_assert_eq!(&read.fields()[0], x.spec());
        prop_assert_eq!(&whole(&read), x.array());
    }

    #[test]
    fn npz_reads_back_what_was_written((x, labels) in fields()) {
        let folder = folder(&[]);
        write(&path(&folder, "data.npz"), &[x.clone(), labels.clone()]).expect("a file");
        let read = open(&path(&folder, "data.npz")).expect("a data set");
        prop_assert_eq!(read.field(Role::Observation), Some(x.spec()));
        prop_assert_eq!(read.field(Role::Label), Some(labels.spec()));
        prop_assert_eq!(&whole(&read), x.array());
        let rows: Vec<u64> = (0..read.len() as u64).collect();
        prop_assert_eq!(read.read(&rows).expect("rows").labels(), labels.array().to_i64());
    }

    #[test]
    fn csv_reads_back_the_same_numbers((x, labels) in fields()) {
        let folder = folder(&[]);
        let file = path(&folder, "data.csv");
        write(&file, &[x.clone(), labels.clone()]).expect("a file");
        let spec = DataSpec { label_column: Some("labels".into()), ..DataSpec::new(file.display().to_string()) };
        let read = Dataset::open(&spec).expect("a data set");
        match x.array() {
            // The shortest text of a single-precision number is exact in that precision.
            Array::F32(values) => prop_assert_eq!(&whole(&read).to_f32(), values),
            other => prop_assert_eq!(whole(&read).to_f64(), other.to_f64()),
        }
        let rows: Vec<u64> = (0..read.len() as u64).collect();
        prop_assert_eq!(read.read(&rows).expect("rows").labels(), labels.array().to_i64());
    }

    #[test]
    fn idx_is_read_plain_and_compressed(rows in 1u32..5, shape in vec(1u32..5, 0..3), seed: u8) {
        let whole_shape: Vec<u32> = std::iter::once(rows).chain(shape.iter().copied()).collect();
        let count = whole_shape.iter().product::<u32>() as usize;
        let ints: Vec<i32> = (0i32..).take(count).map(|i| i * 7919 - i32::from(seed)).collect();
        let check = |code: u8, numbers: Vec<u8>, expected: Array| -> Result<(), TestCaseError> {
            let bytes = idx(code, &whole_shape, &numbers);
            let folder = folder(&[("plain", &bytes), ("compressed.gz", &gzip(&bytes))]);
            for name in ["plain", "compressed.gz"] {
                let read = open(&path(&folder, name)).expect("a data set");
                let event: Vec<usize> = shape.iter().map(|&extent| extent as usize).collect();
                prop_assert_eq!(&read.fields()[0].shape, &event);
                prop_assert_eq!(whole(&read), expected.clone());
            }
            Ok(())
        };
        let each = |bytes: &dyn Fn(i32) -> Vec<u8>| ints.iter().flat_map(|&i| bytes(i)).collect::<Vec<u8>>();
        check(0x08, each(&|i| vec![i as u8]), Array::U8(ints.iter().map(|&i| i as u8).collect()))?;
        check(0x09, each(&|i| vec![i as u8]), Array::I32(ints.iter().map(|&i| i32::from(i as i8)).collect()))?;
        check(0x0B, each(&|i| (i as i16).to_be_bytes().to_vec()), Array::I32(ints.iter().map(|&i| i32::from(i as i16)).collect()))?;
        check(0x0C, each(&|i| i.to_be_bytes().to_vec()), Array::I32(ints.clone()))?;
        check(0x0D, each(&|i| (i as f32 / 3.0).to_be_bytes().to_vec()), Array::F32(ints.iter().map(|&i| i as f32 / 3.0).collect()))?;
        check(0x0E, each(&|i| (f64::from(i) / 3.0).to_be_bytes().to_vec()), Array::F64(ints.iter().map(|&i| f64::from(i) / 3.0).collect()))?;
    }

    /// NumPy's `a[i, j, k]` of a column-major array lies at `i + I (j + J k)`.
    #[test]
    fn a_column_major_npy_is_read_in_row_major_order(extents in vec(1usize..5, 1..4)) {
        let count: usize = extents.iter().product();
        let stored: Vec<u8> = (0i32..).take(count).flat_map(i32::to_le_bytes).collect();
        let shape = format!("({},)", extents.iter().map(usize::to_string).collect::<Vec<_>>().join(", "));
        let folder = folder(&[("f.npy", &npy("'<i4'", "True", &shape, &stored))]);
        let Array::I32(read) = whole(&open(&path(&folder, "f.npy")).expect("a data set")) else { panic!("not i32") };
        for (at, value) in read.into_iter().enumerate() {
            let (mut rest, mut index) = (at, vec![0; extents.len()]);
            for (index, extent) in index.iter_mut().zip(&extents).rev() {
                (*index, rest) = (rest % extent, rest / extent);
            }
            let expected = index.iter().zip(&extents).rev().fold(0, |at, (index, extent)| at * extent + index);
            prop_assert_eq!(value as usize, expected);
        }
    }
}

#[test]
fn a_big_endian_npy_is_read_by_value() {
    for (descr, bytes, expected) in [
        ("'>i2'", vec![0x01, 0x02, 0xFF, 0xFE], Array::I32(vec![258, -2])),
        ("'>u2'", vec![0x01, 0x02, 0xFF, 0xFE], Array::I32(vec![258, 65534])),
        ("'>u4'", vec![0xFF, 0, 0, 1, 0, 0, 0, 2], Array::I64(vec![0xFF00_0001, 2])),
        (
            "'>f4'",
            [1.5f32, -0.25].iter().flat_map(|x| x.to_be_bytes()).collect(),
            Array::F32(vec![1.5, -0.25]),
        ),
        (
            "'>f8'",
            [1e300f64, -0.25].iter().flat_map(|x| x.to_be_bytes()).collect(),
            Array::F64(vec![1e300, -0.25]),
        ),
        ("'|b1'", vec![0, 1], Array::U8(vec![0, 1])),
        ("'<u8'", [3u64, 4].iter().flat_map(|x| x.to_le_bytes()).collect(), Array::I64(vec![3, 4])),
    ] {
        let folder = folder(&[("x.npy", &npy(descr, "False", "(2,)", &bytes))]);
        assert_eq!(whole(&open(&path(&folder, "x.npy")).expect("a data set")), expected, "{descr}");
    }
}

#[test]
fn a_folder_of_mnist_files_has_splits_and_labels() {
    let plain = mnist(7, 3);
    let compressed: Vec<_> = plain.iter().map(|(name, bytes)| (format!("{name}.gz"), gzip(bytes))).collect();
    let compressed: Vec<_> = compressed.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    for files in [plain, compressed] {
        let folder = write_all(&files);
        let data = open(folder.path()).expect("a data set");
        assert_eq!(data.len(), 10);
        let images = data.field(Role::Observation).expect("images");
        assert_eq!((&images.shape[..], images.dtype), (&[2, 3][..], DType::U8));
        assert_eq!(
            data.rows(Split::Train).expect("train").iter().collect::<Vec<_>>(),
            (0..7).collect::<Vec<_>>()
        );
        assert_eq!(data.rows(Split::Test).expect("test").iter().collect::<Vec<_>>(), vec![7, 8, 9]);
        assert_eq!(data.split(Split::Valid), None);
        let batch = data.read(&[7, 1]).expect("rows");
        assert_eq!(batch.labels(), Some(vec![0, 1]));
        let expected = vec![100, 101, 102, 103, 104, 105, 6, 7, 8, 9, 10, 11];
        assert_eq!(batch.field(Role::Observation).map(Field::array), Some(&Array::U8(expected)));
    }
}

#[test]
fn an_archive_of_keras_has_splits() {
    let field = |name: &str, shape: Vec<usize>, values: Vec<u8>| {
        Field::new(name, Role::Observation, shape, Array::U8(values)).expect("a field")
    };
    let folder = folder(&[]);
    // `write` insists on one number of examples, as a data set has; so each split is a field of one.
    let file = path(&folder, "mnist.npz");
    let fields = ["x_train", "x_test"].map(|name| field(name, vec![2, 1], vec![1, 2, 3, 4]));
    let labels = ["y_train", "y_test"].map(|name| field(name, vec![], vec![5, 6]));
    write(&file, &fields.into_iter().chain(labels).collect::<Vec<_>>()).expect("a file");
    let data = open(&file).expect("a data set");
    assert_eq!((data.len(), data.rows(Split::Test).expect("test").len()), (4, 2));
    assert_eq!(data.read(&[0, 2]).expect("rows").labels(), Some(vec![5, 5]));
}

#[test]
fn an_array_of_an_archive_is_chosen_by_name() {
    let field = |name: &str, value: f32| {
        Field::new(name, Role::Observation, vec![1], Array::F32(vec![value, value])).expect("a field")
    };
    let folder = folder(&[]);
    let file = path(&folder, "latents.npz");
    write(&file, &[field("mean", 1.0), field("log_variance", 2.0)]).expect("a file");
    let refused = open(&file).expect_err("neither is named as observations").to_string();
    assert!(refused.contains("`log_variance`, `mean`") && refused.contains("data.columns"), "{refused}");
    let spec =
        DataSpec { columns: Some(vec!["log_variance".into()]), ..DataSpec::new(file.display().to_string()) };
    assert_eq!(whole(&Dataset::open(&spec).expect("a data set")), Array::F32(vec![2.0, 2.0]));
}

#[test]
fn columns_of_a_table_are_chosen_by_name() {
    let table = "\u{FEFF}a; b ;class;c\n1;2;0;x\n-3.5;;1;y\n";
    let folder = folder(&[("table.csv", table.as_bytes()), ("table.csv.gz", &gzip(table.as_bytes()))]);
    for name in ["table.csv", "table.csv.gz"] {
        let spec = DataSpec {
            columns: Some(vec!["b".into(), "a".into()]),
            label_column: Some("class".into()),
            ..DataSpec::new(path(&folder, name).display().to_string())
        };
        let data = Dataset::open(&spec).expect("a data set");
        assert_eq!(data.fields()[0].feature_names, ["b", "a"]);
        assert_eq!(data.read(&[0, 1]).expect("rows").labels(), Some(vec![0, 1]));
        let values = whole(&data).to_f64();
        assert_eq!((values[0], values[1], values[3]), (2.0, 1.0, -3.5));
        assert!(values[2].is_nan(), "an empty cell is missing");
    }
}

#[test]
fn a_column_called_label_is_not_observed_unless_asked_for() {
    let folder = folder(&[("table.csv", b"a,label\n1.5,3\n2.5,4\n")]);
    let source = path(&folder, "table.csv").display().to_string();
    let data = Dataset::open(&DataSpec::new(source.clone())).expect("a data set");
    assert_eq!(data.fields()[0].feature_names, ["a"]);
    assert_eq!(data.read(&[0, 1]).expect("rows").labels(), Some(vec![3, 4]));
    let spec = DataSpec { columns: Some(vec!["a".into(), "label".into()]), ..DataSpec::new(source) };
    let data = Dataset::open(&spec).expect("a data set");
    assert_eq!(data.fields()[0].feature_names, ["a", "label"]);
}

#[test]
fn nothing_is_left_beside_a_written_file() {
    let folder = folder(&[("x.npy", b"old")]);
    let x = Field::new("x", Role::Observation, vec![], Array::F32(vec![1.0])).expect("a field");
    write(&path(&folder, "x.npy"), std::slice::from_ref(&x)).expect("a file");
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["x.npy"]);

    let missing = write(&path(&folder, "no/such/folder/x.npy"), &[x]).expect_err("no folder").to_string();
    assert!(missing.contains("no/such/folder/x.npy"), "{missing}");
}

#[test]
fn a_path_without_a_known_ending_is_not_written() {
    let folder = folder(&[]);
    let x = Field::new("x", Role::Observation, vec![], Array::F32(vec![1.0])).expect("a field");
    let refused =
        write(&path(&folder, "x.txt"), std::slice::from_ref(&x)).expect_err("no format").to_string();
    assert!(refused.contains(".npy, .npz, .csv or .parquet"), "{refused}");
    let refused = write(&path(&folder, "x.npy"), &[x.clone(), x]).expect_err("two arrays").to_string();
    assert!(refused.contains(".npz, .csv or .parquet"), "{refused}");
}

#[test]
fn a_table_of_words_and_missing_cells() {
    let table = "name,ok,colour,x,id\n\"a, b\",true,red,1,7\n?,,NA,nan,8\n\"say \"\"hi\"\"\",False,blue,2.5,9\nzoë,true,red,,\n";
    let folder = folder(&[("t.csv", table.as_bytes())]);
    let spec = DataSpec {
        exclude: vec!["id".into()],
        label_column: None,
        ..DataSpec::new(path(&folder, "t.csv").display().to_string())
    };
    let data = Dataset::open(&spec).expect("a data set");
    let x = &data.fields()[0];
    assert_eq!(x.feature_names, ["name", "ok", "colour", "x"]);
    assert_eq!(x.levels.keys().copied().collect::<Vec<_>>(), [0, 2]);
    assert_eq!(x.levels[&0], ["a, b", "say \"hi\"", "zoë"]);
    assert_eq!(x.levels[&2], ["blue", "red"]);
    let values: Vec<String> = whole(&data).to_f64().iter().map(ToString::to_string).collect();
    let expected = "0 1 1 1 NaN NaN NaN NaN 1 0 0 2.5 2 1 1 NaN";
    assert_eq!(values.join(" "), expected);
}

#[test]
fn labels_may_be_words() {
    let folder = folder(&[("t.csv", b"a,kind\n1,dog\n2,cat\n3,dog\n")]);
    let source = path(&folder, "t.csv").display().to_string();
    let spec = DataSpec { label_column: Some("kind".into()), ..DataSpec::new(source) };
    let data = Dataset::open(&spec).expect("a data set");
    assert_eq!(data.fields()[1].levels[&0], ["cat", "dog"]);
    assert_eq!(data.read(&[0, 1, 2]).expect("rows").labels(), Some(vec![1, 0, 1]));
}

/// What is wrongly told from the values can be said.
#[test]
fn a_column_of_numbers_can_be_read_as_words() {
    let folder = folder(&[("t.csv", b"seat\n12\n7A\n9\n")]);
    let source = path(&folder, "t.csv").display().to_string();
    let kinds = [("seat".to_owned(), jensen_data::Kind::Categorical)].into();
    let data = Dataset::open(&DataSpec { kinds, ..DataSpec::new(source) }).expect("a data set");
    assert_eq!(data.fields()[0].levels[&0], ["12", "7A", "9"]);
}
