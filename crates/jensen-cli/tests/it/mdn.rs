//! Mixture density networks on the command line.

use std::fmt::Write;

use jensen_random::Rng;

use crate::workshop::Workshop;

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

fn column(text: &str, name: &str) -> Vec<f64> {
    let mut lines = text.lines();
    let at = lines.next().expect("a header").split(',').position(|own| own == name).expect("a column");
    lines.map(|line| line.split(',').nth(at).expect("a cell").parse().expect("a number")).collect()
}

const TRAIN: &str =
    "train --model mdn --data xy.csv --target y --components 2 --hidden 16 --activation tanh --lr 0.01";

#[test]
fn every_verb_works_on_a_mixture_density_network() {
    let here = Workshop::new();
    branches(&here, "xy.csv", 300);
    here.ok(&format!("{TRAIN} --epochs 60 --name two"));
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
