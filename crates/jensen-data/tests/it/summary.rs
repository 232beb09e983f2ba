//! What `inspect` says.

use jensen_data::{Array, DType, DataSpec, Dataset, Field, Kind, LabelCount, Role, Split, Summary};

#[test]
fn a_summary_counts_what_is_there() {
    let x = Field::new(
        "x",
        Role::Observation,
        vec![2],
        Array::F32(vec![1.0, f32::NAN, -2.0, f32::INFINITY, 4.0, 0.0]),
    )
    .expect("a field");
    let y = Field::new("y", Role::Label, vec![], Array::I64(vec![7, 3, 7])).expect("labels");
    let dataset = Dataset::from_fields("small", vec![x, y])
        .expect("a data set")
        .with_validation(0.34, 0)
        .expect("a split");
    let summary = Summary::of(&dataset).expect("a summary");
    let label = |label, count| LabelCount { label, name: None, count };
    assert_eq!((summary.examples, summary.bytes), (3, 6 * 4 + 3 * 8));
    let field = &summary.fields[0];
    assert_eq!(
        (field.dtype, field.min, field.max, field.mean),
        (DType::F32, Some(-2.0), Some(4.0), Some(0.75))
    );
    assert_eq!((field.nan, field.infinite), (1, 1));
    assert_eq!(summary.labels, [label(3, 1), label(7, 2)]);
    let splits: Vec<_> = summary.splits.iter().map(|entry| (entry.split, entry.examples)).collect();
    assert_eq!(splits, [(Split::Train, 2), (Split::Valid, 1), (Split::All, 3)]);
    let json = serde_json::to_string(&summary).expect("json");
    assert_eq!(serde_json::from_str::<Summary>(&json).expect("the same"), summary);
}

#[test]
fn a_table_is_summed_up_column_by_column() {
    let spec = DataSpec { label_column: Some("species".into()), ..DataSpec::new("penguins") };
    let summary = Summary::of(&Dataset::open(&spec).expect("embedded")).expect("a summary");
    let columns = &summary.fields[0].columns;
    assert_eq!(columns.len(), 7);
    let mass = columns.iter().find(|column| column.name == "body_mass_g").expect("a column");
    assert_eq!((mass.kind, mass.missing, mass.min, mass.max), (Kind::Real, 2, Some(2700.0), Some(6300.0)));
    assert!((mass.mean.expect("a mean") - 4_201.754_385_964_912).abs() < 1e-9);
    // R: sd(body_mass_g, na.rm = TRUE) is 801.9545 with 1/(n − 1).
    assert!((mass.std.expect("a spread") * (342.0f64 / 341.0).sqrt() - 801.954_535_7).abs() < 1e-6);
    let sex = columns.iter().find(|column| column.name == "sex").expect("a column");
    let levels: Vec<_> = sex.levels.iter().map(|one| (one.level.as_str(), one.count)).collect();
    assert_eq!(
        (sex.kind, sex.missing, levels),
        (Kind::Categorical, 11, vec![("female", 165), ("male", 168)])
    );
    let species: Vec<_> = summary.labels.iter().map(|one| (one.name.as_deref(), one.count)).collect();
    assert_eq!(species, [(Some("Adelie"), 152), (Some("Chinstrap"), 68), (Some("Gentoo"), 124)]);
}

/// Labels that are no classes, and words that are names, are told and not listed without end.
#[test]
fn a_summary_is_bounded() {
    let n = 1500;
    let y = Field::new("y", Role::Label, vec![], Array::I64((0..n).collect())).expect("labels");
    let x = Field::new("x", Role::Observation, vec![1], Array::F64((0..n).map(|i| i as f64).collect()))
        .expect("a field")
        .with_feature_names(vec!["name".into()])
        .with_levels([(0, (0..n).map(|i| format!("case {i}")).collect())].into());
    let summary = Summary::of(&Dataset::from_fields("cases", vec![x, y]).expect("data")).expect("a summary");
    assert!(summary.labels.is_empty());
    let name = &summary.fields[0].columns[0];
    assert!(name.identifier && name.kind == Kind::Categorical);
}
