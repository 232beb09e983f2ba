//! Examples that count more or less often than once.

use std::fmt::Write;

use jensen_data::{Array, Field, Role};
use jensen_random::Rng;

use crate::workshop::Workshop;

/// The numbers of two clusters, and how often each row counts: 0, 0.5, 1 or 2.
fn clusters(rows: usize) -> (Vec<f64>, Vec<f64>) {
    let noise = Rng::seed(5).fork("noise").normals(rows, 2);
    let values = noise.into_iter().enumerate().map(|(at, noise)| {
        let centre = if at / 2 % 3 == 0 { 6.0 } else { 0.0 };
        centre + f64::from(noise)
    });
    (values.collect(), (0..rows).map(|row| [1.0, 0.5, 2.0, 0.0][row * 7 % 4]).collect())
}

/// A table of two columns and the weights between them.
fn table(here: &Workshop, name: &str, rows: impl Iterator<Item = (f64, f64, f64)>) {
    let mut text = "a,w,b\n".to_owned();
    for (a, b, weight) in rows {
        writeln!(text, "{a},{weight},{b}").expect("text");
    }
    here.write(name, &text);
}

fn rows<'a>(values: &'a [f64], weights: &'a [f64]) -> impl Iterator<Item = (f64, f64, f64)> + 'a {
    values.chunks(2).zip(weights).map(|(row, &weight)| (row[0], row[1], weight))
}

fn column(name: &str, role: Role, values: impl Iterator<Item = f64>) -> Field {
    Field::new(name, role, vec![], Array::F64(values.collect())).expect("a field")
}

fn numbers(here: &Workshop, line: &str) -> [f64; 4] {
    let measured = here.json(line);
    ["log_likelihood", "log_likelihood_stderr", "bic", "aic"]
        .map(|key| measured[key].as_f64().expect("a number"))
}

/// The same numbers and weights as a table, as Parquet and as arrays make the same bits, of every model that weighs.
#[test]
fn weights_are_the_same_in_every_format() {
    let here = Workshop::new();
    let (values, weights) = clusters(90);
    table(&here, "x.csv", rows(&values, &weights));
    let each = |at: usize| values.iter().copied().skip(at).step_by(2);
    let of = |name: &str, role, values| column(name, role, values);
    let columns = [
        of("a", Role::Observation, each(0).collect::<Vec<_>>().into_iter()),
        of("w", Role::Observation, weights.clone().into_iter()),
        of("b", Role::Observation, each(1).collect::<Vec<_>>().into_iter()),
    ];
    jensen_data::write(&here.path("x.parquet"), &columns).expect("written");
    let x = Field::new("x", Role::Observation, vec![2], Array::F64(values.clone())).expect("numbers");
    let arrays = [x, of("weights", Role::Weight, weights.clone().into_iter())];
    jensen_data::write(&here.path("x.npz"), &arrays).expect("written");
    for model in ["gmm --components 2", "bgmm --components 3", "ppca", "fa", "mfa --components 2"] {
        let latents =
            if ["ppca", "fa", "mfa --components 2"].contains(&model) { "--latent-dim 1" } else { "" };
        let name = |format: &str| format!("{}-{format}", model.split(' ').next().expect("a name"));
        let train = |format: &str, options: &str| {
            here.ok(&format!(
                "train --model {model} {latents} --epochs 8 --data x.{format} {options} --set data.validation=0.2 --name {}",
                name(format)
            ));
            here.essence(&name(format))
        };
        let arrays = train("npz", "");
        assert!(train("csv", "--weight w") == arrays, "{model}: of a table");
        assert!(train("parquet", "--weight w --set data.access=memory") == arrays, "{model}: of Parquet");
        let likelihood =
            |format| here.json(&format!("evaluate {} --json", name(format)))["log_likelihood"].clone();
        assert_eq!(likelihood("csv"), likelihood("npz"), "{model}");
    }
    let config = here.text("runs/gmm-csv/config.toml");
    assert!(config.contains("weight_column = \"w\""), "{config}");
    // Resumed, it counts on.
    here.ok("train --model gmm --components 2 --epochs 3 --data x.csv --weight w --set data.validation=0.2 --name parts");
    here.ok("train --resume parts --epochs 8");
    assert!(here.essence("parts") == here.essence("gmm-csv"));
}

/// A row of weight two is the row twice, and one of weight zero is not there, in no number that is told.
#[test]
fn weights_count_in_every_number() {
    let here = Workshop::new();
    let (values, _) = clusters(60);
    let counts: Vec<f64> = (0..60).map(|row| [1.0, 2.0, 0.0][row % 3]).collect();
    table(&here, "weighted.csv", rows(&values, &counts));
    let repeated = rows(&values, &counts).flat_map(|(a, b, count)| vec![(a, b, 1.0); count as usize]);
    table(&here, "repeated.csv", repeated);
    let train = "train --model gmm --components 2 --set mixture.tolerance=1e-13 --epochs 1000";
    here.ok(&format!("{train} --data weighted.csv --weight w --name weighted"));
    here.ok(&format!("{train} --data repeated.csv --set data.exclude=[\"w\"] --name repeated"));
    let [weighted, repeated] =
        ["weighted", "repeated"].map(|run| numbers(&here, &format!("evaluate {run} --json")));
    for (weighted, repeated) in weighted.into_iter().zip(repeated) {
        assert!((weighted - repeated).abs() < 1e-6 * repeated.abs(), "{weighted}, not {repeated}");
    }
    here.ok(&format!("{train} --data weighted.csv --weight w --components 1..3 --name k"));
    let sizes =
        here.json(&format!("{train} --data weighted.csv --weight w --components 2..3 --name s --json"));
    assert!(
        (sizes["sizes"][0]["bic"].as_f64().expect("a number") - weighted[2]).abs() < 1e-6 * weighted[2].abs()
    );

    // Two runs are compared as often as each row counts.
    let compared = here.json("runs compare k-1 k-2 --json");
    let difference = compared["paired"]["difference"].as_f64().expect("a number");
    let of = |run: &str| numbers(&here, &format!("evaluate {run} --json"))[0];
    assert!((difference - (of("k-2") - of("k-1"))).abs() < 1e-9, "{compared}");
    let message = here.refused("runs compare weighted repeated --data weighted.csv", 2);
    assert!(message.contains("by `w`") && message.contains("once each"), "{message}");
}

/// Other data may be without weights, or with others.
#[test]
fn other_data_need_not_have_weights() {
    let here = Workshop::new();
    let (values, weights) = clusters(60);
    table(&here, "x.csv", rows(&values, &weights));
    here.ok("train --model gmm --components 2 --data x.csv --weight w --name a");
    let halved: Vec<f64> = weights.iter().map(|weight| weight / 2.0).collect();
    table(&here, "halved.csv", rows(&values, &halved));
    table(&here, "once.csv", rows(&values, &[1.0; 60]));
    here.write("without.csv", &here.text("once.csv").replace(",1,", ",").replace(",w,", ","));
    let of = |data: &str| numbers(&here, &format!("evaluate a --data {data} --json"));
    assert_eq!(of("x.csv")[0], of("halved.csv")[0]);
    assert!(of("x.csv")[2] > of("halved.csv")[2]);
    assert_eq!(of("without.csv"), of("once.csv"));
    assert_ne!(of("without.csv")[0], of("x.csv")[0]);
    let said = here.run("evaluate a --data without.csv");
    assert!(
        said.code == Some(0) && said.stderr.contains("no weights in `w`: each example counts once"),
        "{said:?}"
    );
    assert!(!here.run("evaluate a --data x.csv").stderr.contains("no weights"));
    here.ok("encode a --data without.csv -o z.csv");
    here.ok("score a --data without.csv -o s.csv");
    here.ok("impute a --data x.csv -o filled.csv");
    assert_eq!(here.text("filled.csv"), here.text("x.csv"));
    here.ok("sample a -n 3 -o new.csv");
    assert!(here.text("new.csv").starts_with("a,b\n"));
}

#[test]
fn what_cannot_be_weighed_is_refused() {
    let here = Workshop::new();
    here.write("x.csv", "a,w,b\n1,1,2\n2,-1,3\n");
    let refused = |options: &str, code| here.refused(&format!("train --data x.csv {options}"), code);
    let message = refused("--model gmm --weight w", 1);
    assert!(message.contains("line 3, column `w`: the weight is -1"), "{message}");
    assert!(refused("--model gmm --weight z", 1).contains("no column or array `z`"));
    for model in ["vae", "sbn --estimator score", "mdn --target b"] {
        let message = refused(&format!("--model {model} --weight w"), 2);
        assert!(
            message.contains("`--weight`") && message.contains("gmm, bgmm, cmm, ppca, fa, mfa"),
            "{message}"
        );
    }
    here.write("vae.toml", "[data]\nweight_column = \"w\"\n");
    assert!(here.refused("train vae.toml --data x.csv", 2).contains("data.weight_column"));

    // None of the training rows, and none of what is measured.
    here.write("zero.csv", "a,w,b\n1,0,2\n2,0,3\n");
    let message = here.refused("train --model gmm --components 1 --data zero.csv --weight w", 2);
    assert!(message.contains("all training examples of") && message.contains("weight zero"), "{message}");
    here.write("good.csv", "a,w,b\n1,1,2\n2,1,4\n4,2,3\n");
    here.ok("train --model gmm --components 1 --data good.csv --weight w --name good");
    assert!(here.refused("evaluate good --data zero.csv", 2).contains("weight zero"));
    let done = here.run("score good --data x.csv -o s.csv");
    assert!(done.code == Some(1) && done.stderr.contains("column `w`: the weight is -1"), "{done:?}");
    assert!(!here.path("s.csv").exists());

    let mut few = "a,w\n1,1\n2,1\n4,1\n".to_owned();
    (0..17).for_each(|row| writeln!(few, "{row},0").expect("text"));
    here.write("few.csv", &few);
    let message = here.refused(
        "train --model gmm --components 1 --data few.csv --weight w --set data.validation=0.1 --seed 0",
        2,
    );
    assert!(
        message.contains("all 2 validation examples of") && message.contains("`data.validation`"),
        "{message}"
    );

    // Of arrays, weights are found by their name: who does not read them says so.
    let x = Field::new("x", Role::Observation, vec![2], Array::F64((0..80).map(f64::from).collect()));
    let y = column("y", Role::Target, (0..40).map(f64::from));
    let weights = column("weights", Role::Weight, (0..40).map(|row| f64::from(row % 2)));
    jensen_data::write(&here.path("x.npz"), &[x.expect("numbers"), y, weights]).expect("written");
    let done = here.run("train --model mdn --data x.npz --target y --epochs 1 --name m");
    assert!(done.code == Some(0) && done.stderr.contains("warning: `weights` is not read"), "{done:?}");
}
