//! What `inspect` says.

use jensen_data::{Array, DType, Dataset, Field, LabelCount, Role, Split, Summary};

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
    assert_eq!((summary.examples, summary.bytes), (3, 6 * 4 + 3 * 8));
    let field = &summary.fields[0];
    assert_eq!(
        (field.dtype, field.min, field.max, field.mean),
        (DType::F32, Some(-2.0), Some(4.0), Some(0.75))
    );
    assert_eq!((field.nan, field.infinite), (1, 1));
    assert_eq!(summary.labels, [LabelCount { label: 3, count: 1 }, LabelCount { label: 7, count: 2 }]);
    let splits: Vec<_> = summary.splits.iter().map(|entry| (entry.split, entry.examples)).collect();
    assert_eq!(splits, [(Split::Train, 2), (Split::Valid, 1), (Split::All, 3)]);
    let json = serde_json::to_string(&summary).expect("json");
    assert_eq!(serde_json::from_str::<Summary>(&json).expect("the same"), summary);
}
