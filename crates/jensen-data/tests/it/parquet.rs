//! Parquet: what pyarrow and polars wrote is read as they meant it, what is written is read back, and
//! nothing that is wrong with a file is more than an error.

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use jensen_data::{Access, Array, DType, DataError, DataSpec, Dataset, Field, Role, write};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{folder, path, whole};

const ROWS: u64 = 60;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/parquet").join(format!("{name}.parquet"))
}

fn spec(path: &Path, columns: &[&str], access: Access) -> DataSpec {
    let columns = columns.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    DataSpec {
        columns: (!columns.is_empty()).then_some(columns),
        access,
        ..DataSpec::new(path.display().to_string())
    }
}

fn open(name: &str, columns: &[&str], access: Access) -> Result<Dataset, DataError> {
    Dataset::open(&spec(&fixture(name), columns, access))
}

fn refusal(name: &str, columns: &[&str]) -> String {
    let error = open(name, columns, Access::Memory).expect_err("refused").to_string();
    assert!(error.contains(&format!("{name}.parquet")), "the message must name the file: {error}");
    error
}

/// The rows of `generate.py`.
fn expected(row: u64) -> [f64; 7] {
    let k = row as f64;
    let or_nan = |there: bool, value: f64| if there { value } else { f64::NAN };
    let island = row / 5 % 4;
    [
        or_nan(!row.is_multiple_of(7), k * 0.5 - 3.0),
        k / 4.0,
        k * k,
        or_nan(!row.is_multiple_of(11), k - 30.0),
        (row * 37 % 256) as f64,
        f64::from(u8::from(row.is_multiple_of(3))),
        or_nan(island < 3, island as f64),
    ]
}

fn same(found: &[f64], expected: &[f64]) -> bool {
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(a, b)| a == b || a.is_nan() && b.is_nan())
}

#[test]
fn a_table_is_read_however_it_is_stored() {
    for storage in [
        "snappy",
        "gzip",
        "zstd",
        "lz4",
        "none",
        "groups",
        "plain",
        "small-pages",
        "v2",
        "delta",
        "categories",
        "polars",
        "polars-pages",
        "pandas",
    ] {
        for access in [Access::Memory, Access::File] {
            let data = open(&format!("table-{storage}"), &[], access)
                .unwrap_or_else(|error| panic!("table-{storage}: {error}"));
            let x = data.field(Role::Observation).expect("observations");
            assert_eq!(x.feature_names, ["real", "single", "count", "gap", "byte", "yes", "island"]);
            assert_eq!(
                x.levels,
                BTreeMap::from([(6, ["Biscoe", "Dream", "Torgersen"].map(String::from).to_vec())])
            );
            assert_eq!((x.dtype, data.len() as u64), (DType::F64, ROWS));
            let label = data.field(Role::Label).expect("a label");
            assert_eq!(
                (label.name.as_str(), &label.levels[&0]),
                ("label", &vec!["emu".to_owned(), "owl".to_owned()])
            );
            // In order, backwards, one by one, some twice.
            let orders: [Vec<u64>; 4] =
                [(0..ROWS).collect(), (0..ROWS).rev().collect(), vec![59], vec![3, 40, 3, 3, 41, 2, 40]];
            for rows in orders {
                let batch = data.read(&rows).expect("rows");
                let found = batch.field(Role::Observation).expect("observations").array().to_f64();
                let wanted: Vec<f64> = rows.iter().flat_map(|&row| expected(row)).collect();
                assert!(same(&found, &wanted), "table-{storage}, rows {rows:?}: {found:?}");
                let labels: Vec<i64> = rows.iter().map(|row| i64::from(row.is_multiple_of(2))).collect();
                assert_eq!(batch.labels(), Some(labels), "table-{storage}");
            }
        }
    }
}

#[test]
fn columns_of_one_type_keep_it() {
    for (columns, dtype) in [
        (&["byte", "yes"][..], DType::U8),
        (&["single"], DType::F32),
        (&["count"], DType::I64),
        (&["real"], DType::F64),
        (&["single", "count"], DType::F64),
        // Integers of which some are missing.
        (&["gap"], DType::F64),
        (&["island"], DType::F64),
    ] {
        for storage in ["table-snappy", "table-groups", "table-v2", "table-polars"] {
            let data = open(storage, columns, Access::Memory).expect("a data set");
            assert_eq!(data.field(Role::Observation).expect("x").dtype, dtype, "{storage} {columns:?}");
            assert_eq!(data.field(Role::Label), None);
        }
    }
    for (column, expected) in [
        ("half", Array::F32(vec![0.5, -2.0, 65504.0, 2f32.powi(-24)])),
        ("u16", Array::I32(vec![0, 1, 2, 65535])),
        ("u32", Array::I64(vec![0, 1, 2, (1 << 32) - 1])),
        ("i8", Array::I32(vec![0, -1, -128, 127])),
    ] {
        assert_eq!(whole(&open("types", &[column], Access::Memory).expect(column)), expected, "{column}");
    }
    let nothing = whole(&open("types", &["nothing"], Access::Memory).expect("nulls")).to_f64();
    assert!(nothing.len() == 4 && nothing.iter().all(|value| value.is_nan()));
}

#[test]
fn lists_of_one_length_are_vectors() {
    for name in ["lists", "lists-pages", "lists-v2", "lists-fixed", "lists-polars", "lists-polars-array"] {
        for access in [Access::Memory, Access::File] {
            let data = open(name, &[], access).unwrap_or_else(|error| panic!("{name}: {error}"));
            let x = data.field(Role::Observation).expect("observations");
            assert_eq!((x.name.as_str(), x.dtype, &x.shape[..]), ("z", DType::F32, &[5][..]), "{name}");
            let batch = data.read(&[59, 0, 31]).expect("rows");
            let wanted: Vec<f32> =
                [59.0, 0.0, 31.0].iter().flat_map(|k| (0..5).map(move |j| k + j as f32 / 8.0)).collect();
            assert_eq!(batch.field(Role::Observation).expect("x").array(), &Array::F32(wanted), "{name}");
            assert_eq!(batch.labels(), Some(vec![59, 0, 31]), "{name}");
        }
    }
    let images = open("images", &[], Access::File).expect("images");
    assert_eq!((&images.fields()[0].shape[..], images.fields()[0].dtype), (&[2, 3][..], DType::U8));
    let one = images.read(&[9]).expect("a row");
    assert_eq!(one.field(Role::Observation).expect("x").array(), &Array::U8(vec![9, 10, 11, 7, 8, 9]));
    let missing = whole(&open("list-missing", &[], Access::Memory).expect("lists")).to_f64();
    assert!(same(&missing, &[1.0, 2.0, 1.0, f64::NAN]));
}

#[test]
fn what_is_not_read_is_named() {
    let says = |error: String, words: &[&str]| {
        assert!(words.iter().all(|word| error.contains(word)), "{error} should say {words:?}");
    };
    says(refusal("brotli", &[]), &["`island`", "Brotli", "Snappy"]);
    says(refusal("ragged", &[]), &["row 7 ", "length"]);
    says(refusal("ragged-short", &[]), &["row 7 ", "first row's 2 numbers"]);
    says(refusal("list-null", &[]), &["row", "list"]);
    says(refusal("text", &[]), &["`text`", "free text", "data.exclude"]);
    says(refusal("empty", &[]), &["no examples"]);
    says(refusal("lists", &["z", "labels"]), &["`z`", "lists", "data.columns"]);
    says(refusal("lists", &["other"]), &["`other`", "`z`, `labels`"]);
    for (column, what) in [
        ("day", "dates"),
        ("time", "timestamps"),
        ("price", "decimal"),
        ("bytes", "bytes"),
        ("place", "a struct"),
        ("map", "a map"),
        ("words", "lists of words"),
        ("u64", "larger than 2^63"),
    ] {
        says(refusal("types", &[column]), &[&format!("`{column}`"), what]);
    }
    let excluded = DataSpec { exclude: vec!["text".into()], ..spec(&fixture("text"), &[], Access::Auto) };
    says(Dataset::open(&excluded).expect_err("nothing is left").to_string(), &["data.columns", "`text`"]);
    let labelled = |label: &str| {
        let spec = DataSpec {
            label_column: Some(label.to_owned()),
            ..spec(&fixture("table-snappy"), &["single"], Access::Auto)
        };
        Dataset::open(&spec)
    };
    says(labelled("gap").expect_err("missing").to_string(), &["`gap`", "missing"]);
    says(labelled("real").expect_err("fractions").to_string(), &["`real`", "whole number"]);
    let yes = labelled("yes").expect("truth values are labels").read(&[0, 1]).expect("rows");
    assert_eq!(yes.labels(), Some(vec![1, 0]));
}

/// Fields of every type and of some shapes, with a table of words and missing cells.
fn written() -> impl Strategy<Value = (Field, Field)> {
    (1usize..9, vec(1usize..4, 1..4)).prop_flat_map(|(rows, shape)| {
        let count = rows * shape.iter().product::<usize>();
        let arrays = prop_oneof![
            vec(any::<u8>(), count).prop_map(Array::U8),
            vec(any::<i32>(), count).prop_map(Array::I32),
            vec(any::<i64>(), count).prop_map(Array::I64),
            vec(any::<f32>().prop_filter("a number", |x| !x.is_nan()), count).prop_map(Array::F32),
            vec(any::<f64>().prop_filter("a number", |x| !x.is_nan()), count).prop_map(Array::F64),
        ];
        let cell = || prop_oneof![4 => (0u8..3).prop_map(f64::from), 1 => Just(f64::NAN)];
        (arrays, vec(cell(), rows * 2)).prop_map(move |(array, cells)| {
            let words = ["", "b,\"c\"", "ä"].map(String::from).to_vec();
            let table =
                Field::new("columns", Role::Observation, vec![2], Array::F64(cells)).expect("a table");
            let table = table.with_feature_names(vec!["word".into(), "number".into()]);
            let list = Field::new("x", Role::Observation, shape.clone(), array).expect("a field");
            (list, table.with_levels(BTreeMap::from([(0, words)])))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parquet_reads_back_what_was_written((list, table) in written()) {
        let folder = folder(&[]);
        let file = path(&folder, "x.parquet");
        write(&file, &[list.clone(), table.clone()]).expect("written");
        for access in [Access::Memory, Access::File] {
            let read = Dataset::open(&spec(&file, &["x"], access)).expect("a data set");
            prop_assert_eq!(&read.fields()[0], list.spec());
            prop_assert_eq!(&whole(&read), list.array());
            let read = Dataset::open(&spec(&file, &["word", "number"], access)).expect("a data set");
            // Words in use are the levels, in the order of the alphabet.
            let levels = read.fields()[0].levels[&0].clone();
            let decode = |cells: &[f64], levels: &[String]| -> Vec<Option<String>> {
                cells.iter().step_by(2).map(|cell| (!cell.is_nan()).then(|| levels[*cell as usize].clone())).collect()
            };
            let (found, meant) = (whole(&read).to_f64(), table.array().to_f64());
            prop_assert_eq!(decode(&found, &levels), decode(&meant, &table.spec().levels[&0]));
            let numbers = |cells: &[f64]| cells.iter().skip(1).step_by(2).copied().collect::<Vec<_>>();
            prop_assert!(same(&numbers(&found), &numbers(&meant)));
        }
    }
}

/// `check.py` beside the fixture holds what pandas, polars and pyarrow read of it. With `BLESS` set the
/// fixture is written anew, and has to be checked again.
#[test]
fn a_file_is_written_as_pandas_and_polars_were_seen_to_read_it() {
    let field = |name: &str, shape: &[usize], array| {
        Field::new(name, Role::Observation, shape.to_vec(), array).expect("a field")
    };
    let cells = vec![1.5, 1.0, f64::NAN, 0.0, -2.0, f64::NAN, 1e300, 1.0];
    let table = field("columns", &[2], Array::F64(cells))
        .with_feature_names(vec!["mass".into(), "island".into()])
        .with_levels(BTreeMap::from([(1, vec!["Biscoe".into(), "Dream, far".into()])]));
    let fields = [
        table,
        field("image", &[2, 3], Array::U8((0..24).map(|i| i * 10).collect())),
        field("z", &[2], Array::F32(vec![0.5, -1.0, 2.0, f32::NAN, 4.0, 5.0, 6.0, 7.0])),
        field("count", &[], Array::I64(vec![1 << 60, -1, 0, 3])),
        field("small", &[], Array::I32(vec![1, -1, 0, 3])),
        field("class", &[], Array::I64(vec![1, 0, 1, 1]))
            .with_levels(BTreeMap::from([(0, vec!["owl".into(), "emu".into()])])),
    ];
    let folder = folder(&[]);
    let file = path(&folder, "written.parquet");
    write(&file, &fields).expect("written");
    let bytes = std::fs::read(file).expect("the file");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(fixture("written"), &bytes).expect("the fixture");
    }
    assert!(
        bytes == std::fs::read(fixture("written")).expect("the fixture"),
        "written otherwise than before"
    );
}

/// More rows than a group, a page and a chunk hold.
#[test]
fn a_large_file_is_cut_into_chunks_of_whole_pages() {
    let folder = folder(&[]);
    let file = path(&folder, "x.parquet");
    let rows = 40_000usize;
    let numbers: Vec<f32> = (0..rows * 100).map(|i| i as f32).collect();
    let x = Field::new("x", Role::Observation, vec![100], Array::F32(numbers)).expect("a field");
    write(&file, &[x]).expect("written");
    let data = Dataset::open(&spec(&file, &[], Access::File)).expect("a data set");
    let asked = [39_999u64, 0, 20_970, 20_971, 20_972, 10_485, 10_486, 7];
    let batch = data.read(&asked).expect("rows");
    let wanted: Vec<f32> =
        asked.iter().flat_map(|&row| (0..100).map(move |j| (row * 100 + j) as f32)).collect();
    assert_eq!(batch.field(Role::Observation).expect("x").array(), &Array::F32(wanted));
}

/// Opens a damaged file in every way, and reads all of it: what counts is that it ends.
fn try_all(file: &Path) -> bool {
    let mut opened = false;
    for access in [Access::Memory, Access::File] {
        if let Ok(data) = Dataset::open(&spec(file, &[], access)) {
            opened = true;
            let rows: Vec<u64> = (0..data.len().min(200) as u64).collect();
            let _ = data.read(&rows);
        }
    }
    opened
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for name in ["table-delta", "lists-v2", "table-polars"] {
        let content = std::fs::read(fixture(name)).expect("the fixture");
        let folder = folder(&[("cut.parquet", &content)]);
        let file = std::fs::File::options().write(true).open(path(&folder, "cut.parquet")).expect("the file");
        for len in (0..content.len()).rev() {
            file.set_len(len as u64).expect("cut");
            let error = Dataset::open(&spec(&path(&folder, "cut.parquet"), &[], Access::Auto));
            let error = error.expect_err("a part of a file is none").to_string();
            assert!(error.contains("cut.parquet"), "{error}");
        }
    }
}

#[test]
fn a_file_with_any_byte_changed_is_read_or_refused() {
    for name in ["table-delta", "table-v2", "lists-pages", "table-polars", "table-none", "table-lz4"] {
        let content = std::fs::read(fixture(name)).expect("the fixture");
        let folder = folder(&[("bad.parquet", &content)]);
        let place = path(&folder, "bad.parquet");
        let file = std::fs::File::options().write(true).open(&place).expect("the file");
        for at in (0..content.len()).step_by(3) {
            let flip = if at % 2 == 0 { 1u8 << (at / 2 % 8) } else { 0xFF };
            file.write_all_at(&[content[at] ^ flip], at as u64).expect("damaged");
            try_all(&place);
            file.write_all_at(&content[at..=at], at as u64).expect("mended");
        }
        assert!(try_all(&place), "the file is whole again");
    }
}

/// A checksum finds a change that would else be another number.
#[test]
fn a_page_that_does_not_match_its_checksum_is_refused() {
    let mut content = std::fs::read(fixture("table-none")).expect("the fixture");
    let number = 2.25f32.to_le_bytes();
    let at = content.windows(4).position(|bytes| bytes == number).expect("9 / 4 is in the column `single`");
    content[at] ^= 1;
    let folder = folder(&[("bad.parquet", &content)]);
    let error = Dataset::open(&spec(&path(&folder, "bad.parquet"), &[], Access::Auto)).expect_err("damaged");
    let error = error.to_string();
    assert!(error.contains("row group 0, column `single`") && error.contains("checksum"), "{error}");
}

/// A field of Thrift's compact protocol, `delta` after the one before it.
fn thrift(delta: u8, kind: u8, payload: &[u8]) -> Vec<u8> {
    [&[delta << 4 | kind][..], payload].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(delta: u8, kind: u8, value: i64) -> Vec<u8> {
    thrift(delta, kind, &varint((value << 1 ^ value >> 63).cast_unsigned()))
}

/// A file of one column of required 32-bit integers with these rows and this page.
fn one_column(rows: i64, codec: i64, page: &[u8]) -> Vec<u8> {
    column_of(0, rows, codec, page)
}

/// The same, required (0) or optional (1).
fn column_of(repetition: i64, rows: i64, codec: i64, page: &[u8]) -> Vec<u8> {
    let root = [&thrift(4, 8, b"\x01s")[..], &number(1, 5, 1), &[0]].concat();
    let leaf = [&number(1, 5, 1)[..], &number(2, 5, repetition), &thrift(1, 8, b"\x01x"), &[0]].concat();
    let column = [
        &number(1, 5, 1)[..],
        &number(3, 5, codec),
        &number(1, 6, rows),
        &number(2, 6, page.len().cast_signed() as i64),
        &number(2, 6, 4),
        &[0],
    ];
    let chunk = [&thrift(3, 12, &column.concat())[..], &[0]].concat();
    let group = [&thrift(1, 9, &[0x1C])[..], &chunk, &number(2, 6, rows), &[0]].concat();
    let schema = [&[0x2C][..], &root, &leaf].concat();
    let footer =
        [&thrift(2, 9, &schema)[..], &number(1, 6, rows), &thrift(1, 9, &[0x1C]), &group, &[0]].concat();
    with_footer(page, &footer)
}

fn with_footer(pages: &[u8], footer: &[u8]) -> Vec<u8> {
    [b"PAR1", pages, footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

fn data_page(size: i64, entries: i64, encoding: i64, body: &[u8]) -> Vec<u8> {
    page_with_levels([3, 3], size, entries, encoding, body)
}

/// A page whose definition and repetition levels are in these encodings.
fn page_with_levels(levels: [i64; 2], size: i64, entries: i64, encoding: i64, body: &[u8]) -> Vec<u8> {
    let [definition, repetition] = levels.map(|encoding| number(1, 5, encoding));
    let header = [&number(1, 5, entries)[..], &number(1, 5, encoding), &definition, &repetition, &[0]];
    let sizes = [number(1, 5, 0), number(1, 5, size), number(1, 5, body.len().cast_signed() as i64)].concat();
    [&sizes[..], &thrift(2, 12, &header.concat()), &[0], body].concat()
}

/// Hadoop and Spark say of the levels that a column does not have that they are `BIT_PACKED` (4).
#[test]
fn levels_are_read_where_there_are_any_and_refused_where_they_cannot_be() {
    let open = |content: &[u8]| {
        let folder = folder(&[("levels.parquet", content)]);
        Dataset::open(&spec(&path(&folder, "levels.parquet"), &[], Access::Auto)).map(|data| whole(&data))
    };
    let three = [1i32, 2, 3].map(i32::to_le_bytes).concat();
    // A run of three levels, each 1: all are present.
    let body = |level: u8| [&[2, 0, 0, 0, 3 << 1, level][..], &three].concat();
    let file = |levels, level| column_of(1, 3, 0, &page_with_levels(levels, 18, 3, 0, &body(level)));
    assert_eq!(open(&file([3, 4], 1)).expect("as Spark writes it"), Array::I32(vec![1, 2, 3]));
    for (content, says) in
        [(file([4, 4], 1), "BIT_PACKED"), (file([3, 3], 3), "3 in a run of integers of 1 bits")]
    {
        let error = open(&content).expect_err(says).to_string();
        assert!(error.contains(says), "{error} should say {says}");
    }
    // A page of no known kind, and columns that lie over each other.
    let error = open(&one_column(3, 0, &[0; 40])).expect_err("zeros are no pages").to_string();
    assert!(error.contains("of the kind -1"), "{error}");
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let folder = folder(&[]);
    let file = path(&folder, "twice.parquet");
    let field = Field::new("columns", Role::Observation, vec![2], Array::F64(vec![1.0, 2.0])).expect("a row");
    write(&file, &[field.with_feature_names(vec!["x".to_owned(), "x".to_owned()])]).expect("a file");
    let error = Dataset::open(&spec(&file, &[], Access::Auto)).expect_err("ambiguous").to_string();
    assert!(error.contains("two columns are named `x`"), "{error}");
}

/// A few bytes that declare more than any memory holds.
#[test]
fn what_is_declared_is_not_allocated() {
    let open = |content: &[u8]| {
        let folder = folder(&[("bomb.parquet", content)]);
        Dataset::open(&spec(&path(&folder, "bomb.parquet"), &[], Access::Auto)).map(|data| whole(&data))
    };
    let three = [1i32, 2, 3].map(i32::to_le_bytes).concat();
    let sound = one_column(3, 0, &data_page(12, 3, 0, &three));
    assert_eq!(open(&sound).expect("a sound file"), Array::I32(vec![1, 2, 3]));

    let huge = i64::from(i32::MAX);
    let children = [&[0x1C][..], &thrift(4, 8, b"\x01s"), &number(1, 5, huge), &[0]].concat();
    let children = [&thrift(2, 9, &children)[..], &number(1, 6, 0), &[0]].concat();
    let nested =
        [&number(3, 5, 0)[..], &thrift(1, 8, b"\x01s"), &number(1, 5, 1), &[0]].concat().repeat(200_000);
    let nested = [&[0xFC][..], &varint(200_000), &nested].concat();
    let nested = [&thrift(2, 9, &nested)[..], &number(1, 6, 0), &[0]].concat();
    let list = [&thrift(2, 9, &[0xFC])[..], &varint(u64::from(u32::MAX))].concat();
    for (content, says) in [
        (with_footer(&[], &children), "not complete"),
        (with_footer(&[], &nested), "not complete"),
        (with_footer(&[], &list), "longer than the bytes"),
        (one_column(i64::MAX, 0, &data_page(12, 3, 0, &three)), "cannot hold"),
        (one_column(-1, 0, &data_page(12, 3, 0, &three)), "out of range"),
        (one_column(3, 0, &data_page(huge, 3, 0, &three)), "at most"),
        (one_column(3, 1, &data_page(200 << 20, 3, 0, &[0x80, 0x80, 0x80, 0x64])), "says that it has"),
        (one_column(3, 7, &data_page(200 << 20, 3, 0, &three)), "is stored in 12"),
        (one_column(3, 6, &data_page(200 << 20, 3, 0, &three)), "cannot be decompressed"),
        (one_column(3, 2, &data_page(200 << 20, 3, 0, &three)), "cannot be decompressed"),
        (one_column(3, 0, &data_page(12, huge, 0, &three)), "hold"),
        (one_column(3, 0, &data_page(12, 3, 8, &three)), "dictionary"),
        (one_column(3, 0, &data_page(12, 3, 5, &three)), "parts"),
        (one_column(4, 0, &data_page(12, 4, 0, &three)), "end before"),
        (one_column(3, 0, &data_page(12, 3, 77, &three)), "encoding 77"),
    ] {
        let error = open(&content).expect_err(says).to_string();
        assert!(error.contains("bomb.parquet") && error.contains(says), "{error} should say {says}");
    }
}
