//! Mixture density networks on the command line.

use std::fmt::Write;

use jensen_data::{Array, Field, Role, write as write_fields};
use jensen_random::Rng;

use crate::workshop::{Workshop, column};

/// Two branches: `y` is near `100 x` or near `−100 x`, with a third of the examples on the second.
fn branches(here: &Workshop, name: &str, rows: usize) {
    let noise = Rng::seed(1).fork("noise").normals(rows, 2);
    let mut text = "y,x\n".to_owned();
    for (row, noise) in noise.chunks(2).enumerate() {
        let (side, x) = (if row % 3 == 0 { -100.0 } else { 100.0 }, 2.0 + 0.5 * noise[0]);
        writeln!(text, "{},{x}", side * x + 5.0 * noise[1]).expect("text");
    }
    here.write(name, &text);
}

const TRAIN: &str =
    "train --model mdn --data xy.csv --target y --components 2 --hidden 16 --activation tanh --lr 0.01";

#[test]
fn every_verb_works_on_a_mixture_density_network() {
    let here = Workshop::new();
    branches(&here, "xy.csv", 300);
    let done = here.run(&format!("{TRAIN} --epochs 60 --name two"));
    assert!(done.code == Some(0) && done.stderr.contains("epoch   1  log p(y|x) "), "{}", done.stderr);
    let measured = here.json("evaluate two --json");
    assert_eq!(measured["log_likelihood_kind"], "exact");
    assert_eq!(measured["target"], serde_json::json!(["y"]));
    let log_likelihood = measured["log_likelihood"].as_f64().expect("a number");
    // In the units of `y`: the truth is −H(1/3) − ½ log 2πe − log 5 = −3.66 nats.
    assert!((-4.1..-3.5).contains(&log_likelihood), "{log_likelihood}");

    here.ok("score two -o scores.csv");
    let scores = column(&here.text("scores.csv"), "log_likelihood");
    assert!((scores.iter().sum::<f64>() / 300.0 - log_likelihood).abs() < 1e-9);

    here.ok("encode two -o z.csv");
    let codes = here.text("z.csv");
    let [weights, means, deviations] = ["weight_0", "mean_0", "deviation_0"].map(|name| column(&codes, name));
    // The first begins on the smaller targets.
    let x = column(&here.text("xy.csv"), "x");
    let near = means.iter().zip(&x).filter(|(mean, x)| (*mean + 100.0 * *x).abs() < 30.0).count();
    assert!(near > 240, "{near} of 300 means are on the branch");
    assert!((weights.iter().sum::<f64>() / 300.0 - 1.0 / 3.0).abs() < 0.05);
    assert!(deviations.iter().all(|&deviation| deviation > 1.0));

    here.ok("sample two -n 2 -o s.csv");
    let drawn = here.text("s.csv");
    assert_eq!(drawn.lines().next(), Some("row,x,draw,component,y"));
    assert_eq!(column(&drawn, "x")[..4], [x[0], x[0], x[1], x[1]]);
    here.ok("sample two --temperature 0 --limit 5 -o means.csv");
    let cold = here.text("means.csv");
    let other: Vec<f64> = column(&codes, "mean_1");
    for (row, (y, component)) in column(&cold, "y").iter().zip(column(&cold, "component")).enumerate() {
        let mean = if component == 0.0 { means[row] } else { other[row] };
        assert!((y - mean).abs() < 1e-3, "without deviations there are the means");
    }

    // What is predicted need not be there, nor the order of the columns be the same.
    here.write("new.csv", "z,x\n7,2.0\n8,2.5\n");
    here.ok("sample two --data new.csv -o s.csv");
    assert_eq!(column(&here.text("s.csv"), "x"), [2.0, 2.5]);
    here.ok("report two");
    let report = here.text("runs/two/report.html");
    assert!(report.contains("log p(y|x)") && !report.contains("Warning"), "the report of a sound run");
    let curve = here.text("runs/two/pictures/training.svg");
    for (text, whole) in [(&report, "report"), (&curve, "curve"), (&here.ok("evaluate two"), "table")] {
        assert!(text.contains("log p(y|x)") && !text.contains("log p(x)"), "the {whole} names what it is of");
    }
    assert!(here.path("runs/two/pictures/predictions.png").exists());
}

#[test]
fn what_a_mixture_density_network_cannot_do_is_refused() {
    let here = Workshop::new();
    branches(&here, "xy.csv", 60);
    here.ok(&format!("{TRAIN} --epochs 1 --name two"));
    here.write("new.csv", "x\n2.0\n");
    let cases = [
        ("traverse two", "cannot traverse"),
        ("impute two --data xy.csv -o f.csv", "cannot"),
        ("sample two -o s.png", "no picture"),
        ("evaluate two --data new.csv", "no column y"),
        ("evaluate two --iwae 5", "importance sampling"),
        ("train --model mdn --data xy.csv --name no", "--target"),
        ("train --model gmm --data xy.csv --target y --name no", "data.target_columns"),
        ("train --model mdn --data xy.csv --target y --covariance full --name no", "--covariance"),
        ("train --model mdn --data xy.csv --target y --components 0 --name no", "mdn.components"),
        ("train --model mdn --data xy.csv --target y --hidden 0 --name no", "mdn.hidden"),
        ("sample two --temperature nan -o s.csv", "from 0 to"),
    ];
    for (line, said) in cases {
        let done = here.run(line);
        assert_eq!(done.code, Some(2), "{line}: {}", done.stderr);
        // Lines of messages are broken anywhere between words.
        let text = done.stderr.replace("│", " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(said), "{line}: {text}");
    }
    let unknown = here.run("train --model mdn --data xy.csv --target q --name no");
    assert!(unknown.code != Some(0) && unknown.stderr.contains("`y`, `x`"), "{}", unknown.stderr);
}

#[test]
fn sizes_and_comparisons_are_of_what_is_predicted() {
    let here = Workshop::new();
    branches(&here, "xy.csv", 60);
    let table =
        here.ok(&format!("{} --epochs 1 --name n", TRAIN.replace("--components 2", "--components 1..2")));
    assert!(table.contains("log p(y|x), training") && table.contains("log p(y|x), held out"), "{table}");
    let text = here.ok("runs compare n-1 n-2");
    assert!(text.contains("paired difference of log p(y|x)") && !text.contains("log p(x)"), "{text}");
    here.ok("train --model gmm --data xy.csv --components 1 --name g");
    assert!(here.refused("runs compare n-1 g", 2).contains("not of the same thing"));
    here.ok(&format!("{} --epochs 1 --name x", TRAIN.replace("--target y", "--target x")));
    assert!(here.refused("runs compare n-1 x", 2).contains("different columns: y and x"));
}

#[test]
fn a_resumed_mixture_density_network_has_the_same_bits() {
    let here = Workshop::new();
    branches(&here, "xy.csv", 100);
    let train = format!("{TRAIN} --set fit.schedule=constant");
    here.ok(&format!("{train} --epochs 6 --name whole"));
    here.ok(&format!("{train} --epochs 3 --name cut"));
    here.ok("train --resume cut --epochs 6");
    assert_eq!(here.read("runs/whole/model.safetensors"), here.read("runs/cut/model.safetensors"));
}

#[test]
fn a_component_without_weight_is_told() {
    let here = Workshop::new();
    branches(&here, "xy.csv", 60);
    // With rates that throw components away, some of many end without weight; the report says which.
    here.ok("train --model mdn --data xy.csv --target y --components 12 --lr 0.1 --epochs 60 --name many");
    here.ok("encode many -o z.csv");
    let codes = here.text("z.csv");
    let mean = |k: usize| column(&codes, &format!("weight_{k}")).iter().sum::<f64>() / 60.0;
    let idle: Vec<String> = (0..12).filter(|&k| mean(k) < 1e-3).map(|k| k.to_string()).collect();
    assert!(!idle.is_empty(), "{:?}", (0..12).map(mean).collect::<Vec<_>>());
    let report = here.text("runs/many/report.html");
    assert!(report.contains(&format!("{} ha", idle.join(", "))) && report.contains("mean weight below"));
}

/// Inputs and targets that are not standardised, with this input in row 57.
fn with_input(here: &Workshop, bad: &str) {
    let mut text = "x,y\n".to_owned();
    for row in 0..200 {
        let x = f64::from(row * 7 % 19) / 10.0 - 0.9;
        let seen = if row == 57 { bad.to_owned() } else { x.to_string() };
        writeln!(text, "{seen},{}", x * x).expect("text");
    }
    here.write("xy.csv", &text);
}

const RAW: &str = "train --model mdn --data xy.csv --target y --set data.standardize=no --hidden 8 --activation relu --batch-size 20 \
                   --epochs 2 --set data.validation=0";

#[test]
fn a_step_that_is_not_finite_names_term_rows_and_remedy_and_is_replayed() {
    let here = Workshop::new();
    with_input(&here, "3e38");
    let message = here.refused(&format!("{RAW} --name a"), 1);
    for part in [
        "log p(y|x) is not finite at step",
        "in 1 of 20 examples (row 57)",
        "jensen replay runs/a/failures/step-",
        "--resume a --on-nonfinite skip",
    ] {
        assert!(message.contains(part), "`{part}` is missing: {message}");
    }
    assert!(!message.contains("panicked") && !message.contains("backtrace"), "{message}");
    let failures = std::fs::read_dir(here.path("runs/a/failures")).expect("bundles").flatten();
    let bundle = failures.map(|entry| entry.path().display().to_string()).next().expect("a bundle");
    let report = here.json(&format!("replay {bundle} --json"));
    assert_eq!((report["reproduced"].as_bool(), report["bit_for_bit"].as_bool()), (Some(true), Some(true)));
    assert_eq!(report["stored"]["rows"], serde_json::json!([57]));
    let text = here.ok(&format!("replay {bundle}"));
    for part in
        ["the logit of component 0", "the largest number of observation", "in row 57 of the data, column `x`"]
    {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
    // What is left out of the training is measured in the end, and is as impossible there; the weights stand.
    let message = here.refused("train --resume a --on-nonfinite skip", 1);
    assert!(message.contains("row 57") && message.contains("has no probability"), "{message}");
    here.ok("evaluate a --limit 20");
}

#[test]
fn a_learning_rate_that_explodes_is_told() {
    let here = Workshop::new();
    with_input(&here, "0.5");
    let message = here.refused(&format!("{RAW} --name a --lr 1e39"), 1);
    for part in ["the update of", "at step 0", "lower the learning rate", "--on-nonfinite rollback"] {
        assert!(message.contains(part), "`{part}` is missing: {message}");
    }
    let message = here.refused(&format!("{RAW} --name b --lr 2e37"), 1);
    assert!(message.contains("not finite at step 1, in all 20 examples"), "{message}");
    here.ok(&format!(
        "{RAW} --name c --lr 2e37 --on-nonfinite rollback --set fit.nonfinite.learning_rate_cut=1e-40 --quiet"
    ));
}

/// Three inputs, of which one has two values and one says nothing, and two targets of very different size.
#[test]
fn the_report_shows_every_target_along_every_input() {
    let here = Workshop::new();
    let noise = Rng::seed(3).fork("noise").normals(400, 4);
    let mut text = "area,kind,idle,price,share\n".to_owned();
    for (row, noise) in noise.chunks(4).enumerate() {
        let (area, kind) = (100.0 + 30.0 * noise[0], row % 2);
        let price = 1e6 * (1.0 + kind as f32) + 5e3 * area + 5e4 * noise[2];
        writeln!(text, "{area},{kind},{},{price},{}", noise[1], 1e-4 * (noise[1] + noise[3])).expect("text");
    }
    here.write("houses.csv", &text);
    here.ok(
        "train --model mdn --data houses.csv --target price,share --components 2 --hidden 16 --lr 0.01 --epochs 40 \
         --name h",
    );
    for file in ["density-1.png", "density-2.png", "intervals.png", "calibration.svg"] {
        assert!(here.path(&format!("runs/h/pictures/{file}")).exists(), "{file}");
    }
    let calibration = here.text("runs/h/pictures/calibration.svg");
    assert!(calibration.contains("probability below the true price"), "{calibration}");
    let report = here.text("runs/h/report.html");
    assert!(report.contains("90 % interval") && report.contains("How far it is to be trusted"));
    assert!(report.contains("it has learned from most of these examples"), "there is no test split");
}

/// Bad data end with exit code 1, a message with the place and what to do, and without a run.
#[test]
fn bad_data_are_told() {
    let here = Workshop::new();
    let bad = "--set data.validation=0 --name no";
    let cases: [(&str, &str, &[&str]); 7] = [
        ("x,y\n1,2\nnan,3\n2,4\n", "y", &["row 1", "column `x`", "fill the value in"]),
        ("x,y\n1,2\n2,\n2,4\n", "y", &["row 1", "column `y`", "fill the value in"]),
        ("x,y\n1,2\n2,inf\n2,4\n", "y", &["is inf in row 1", "column `y`"]),
        ("x,y\n1e300,2\n2,3\n", "y", &["is 1e300 in row 0", "single precision"]),
        ("x,y\n1,2\n2,3\n", "x,y", &["data.target_columns", "predicted from the rest"]),
        ("x,y\n1,a\n2,b\n", "y", &["holds words such as `a`", "target of numbers"]),
        ("x,y\n", "y", &["no examples"]),
    ];
    for (table, target, parts) in cases {
        here.write("bad.csv", table);
        let message = here.refused(&format!("train --model mdn --data bad.csv --target {target} {bad}"), 1);
        for part in parts {
            assert!(message.contains(part), "`{part}` is missing: {message}");
        }
        assert!(!here.path("runs/no").exists(), "{table}");
    }
}

/// A single example, constant columns and numbers at the ends of single precision train to finite numbers in every verb.
#[test]
fn extreme_data_stay_finite() {
    let here = Workshop::new();
    let table = |x: fn(usize) -> f64, y: fn(usize) -> f64| {
        (0..40).fold("x,y\n".to_owned(), |text, row| format!("{text}{:e},{:e}\n", x(row), y(row)))
    };
    for (name, text) in [
        ("one", "x,y\n1,2\n".to_owned()),
        ("constant", table(|_| 3.0, |_| 7.0)),
        ("large", table(|row| 1e30 * row as f64, |row| -1e30 * row as f64)),
        ("spike", table(|row| row as f64, |row| if row == 7 { 1e30 } else { row as f64 })),
        ("small", table(|row| 1e-36 * row as f64, |row| 1e-36 * row as f64)),
    ] {
        here.write("d.csv", &text);
        let train = "train --model mdn --data d.csv --target y --components 2 --hidden 4 --epochs 2";
        here.ok(&format!("{train} --set data.validation=0 --name {name}"));
        assert!(here.json(&format!("evaluate {name} --json"))["log_likelihood"].as_f64().is_some(), "{name}");
        for verb in ["score", "encode", "sample"] {
            here.ok(&format!("{verb} {name} -o o.csv"));
            let rows = here.text("o.csv");
            let is_number = |cell: &str| cell.parse::<f64>().is_ok_and(f64::is_finite);
            assert!(rows.lines().skip(1).all(|row| row.split(',').all(is_number)), "{verb} {name}: {rows}");
        }
    }
}

#[test]
fn an_archive_without_its_target_is_sampled_and_encoded() {
    let here = Workshop::new();
    let field = |name: &str, role, width: usize, rows: usize| {
        let values = (0..rows * width).map(|k| (k * 7 % 11) as f32).collect();
        Field::new(name, role, vec![width], Array::F32(values)).expect("a field")
    };
    let write = |file: &str, fields: &[Field]| {
        write_fields(&here.path(file), fields).expect("written");
    };
    let (x, y) = (field("x", Role::Observation, 3, 40), field("y", Role::Condition, 2, 40));
    write("xy.npz", &[x.clone(), y.clone()]);
    write("x.npz", std::slice::from_ref(&x));
    write("narrow.npz", &[field("x", Role::Observation, 2, 40), y.clone()]);
    write("other.npz", &[x.clone(), field("y", Role::Condition, 1, 40)]);
    write("weighed.npz", &[x, y, field("weight", Role::Weight, 1, 40)]);
    here.ok("train --model mdn --data xy.npz --target y --hidden 4 --epochs 1 --name a");
    for verb in ["sample", "encode"] {
        here.ok(&format!("{verb} a --data x.npz -o o.npz"));
    }
    assert!(here.refused("evaluate a --data x.npz", 2).contains("no column y_0, y_1"));
    assert!(here.refused("sample a --data narrow.npz -o o.npz", 2).contains("give data of the same shape"));
    assert!(here.refused("evaluate a --data other.npz", 1).contains("fitted to 2"));
    let done = here.run("train --model mdn --data weighed.npz --target y --hidden 4 --epochs 1 --name w");
    assert!(done.code == Some(0) && done.stderr.contains("warning: `weight` is not read"), "{done:?}");
    let [with, without] =
        ["w", "a"].map(|run| here.json(&format!("evaluate {run} --json"))["log_likelihood"].clone());
    assert_eq!(with, without, "neither learned from nor measured by");
}
