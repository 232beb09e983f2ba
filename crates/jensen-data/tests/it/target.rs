//! What is to be predicted: chosen by name, and as a model sees it.

use std::path::Path;

use jensen_data::{
    Array, DataConfig, DataError, DataSpec, Dataset, Draws, Field, Preprocessing, Role, Split, Standardize,
};

use crate::support::{assert_says, folder};

fn named(path: &Path, targets: &[&str]) -> DataSpec {
    let target_columns = targets.iter().map(|name| (*name).to_owned()).collect();
    DataSpec { target_columns, ..DataSpec::new(path.display().to_string()) }
}

fn numbers(dataset: &Dataset, role: Role) -> Vec<f64> {
    let rows: Vec<u64> = (0..dataset.len() as u64).collect();
    dataset.read(&rows).expect("rows").require(role).expect("a field").array().to_f64()
}

/// The same table in every format that names its parts.
#[test]
fn targets_are_chosen_by_name_in_every_format() {
    let here = folder(&[("t.csv", b"a,y,b,label\n1,10,2,0\n3,30,4,1\n5,50,6,0\n")]);
    let column = |name: &str, role, values: &[f64]| {
        Field::new(name, role, vec![], Array::F64(values.to_vec())).expect("a field")
    };
    let fields = [
        column("a", Role::Observation, &[1.0, 3.0, 5.0]),
        column("y", Role::Observation, &[10.0, 30.0, 50.0]),
        column("b", Role::Observation, &[2.0, 4.0, 6.0]),
        Field::new("label", Role::Label, vec![], Array::I64(vec![0, 1, 0])).expect("a field"),
    ];
    jensen_data::write(&here.path().join("t.parquet"), &fields).expect("a file");
    for name in ["t.csv", "t.parquet"] {
        let path = here.path().join(name);
        for (targets, rest) in [(&["y"][..], [1.0, 2.0]), (&["b", "y"], [1.0, 3.0])] {
            let data = Dataset::open(&named(&path, targets)).expect("a data set");
            assert_eq!(data.require(Role::Target).expect("targets").feature_names, targets, "{name}");
            assert_eq!(numbers(&data, Role::Observation)[..2], rest, "{name}");
            assert_eq!(data.read(&[0, 1, 2]).expect("rows").labels(), Some(vec![0, 1, 0]), "{name}");
        }
        let both = Dataset::open(&named(&path, &["y", "b"])).expect("a data set");
        assert_eq!(numbers(&both, Role::Target), [10.0, 2.0, 30.0, 4.0, 50.0, 6.0], "{name}");
        // The label is one only where nothing else is asked of it.
        let label = Dataset::open(&named(&path, &["label"])).expect("a data set");
        assert_eq!(numbers(&label, Role::Target), [0.0, 1.0, 0.0], "{name}");
        assert!(label.field(Role::Label).is_none(), "{name}");
    }
    let arrays = [
        Field::new("x", Role::Observation, vec![2], Array::F32(vec![1.0, 2.0, 3.0, 4.0])).expect("a field"),
        Field::new("y", Role::Observation, vec![], Array::F32(vec![5.0, 6.0])).expect("a field"),
    ];
    let path = here.path().join("t.npz");
    jensen_data::write(&path, &arrays).expect("a file");
    let data = Dataset::open(&named(&path, &["y"])).expect("a data set");
    assert_eq!(numbers(&data, Role::Target), [5.0, 6.0]);
}

#[test]
fn targets_that_cannot_be_are_refused() {
    let here = folder(&[
        ("t.csv", b"a,y,w\n1,10,u\n3,30,v\n"),
        ("gap.csv", b"a,y\n1,10\n3,\n"),
        ("digits.npy", b"\x93NUMPY"),
    ]);
    let refusal = |spec: DataSpec| Dataset::open(&spec).expect_err("it cannot be").to_string();
    let table = here.path().join("t.csv");
    assert_says(&refusal(named(&table, &["z"])), &["`z`", "`a`, `y`, `w`"]);
    assert_says(&refusal(named(&table, &["a", "y", "w"])), &["data.columns", "predicted from the rest"]);
    assert_says(&refusal(named(&table, &["y", "y"])), &["data.target_columns", "once"]);
    let spec = DataSpec { exclude: vec!["y".into()], ..named(&table, &["y"]) };
    assert_says(&refusal(spec), &["data.target_columns", "data.exclude"]);
    let spec = DataSpec { label_column: Some("y".into()), ..named(&table, &["y"]) };
    assert_says(&refusal(spec), &["data.target_columns", "data.label_column"]);
    assert_says(&refusal(named(&here.path().join("digits.npy"), &["y"])), &["`y`", "no named columns"]);

    let fit = |name: &str, targets: &[&str]| {
        let exclude = if targets.contains(&"w") || name == "gap.csv" { vec![] } else { vec!["w".into()] };
        let data = Dataset::open(&DataSpec { exclude, ..named(&here.path().join(name), targets) })?;
        Preprocessing::fit_target(&DataConfig::default(), &data, &data.rows(Split::Train)?)
    };
    let said = |result: Result<Preprocessing, DataError>| result.expect_err("no such target").to_string();
    assert_says(&said(fit("t.csv", &["w"])), &["`w`", "words such as `u`"]);
    assert_says(&said(fit("t.csv", &[])), &["no field of role target"]);
    assert_says(&said(fit("gap.csv", &["y"])), &["`y`", "row 1", "not a finite number"]);
}

#[test]
fn the_unit_of_a_density_is_the_targets() {
    let here = folder(&[("t.csv", b"a,y,z\n1,10,-1\n3,30,1\n100,1000,7\n")]);
    let data = Dataset::open(&named(&here.path().join("t.csv"), &["y", "z"])).expect("a data set");
    let config = DataConfig { standardize: Standardize::Yes, ..DataConfig::default() };
    let train = jensen_data::Rows::Range(0..2);
    let fitted = Preprocessing::fit_target(&config, &data, &train).expect("a fit");
    let seen = fitted.apply(data.read(&[0, 1, 2]).expect("rows"), Draws::Evaluation).expect("values");
    // Of the training rows alone: y is 20 ± 10, z is 0 ± 1.
    let target = fitted.target().expect("a target");
    let values = seen.require(Role::Target).expect("a field").array().to_f64();
    assert_eq!(values, [-1.0, -1.0, 1.0, 1.0, 98.0, 7.0]);
    assert_eq!(seen.log_jacobian(), [-10f64.ln(); 3]);
    assert_eq!(target.undo(&values), [10.0, -1.0, 30.0, 1.0, 1000.0, 7.0]);
    assert_eq!(target.undo_scale(&[1.0, 2.0]), [10.0, 2.0]);
    assert_eq!(
        (target.names(), target.inputs()),
        (&["y".to_owned(), "z".to_owned()][..], &["a".to_owned()][..])
    );
    // What is only to be predicted has no target yet.
    let only = Dataset::open(&DataSpec {
        exclude: vec!["y".into(), "z".into()],
        ..named(&here.path().join("t.csv"), &[])
    });
    let batch =
        fitted.apply(only.expect("data").read(&[0]).expect("rows"), Draws::Evaluation).expect("values");
    assert!(batch.field(Role::Target).is_none());
    let stored = serde_json::to_string(&fitted).expect("JSON");
    assert_eq!(serde_json::from_str::<Preprocessing>(&stored).expect("JSON"), fitted);
}
