//! Tables of mixed columns: kinds, constants, into the model's units and back.

use std::collections::BTreeMap;

use jensen_data::{
    Array, Binarize, Column, ColumnKind, DataConfig, DataError, DataSpec, Dataset, Draws, Field, Kind,
    Missing, Preprocessing, Role, Rows, Split,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{folder, observations, path};

fn csv(content: &str) -> Dataset {
    csv_with(content, &DataConfig::default())
}

fn csv_with(content: &str, config: &DataConfig) -> Dataset {
    let files = folder(&[("t.csv", content.as_bytes())]);
    let source = path(&files, "t.csv").display().to_string();
    Dataset::open(&DataSpec { source, ..config.spec() }).expect("a table")
}

fn kinds(kinds: &[(&str, Kind)]) -> DataConfig {
    let kinds = kinds.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    DataConfig { kinds, ..DataConfig::default() }
}

fn fit(config: &DataConfig, data: &Dataset) -> Result<Preprocessing, DataError> {
    Preprocessing::fit_table(config, data, &data.rows(Split::All)?)
}

fn fitted(data: &Dataset) -> Preprocessing {
    fit(&DataConfig::default(), data).expect("a fit")
}

fn columns(preprocessing: &Preprocessing) -> &[Column] {
    &preprocessing.table().expect("a table").columns
}

/// What the model sees of every row, and the log-Jacobian of each.
fn seen(preprocessing: &Preprocessing, data: &Dataset) -> Result<(Vec<f32>, Vec<f64>), DataError> {
    let rows: Vec<u64> = (0..data.len() as u64).collect();
    let batch = preprocessing.apply(data.read(&rows)?, Draws::Evaluation)?;
    let x = batch.field(Role::Observation).expect("observations");
    assert_eq!(x.spec().features(), columns(preprocessing).len());
    Ok((x.array().to_f32(), batch.log_jacobian().to_vec()))
}

fn refused<T: std::fmt::Debug>(result: Result<T, DataError>, parts: &[&str]) {
    let message = result.expect_err("refused").to_string();
    for part in parts {
        assert!(message.contains(part), "`{message}` does not say `{part}`");
    }
}

fn lines(n: usize, line: impl Fn(usize) -> String) -> String {
    (0..n).map(line).collect::<Vec<_>>().join("\n")
}

/// Text of what the model sees, NaN included.
fn words(values: &[f32]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_kind_of_a_column_is_told_from_its_values() {
    for (cells, kind) in [
        ("0 1 1", Kind::Binary),
        ("0 0", Kind::Binary),
        ("1", Kind::Binary),
        ("true FALSE", Kind::Binary),
        ("0 1 2", Kind::Count),
        ("1 NA 3 1 2", Kind::Count),
        ("0 1000 7", Kind::Count),
        ("0 1001 7", Kind::Real),
        ("0 2", Kind::Real),
        ("1 2 1", Kind::Real),
        ("2 3 4", Kind::Real),
        ("-1 0 1", Kind::Real),
        ("0 1 2.5", Kind::Real),
        ("5 5 5", Kind::Real),
        ("2007 2008 2009", Kind::Real),
        ("red NA blue", Kind::Categorical),
        ("yes no", Kind::Categorical),
    ] {
        let rows: Vec<String> = cells.split(' ').map(|cell| format!("{cell},0.5\n")).collect();
        let data = csv(&format!("c,other\n{}", rows.concat()));
        assert_eq!(columns(&fitted(&data))[0].kind.kind(), kind, "{cells}");
    }
}

#[test]
fn constants_come_from_the_observed_cells_of_the_training_rows() {
    let data = csv_with(
        "r,p,n,b,c,y\n1,1,0,0,u,10\n,7.38905609893065,2,1,v,9\n5,,4,,u,10\n1000,1,1,1,w,11\n",
        &kinds(&[("y", Kind::Categorical)]),
    );
    let config = kinds(&[("p", Kind::Positive), ("y", Kind::Categorical), ("r", Kind::Real)]);
    let fitted = Preprocessing::fit_table(&config, &data, &Rows::Range(0..3)).expect("a fit");
    let level = |levels: &[&str]| levels.iter().map(|&level| level.to_owned()).collect::<Vec<_>>();
    let expected = [
        ColumnKind::Real { mean: 3.0, std: 2.0 },
        ColumnKind::Positive { mean: 1.0, std: 1.0 },
        ColumnKind::Count { mean: 2.0 },
        ColumnKind::Binary { mean: 0.5 },
        ColumnKind::Categorical { levels: level(&["u", "v", "w"]), shares: vec![2.0 / 3.0, 1.0 / 3.0, 0.0] },
        ColumnKind::Categorical {
            levels: level(&["9", "10", "11"]),
            shares: vec![1.0 / 3.0, 2.0 / 3.0, 0.0],
        },
    ];
    for (column, expected) in columns(&fitted).iter().zip(expected) {
        assert_eq!(column.kind, expected, "{}", column.name);
    }
    assert_eq!(fitted.mean(&data, &Rows::Range(0..3)).expect("means")[..4], [0.0, 0.0, 2.0, 0.5]);
    let stored = serde_json::to_string(&fitted).expect("json");
    assert_eq!(serde_json::from_str::<Preprocessing>(&stored).expect("the same"), fitted);
}

/// `−log std` of a real cell, `−log std − log x` of a positive one, nothing of the others and of what
/// is missing.
#[test]
fn the_jacobian_counts_the_observed_cells_of_each_row() {
    let data = csv("r,p,n,c\n1,1,0,u\n,7.38905609893065,2,v\n5,,4,u\n,,,\n");
    let fitted = fit(&kinds(&[("p", Kind::Positive)]), &data).expect("a fit");
    let (x, log_jacobian) = seen(&fitted, &data).expect("values");
    assert_eq!(words(&x), "-1 -1 0 0 NaN 1 2 1 1 NaN 4 0 NaN NaN NaN NaN");
    let (real, positive) = (-2f64.ln(), 0.0);
    for (got, expected) in log_jacobian.iter().zip([real + positive, positive - 2.0, real, 0.0]) {
        assert!((got - expected).abs() < 1e-12, "{got} is not {expected}");
    }
    assert_eq!(fitted.log_jacobian(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Undone to single precision, the Jacobian against finite differences of the map itself.
    #[test]
    fn a_table_is_undone(
        reals in vec(proptest::option::weighted(0.8, -1e3f64..1e3), 8..20), scale in 1e-3f64..1e3, shift in -1e3f64..1e3,
    ) {
        let values: Vec<f64> = reals.iter().enumerate().flat_map(|(row, x)| {
            let x = x.map_or(f64::NAN, |x| shift + scale * x);
            [x, (x / (scale * 1e3 + 1e3)).exp(), (row % 7) as f64, (row % 2) as f64]
        }).chain([1.0, 1.0, 3.0, 1.0, 2.0, 2.0, 3.0, 1.0]).collect();
        let names = ["r", "p", "n", "b"].map(str::to_owned).to_vec();
        let x = Field::new("x", Role::Observation, vec![4], Array::F64(values.clone())).expect("a field").with_feature_names(names);
        let data = Dataset::from_fields("t", vec![x]).expect("data");
        let fitted = fit(&kinds(&[("r", Kind::Real), ("p", Kind::Positive)]), &data).expect("a fit");
        let (x, log_jacobian) = seen(&fitted, &data).expect("values");
        for (column, ((restored, value), seen)) in fitted.undo(&x).iter().zip(&values).zip(&x).enumerate() {
            prop_assert_eq!(seen.is_nan(), value.is_nan());
            let size = match &columns(&fitted)[column % 4].kind {
                ColumnKind::Real { mean, std } => mean.abs() + 40.0 * std,
                ColumnKind::Positive { mean, std } => value * (1.0 + mean.abs() + 40.0 * std),
                _ => 1.0,
            };
            prop_assert!(value.is_nan() || (restored - value).abs() <= 1e-6 * size, "{} is not {}", restored, value);
        }
        for (row, got) in log_jacobian.iter().enumerate() {
            let slope = |column: usize, kind: &ColumnKind| {
                let value = values[4 * row + column];
                if value.is_nan() { return 0.0; }
                let h = 1e-4 * value.abs().max(1e-3);
                match kind {
                    ColumnKind::Real { mean, std } => ((((value + h) - mean) / std - ((value - h) - mean) / std) / (2.0 * h)).ln(),
                    ColumnKind::Positive { mean, std } => {
                        ((((value + h).ln() - mean) / std - ((value - h).ln() - mean) / std) / (2.0 * h)).ln()
                    }
                    _ => 0.0,
                }
            };
            let expected: f64 = columns(&fitted).iter().enumerate().map(|(column, one)| slope(column, &one.kind)).sum();
            prop_assert!((got - expected).abs() < 1e-4, "{} is not {}", got, expected);
        }
    }
}

#[test]
fn columns_and_levels_of_other_data_are_found_by_name() {
    let train = csv("x,colour,n,ok\n1.5,red,0,true\n3.5,blue,5,false\n2.5,green,2,\n");
    let fitted = fitted(&train);
    // Another order, a column more, levels that count otherwise.
    let other = csv("id,ok,colour,x,n\na,true,red,2.5,7\nb,,green,,0\nc,false,red,1.5,1\n");
    let (x, _) = seen(&fitted, &other).expect("values");
    let one = (1.0 / (2.0f64 / 3.0).sqrt()) as f32;
    assert_eq!(words(&x), format!("0 2 7 1 NaN 1 0 NaN {} 2 1 0", -one));
    let batch = fitted.apply(other.read(&[0]).expect("a row"), Draws::Evaluation).expect("values");
    let spec = batch.field(Role::Observation).expect("observations").spec().clone();
    assert_eq!(spec.feature_names, ["x", "colour", "n", "ok"]);
    assert_eq!(spec.levels[&1], ["blue", "green", "red"]);

    let unknown = csv("x,colour,n,ok\n1,red,1,true\n2,pink,1,true\n");
    refused(seen(&fitted, &unknown), &["t.csv", "row 1", "`colour`", "`pink`", "`blue`, `green`, `red`"]);
    refused(seen(&fitted, &csv("x,ok,m\n1,true,2\n")), &["t.csv lacks `colour`, `n`", "empty cells"]);
    let text = csv("x,colour,n,ok\nlow,red,1,true\n");
    refused(seen(&fitted, &text), &["column `x`", "words such as `low`", "numbers in the training data"]);
    let nothing = csv("x,colour,n,ok\n,NA,,?\n");
    assert_eq!(words(&seen(&fitted, &nothing).expect("values").0), "NaN NaN NaN NaN");
    for (row, parts) in [
        ("1,red,-1,true", ["`n`", "-1 is no value of a count"]),
        ("1,red,0.5,true", ["`n`", "0.5 is no value of a count"]),
        ("1,red,1,2", ["`ok`", "2 is no value of a binary"]),
        ("inf,red,1,1", ["`x`", "inf, not a finite"]),
        ("1e300,red,1,1", ["`x`", "too far"]),
    ] {
        refused(seen(&fitted, &csv(&format!("x,colour,n,ok\n{row}\n"))), &[&["row 0"], &parts[..]].concat());
    }
}

/// Numbers as categories keep their level however they are written.
#[test]
fn levels_that_are_numbers_are_found_by_value() {
    let config = kinds(&[("year", Kind::Categorical)]);
    let train = csv_with("year,x\n2009,1\n2007,2\n2008,3\n2009,4\n", &config);
    let from_text = fit(&config, &train).expect("a fit");
    let numbers = csv("year,x\n2009,1\n2007,2\n2008,3\n2009,4\n");
    let from_numbers = fit(&config, &numbers).expect("a fit");
    assert_eq!(from_text, from_numbers);
    for other in [csv("year,x\n2008,1\n2009.0,1\n"), csv_with("x,year\n1,2008.0\n1,2009\n", &config)] {
        let (x, _) = seen(&from_text, &other).expect("values");
        assert_eq!((x[0], x[2]), (1.0, 2.0));
    }
    refused(
        seen(&from_text, &csv("year,x\n2011,1\n")),
        &["row 0", "`year`", "`2011`", "`2007`, `2008`, `2009`"],
    );
}

#[test]
fn kinds_that_do_not_fit_are_refused() {
    let data = csv("n,w,z\n0,a,3\n2.5,b,0\n-1,a,1\n");
    let asked = |name: &str, kind| fit(&kinds(&[(name, kind)]), &data);
    refused(asked("n", Kind::Count), &["t.csv", "row 1", "`n`", "2.5", "count", "0, 1, 2, …", "data.kinds"]);
    refused(asked("z", Kind::Positive), &["row 1", "`z`", "0 is no value", "above zero"]);
    refused(asked("z", Kind::Binary), &["row 0", "`z`", "3", "0 and 1"]);
    refused(asked("w", Kind::Real), &["`w`", "real", "words such as `a`"]);
    refused(asked("m", Kind::Real), &["`m`", "`n`, `w`, `z`"]);
    assert!(asked("n", Kind::Categorical).is_ok());
    let many = lines(1002, |i| format!("{i}.5"));
    refused(
        fit(&kinds(&[("x", Kind::Categorical)]), &csv(&format!("x\n{many}"))),
        &["`x`", "more than 1000"],
    );
}

#[test]
fn columns_without_a_pattern_are_refused() {
    refused(
        fit(&DataConfig::default(), &csv("a,b\n1,\n2,NA\n")),
        &["`b`", "missing in every row", "data.exclude"],
    );
    let data = csv("a,b\n1,\n2,\n3,5\n");
    let rows = Rows::Range(0..2);
    refused(
        Preprocessing::fit_table(&DataConfig::default(), &data, &rows),
        &["`b`", "missing in the rows for training"],
    );
    let names = lines(40, |i| format!("{i},case {i}"));
    refused(
        fit(&DataConfig::default(), &csv(&format!("a,case\n{names}"))),
        &["`case`", "40 values are 40 different words", "data.exclude = [\"case\"]"],
    );
    let names = lines(5000, |i| format!("case {}", i % 1200));
    refused(
        fit(&DataConfig::default(), &csv(&format!("case\n{names}"))),
        &["1200 different words", "data.exclude"],
    );
    refused(fit(&DataConfig::default(), &csv("a\n1\ninf\n")), &["row 1", "`a`", "inf"]);
    refused(fit(&DataConfig::default(), &csv("a\n1e308\n-1e308\n")), &["`a`", "too large for double"]);
    refused(
        fit(&DataConfig { binarize: Binarize::Threshold, ..DataConfig::default() }, &csv("a\n1\n")),
        &["data.binarize", "none"],
    );
}

#[test]
fn one_row_and_constant_columns_stay_finite() {
    let data = csv("r,n,b,c\n2.5,7,1,red\n");
    let fitted = fitted(&data);
    assert_eq!(columns(&fitted)[0].kind, ColumnKind::Real { mean: 2.5, std: 1.0 });
    assert_eq!(words(&seen(&fitted, &data).expect("values").0), "0 0 1 0");
    assert_eq!(fitted.undo(&[0.0, 0.0, 1.0, 0.0]), [2.5, 7.0, 1.0, 0.0]);
}

#[test]
fn huge_values_keep_their_spread() {
    let data = csv("r,p\n1e12,1e300\n1000000000001,1e-300\n1000000000002,1\n");
    let fitted = fit(&kinds(&[("p", Kind::Positive)]), &data).expect("a fit");
    let (x, _) = seen(&fitted, &data).expect("values");
    let one = 1.5f32.sqrt();
    for (got, expected) in x.iter().zip([-one, one, 0.0, -one, one, 0.0]) {
        assert!((got - expected).abs() < 1e-6, "{got} is not {expected}");
    }
}

/// A table masks what is missing; an array does so only if told to.
#[test]
fn missing_values_are_masked_or_refused() {
    let table = csv("a,b\n1,2\n,3\n");
    assert!(fit(&DataConfig::default(), &table).is_ok());
    let refuse = DataConfig { missing: Missing::Refuse, ..DataConfig::default() };
    refused(fit(&refuse, &table), &["row 1", "`a`", "missing", "data.missing = \"mask\""]);
    let whole = fit(&refuse, &csv("a,b\n1,2\n3,4\n")).expect("nothing is missing");
    refused(seen(&whole, &table), &["row 1", "`a`", "missing"]);

    let array = observations(vec![2], Array::F32(vec![0.5, 1.5, f32::NAN, -2.5, 0.25, 3.5]));
    refused(fit(&DataConfig::default(), &array), &["row 1", "`x_0`", "missing", "data.missing = \"mask\""]);
    let mask = DataConfig { missing: Missing::Mask, ..DataConfig::default() };
    let masked = fit(&mask, &array).expect("masked");
    assert!(seen(&masked, &array).expect("values").0[2].is_nan());

    let all = array.rows(Split::All).expect("rows");
    refused(Preprocessing::fit(&DataConfig::default(), &array, &all), &["NaN", "--likelihood table", "mask"]);
    refused(Preprocessing::fit(&mask, &array, &all), &["data.missing", "--likelihood table"]);
    let one = kinds(&[("a", Kind::Real)]);
    refused(Preprocessing::fit(&one, &array, &all), &["data.kinds", "--likelihood table"]);
}

#[test]
fn the_penguins_are_a_table() {
    let penguins = Dataset::open(&DataSpec::new("penguins")).expect("embedded");
    assert_eq!(penguins.len(), 344);
    let fitted = fitted(&penguins);
    let told: BTreeMap<&str, Kind> =
        columns(&fitted).iter().map(|column| (column.name.as_str(), column.kind.kind())).collect();
    let expected = [
        ("species", Kind::Categorical),
        ("island", Kind::Categorical),
        ("bill_length_mm", Kind::Real),
        ("bill_depth_mm", Kind::Real),
        ("flipper_length_mm", Kind::Real),
        ("body_mass_g", Kind::Real),
        ("sex", Kind::Categorical),
        ("year", Kind::Real),
    ];
    assert_eq!(told, BTreeMap::from(expected));
    let (x, _) = seen(&fitted, &penguins).expect("values");
    let complete = x.chunks(8).filter(|row| row.iter().all(|value| !value.is_nan())).count();
    assert_eq!(complete, 333);
    let ColumnKind::Categorical { levels, shares } = &columns(&fitted)[0].kind else {
        panic!("species are words")
    };
    assert_eq!(levels, &["Adelie", "Chinstrap", "Gentoo"]);
    for (share, count) in shares.iter().zip([152.0, 68.0, 124.0]) {
        assert!((share - count / 344.0).abs() < 1e-12);
    }
    let label = DataSpec { label_column: Some("species".into()), ..DataSpec::new("penguins") };
    assert_eq!(Dataset::open(&label).expect("embedded").fields()[1].levels[&0].len(), 3);
}

/// The means that are published with the data.
#[test]
fn the_wines_are_a_table_of_reals() {
    let wine = Dataset::open(&DataSpec::new("wine")).expect("embedded");
    assert_eq!(wine.len(), 1599);
    let fitted = fitted(&wine);
    for (index, published) in [(0, 8.319_637), (7, 0.996_747), (8, 3.311_113), (10, 10.422_983)] {
        let ColumnKind::Real { mean, .. } = columns(&fitted)[index].kind else {
            panic!("measurements are real")
        };
        assert!((mean - published).abs() < 1e-6, "{mean} is not {published}");
    }
    assert!(columns(&fitted).iter().all(|column| column.kind.kind() == Kind::Real));
}

#[test]
fn runs_from_before_tables_are_read() {
    let stored = r#"{"features":784,"dtype":"u8","support":"unit_interval","scale":"unit","binarize":"dynamic","likelihood":"probability"}"#;
    let read: Preprocessing = serde_json::from_str(stored).expect("an old run");
    assert_eq!((read.features(), read.table()), (784, None));
}
