//! Safetensors files.

use jensen_data::{Array, DataSpec, Dataset, Role, Split};

use crate::support::{assert_says, folder, open, path, refusal, safetensors, whole};

#[test]
fn every_type_is_read_by_value() {
    let floats = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>();
    for (dtype, bytes, expected) in [
        ("U8", vec![1, 255], Array::U8(vec![1, 255])),
        ("BOOL", vec![0, 1], Array::U8(vec![0, 1])),
        ("I8", vec![1, 0xFF], Array::I32(vec![1, -1])),
        ("I16", vec![2, 1, 0xFE, 0xFF], Array::I32(vec![258, -2])),
        ("U16", vec![2, 1, 0xFE, 0xFF], Array::I32(vec![258, 65534])),
        ("I32", vec![1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], Array::I32(vec![1, -1])),
        ("U32", vec![1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], Array::I64(vec![1, 4_294_967_295])),
        ("I64", [7i64, -7].iter().flat_map(|x| x.to_le_bytes()).collect(), Array::I64(vec![7, -7])),
        ("U64", [7i64, 8].iter().flat_map(|x| x.to_le_bytes()).collect(), Array::I64(vec![7, 8])),
        ("F16", vec![0x00, 0x3C, 0x00, 0xC0], Array::F32(vec![1.0, -2.0])),
        ("BF16", vec![0x80, 0x3F, 0x00, 0xC0], Array::F32(vec![1.0, -2.0])),
        ("F32", floats(&[1.5, -0.25]), Array::F32(vec![1.5, -0.25])),
        (
            "F64",
            [1e300f64, -0.25].iter().flat_map(|x| x.to_le_bytes()).collect(),
            Array::F64(vec![1e300, -0.25]),
        ),
    ] {
        let length = bytes.len();
        let header =
            format!(r#"{{"t": {{"dtype": "{dtype}", "shape": [2], "data_offsets": [0, {length}]}}}}"#);
        let files = folder(&[("x.safetensors", &safetensors(&header, &bytes))]);
        assert_eq!(whole(&open(&path(&files, "x.safetensors")).expect("a data set")), expected, "{dtype}");
    }
}

/// As in an npz archive.
#[test]
fn tensors_are_chosen_by_name() {
    let header = r#"{"__metadata__": {"made": "by hand"},
        "x_train": {"dtype": "U8", "shape": [2, 2], "data_offsets": [0, 4]},
        "x_test": {"dtype": "U8", "shape": [1, 2], "data_offsets": [4, 6]},
        "labels_train": {"dtype": "U8", "shape": [2], "data_offsets": [6, 8]},
        "labels_test": {"dtype": "U8", "shape": [1], "data_offsets": [8, 9]},
        "other": {"dtype": "U8", "shape": [3], "data_offsets": [9, 12]}}"#;
    let files = folder(&[("x.dat", &safetensors(header, &[1, 2, 3, 4, 5, 6, 0, 1, 1, 7, 8, 9]))]);
    let data = open(&path(&files, "x.dat")).expect("a data set");
    assert_eq!((data.len(), data.rows(Split::Test).expect("test").len()), (3, 1));
    assert_eq!(whole(&data), Array::U8(vec![1, 2, 3, 4, 5, 6]));
    assert_eq!(data.read(&[0, 1, 2]).expect("rows").labels(), Some(vec![0, 1, 1]));
    let source = path(&files, "x.dat").display().to_string();
    let choose = |columns: &str| {
        Dataset::open(&DataSpec { columns: Some(vec![columns.to_owned()]), ..DataSpec::new(source.clone()) })
    };
    let data = choose("other").expect("a data set");
    assert_eq!((whole(&data), data.field(Role::Label)), (Array::U8(vec![7, 8, 9]), None));
    assert_says(&choose("none").expect_err("no tensor").to_string(), &["x.dat", "`none`", "`other`"]);
}

#[test]
fn headers_that_lie_are_refused() {
    let tensor = |dtype: &str, shape: &str, offsets: &str| {
        format!(r#""{offsets}": {{"dtype": "{dtype}", "shape": {shape}, "data_offsets": {offsets}}}"#)
    };
    let file = |tensors: &[String], bytes: usize| {
        refusal("x.safetensors", &safetensors(&format!("{{{}}}", tensors.join(", ")), &vec![0; bytes]))
    };
    let whole = tensor("U8", "[4]", "[0, 4]");
    let again = "again";
    assert_says(&file(std::slice::from_ref(&whole), 3), &["its 76 bytes", "truncated or damaged", again]);
    assert_says(&file(std::slice::from_ref(&whole), 5), &["not those that the header counts", again]);
    assert_says(&file(&[whole.clone(), tensor("U8", "[4]", "[2, 6]")], 6), &["header", "overlap", again]);
    assert_says(&file(&[tensor("F32", "[4]", "[0, 4]")], 4), &["do not fit its length", again]);
    let huge = "[4294967296, 4294967296, 4294967296]";
    assert_says(&file(&[tensor("U8", huge, "[0, 4]")], 4), &["larger than any memory", again]);
    let header = safetensors("{}", &[]);
    assert_says(&refusal("x.safetensors", &header[..9]), &["truncated", "byte 9", "within its header"]);
    assert_says(&refusal("x.safetensors", &safetensors("{\"a\": 1}", &[])), &["header cannot be read"]);
    assert_says(&refusal("x.safetensors", &header), &["no arrays"]);
    assert_says(&file(&[tensor("F8_E4M3", "[4]", "[0, 4]")], 4), &["F8_E4M3", "not supported", "F32"]);
    assert_says(&file(&[tensor("U8", "[0]", "[0, 0]")], 0), &["holds no examples"]);
    assert_says(&file(&[tensor("U8", "[]", "[0, 1]")], 1), &["example axis"]);
}

#[test]
fn labels_of_another_length() {
    let header = r#"{"x": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]},
        "y": {"dtype": "U8", "shape": [2], "data_offsets": [3, 5]}}"#;
    let message = refusal("x.safetensors", &safetensors(header, &[0; 5]));
    assert_says(&message, &["x of", "3 examples", "y of", "2", "belong together"]);
}
