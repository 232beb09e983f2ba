//! How often an example counts: a column or array chosen by name.

use std::path::Path;

use jensen_data::{Access, Array, DataSpec, Dataset, Field, Role};

use crate::support::{assert_says, folder};

fn weighted(path: &Path, weight: &str) -> DataSpec {
    DataSpec { weight_column: Some(weight.to_owned()), ..DataSpec::new(path.display().to_string()) }
}

fn numbers(dataset: &Dataset, role: Role) -> Vec<f64> {
    let rows: Vec<u64> = (0..dataset.len() as u64).collect();
    dataset.read(&rows).expect("rows").require(role).expect("a field").array().to_f64()
}

fn column(name: &str, role: Role, array: Array) -> Field {
    Field::new(name, role, vec![], array).expect("a field")
}

/// Two columns and the weights of their rows, in a file of a format that names its parts.
fn write(path: &Path, weights: Array) {
    let rows = weights.len();
    let of = |from: f64| Array::F64((0..rows).map(|row| from + row as f64).collect());
    let fields = [
        column("a", Role::Observation, of(0.0)),
        column("w", Role::Observation, weights),
        column("b", Role::Observation, of(10.0)),
    ];
    jensen_data::write(path, &fields).expect("a file");
}

#[test]
fn weights_are_chosen_by_name_and_are_not_observed() {
    let here = folder(&[("t.csv", b"a,w,b,label\n0,0.5,10,1\n1,2,11,0\n2,0,12,1\n")]);
    let arrays = [
        Field::new("x", Role::Observation, vec![2], Array::F64(vec![0.0, 10.0, 1.0, 11.0, 2.0, 12.0])),
        Field::new("w", Role::Weight, vec![1], Array::F64(vec![0.5, 2.0, 0.0])),
        Field::new("weights", Role::Weight, vec![], Array::F64(vec![9.0; 3])),
    ];
    jensen_data::write(&here.path().join("t.npz"), &arrays.map(|field| field.expect("a field")))
        .expect("a file");
    write(&here.path().join("t.parquet"), Array::F32(vec![0.5, 2.0, 0.0]));
    for name in ["t.csv", "t.parquet", "t.npz"] {
        let spec = weighted(&here.path().join(name), "w");
        for access in [Access::Memory, Access::File] {
            let data = Dataset::open(&DataSpec { access, ..spec.clone() }).expect("a data set");
            assert_eq!(numbers(&data, Role::Weight), [0.5, 2.0, 0.0], "{name}");
            assert_eq!(numbers(&data, Role::Observation), [0.0, 10.0, 1.0, 11.0, 2.0, 12.0], "{name}");
            assert_eq!(data.require(Role::Weight).expect("weights").name, "w", "{name}");
        }
        if name == "t.npz" {
            continue;
        }
        // Named as observed too, it is a weight all the same; a target beside it is another column.
        let both = Some(vec!["w".to_owned(), "b".to_owned()]);
        let data = Dataset::open(&DataSpec { columns: both, ..spec.clone() }).expect("a data set");
        assert_eq!(numbers(&data, Role::Observation), [10.0, 11.0, 12.0], "{name}");
        let data =
            Dataset::open(&DataSpec { target_columns: vec!["b".to_owned()], ..spec }).expect("a data set");
        let of = |role| numbers(&data, role);
        assert_eq!(
            (of(Role::Observation), of(Role::Target), of(Role::Weight)[0]),
            (vec![0.0, 1.0, 2.0], vec![10.0, 11.0, 12.0], 0.5)
        );
    }
    let labels = Dataset::open(&weighted(&here.path().join("t.csv"), "label")).expect("a data set");
    assert!(labels.field(Role::Label).is_none() && numbers(&labels, Role::Weight) == [1.0, 0.0, 1.0]);
}

/// Whole numbers, truth values, and several files, of which one has no weight at all.
#[test]
fn weights_of_any_number_type() {
    let here = folder(&[("a.csv", b"a,w\n1,true\n2,false\n"), ("b.csv", b"a,w\n3,0\n4,0\n")]);
    let several = Dataset::open(&weighted(&here.path().join("*.csv"), "w")).expect("a data set");
    assert_eq!(numbers(&several, Role::Weight), [1.0, 0.0, 0.0, 0.0]);
    for weights in [Array::U8(vec![1, 3]), Array::I64(vec![1, 3]), Array::I32(vec![1, 3])] {
        let path = here.path().join("t.parquet");
        write(&path, weights);
        let data = Dataset::open(&weighted(&path, "w")).expect("a data set");
        assert_eq!(numbers(&data, Role::Weight), [1.0, 3.0]);
    }
}

#[test]
fn what_is_no_weight_is_refused_with_its_place() {
    let here = folder(&[
        ("t.csv", b"a,y,w\n1,10,u\n3,30,v\n"),
        ("negative.csv", b"a,w\n1,1\n2,-0.5\n"),
        ("infinite.csv", b"a,w\n1,inf\n"),
        ("missing.csv", b"a,w\n1,1\n2,2\n3,NA\n"),
        ("x.npy", b"\x93NUMPY"),
    ]);
    let refusal = |name: &str, weight: &str| {
        Dataset::open(&weighted(&here.path().join(name), weight)).expect_err("no weights").to_string()
    };
    assert_says(
        &refusal("negative.csv", "w"),
        &["negative.csv, line 3, column `w`", "is -0.5", "zero or more"],
    );
    assert_says(&refusal("infinite.csv", "w"), &["infinite.csv, line 2, column `w`", "is inf"]);
    assert_says(&refusal("missing.csv", "w"), &["missing.csv, line 4, column `w`", "is missing"]);
    assert_says(&refusal("t.csv", "w"), &["t.csv, column `w`", "words such as `u`"]);
    assert_says(&refusal("t.csv", "z"), &["t.csv", "`z`", "`a`, `y`, `w`"]);
    assert_says(&refusal("x.npy", "w"), &["`w`", "no named columns"]);

    let far = [vec![1.0; 5000], vec![f64::NAN]].concat();
    for (weights, row, said) in
        [(vec![1.0, -2.0], 1, "is -2"), (vec![f64::INFINITY], 0, "is inf"), (far, 5000, "is missing")]
    {
        let parquet = here.path().join("t.parquet");
        write(&parquet, Array::F64(weights.clone()));
        let npz = here.path().join("t.npz");
        let x = column("x", Role::Observation, Array::F64(vec![0.0; weights.len()]));
        jensen_data::write(&npz, &[x, column("w", Role::Weight, Array::F64(weights))]).expect("a file");
        for name in ["t.parquet", "t.npz"] {
            assert_says(&refusal(name, "w"), &[name, &format!("row {row} "), "column `w`", said]);
        }
    }
    let x = column("x", Role::Observation, Array::F64(vec![0.0; 2]));
    let pairs = Field::new("w", Role::Weight, vec![2], Array::F64(vec![1.0; 4])).expect("a field");
    jensen_data::write(&here.path().join("t.npz"), &[x, pairs]).expect("a file");
    assert_says(&refusal("t.npz", "w"), &["t.npz", "`w`", "2 numbers for each example"]);

    let refusal = |spec: DataSpec| Dataset::open(&spec).expect_err("two uses").to_string();
    let spec = weighted(&here.path().join("t.csv"), "y");
    let name = "y".to_owned();
    for (twice, other) in [
        (DataSpec { target_columns: vec![name.clone()], ..spec.clone() }, "data.target_columns"),
        (DataSpec { exclude: vec![name.clone()], ..spec.clone() }, "data.exclude"),
        (DataSpec { label_column: Some(name), ..spec }, "data.label_column"),
    ] {
        assert_says(&refusal(twice), &["data.weight_column", "`y`", other]);
    }
}
