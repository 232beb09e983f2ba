//! What a training leaves behind, and that it is the same each time.

use crate::workshop::{TINY, Workshop};

#[test]
fn a_training_leaves_everything_that_was_promised() {
    let here = Workshop::shared();
    for file in [
        "config.toml",
        "run.json",
        "metrics.jsonl",
        "model.safetensors",
        "evaluation.json",
        "report.html",
        "checkpoints",
        "pictures/samples.png",
        "pictures/reconstructions.png",
        "pictures/latent-map.png",
        "pictures/training.svg",
    ] {
        assert!(here.exists(&format!("runs/shared/{file}")), "{file} is missing");
    }
    for line in here.text("runs/shared/metrics.jsonl").lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).expect("JSON").is_object());
    }
    let report = here.text("runs/shared/report.html");
    assert!(report.contains("<svg") && report.contains("data:image/png"));
}

#[test]
fn the_same_seed_gives_the_same_bits_with_any_number_of_threads() {
    let here = Workshop::new();
    here.train("--name one --threads 1");
    here.train("--name two --threads 2");
    here.train("--name other --seed 1");
    let weights = |name: &str| here.read(&format!("runs/{name}/model.safetensors"));
    assert_eq!(weights("one"), weights("two"));
    assert_ne!(weights("one"), weights("other"));
}

#[test]
fn json_is_one_object_on_standard_output_and_nothing_else() {
    let here = Workshop::new();
    let done = here.run(&format!("train {TINY} --name a --json"));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let value: serde_json::Value = serde_json::from_str(&done.stdout).expect("one JSON value");
    assert_eq!((value["epochs"].as_u64(), value["test"]["n"].as_u64()), (Some(2), Some(40)));
    assert!(value["test"]["elbo"].as_f64().is_some_and(|elbo| elbo < 0.0));
    assert!(done.stderr.contains("epoch   2"), "{}", done.stderr);
}

#[test]
fn quiet_prints_the_result_alone() {
    let here = Workshop::new();
    let done = here.run(&format!("train {TINY} --name a --quiet"));
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    assert!(done.stdout.contains("bound on log p(x)") && done.stdout.contains("jensen sample a"));
}

#[test]
fn each_likelihood_net_and_objective_trains() {
    let here = Workshop::new();
    for (i, options) in [
        "--likelihood gaussian",
        "--likelihood logistic",
        "--net conv --set vae.net.channels=[4,8] --set vae.net.fully_connected=16",
        "--hidden 8 --objective iwae --samples 3",
        "--hidden 8 --objective elbo-mc --samples 2 --beta 0.5",
        "--hidden 8,8 --activation gelu --set optimizer.kind=adamw --set optimizer.average=0.9 --tensorboard",
    ]
    .into_iter()
    .enumerate()
    {
        here.ok(&format!(
            "train --data tiny --latent-dim 2 --batch-size 30 --epochs 1 {options} --name run{i}"
        ));
        let evaluation = here.json(&format!("evaluate run{i} --json"));
        assert!(evaluation["elbo"].as_f64().is_some_and(f64::is_finite), "{options}: {evaluation}");
    }
    assert!(here.exists("runs/run5/tensorboard"));
}

#[test]
fn tables_train_in_their_own_units() {
    let here = Workshop::new();
    let rows = (0..60).map(|i| format!("{},{},{}\n", i % 7, 1000 + 30 * (i % 5), i % 2));
    here.write("table.csv", &("a,b,class\n".to_owned() + &rows.collect::<String>()));
    here.ok(
        "train --data table.csv --likelihood gaussian --hidden 8 --latent-dim 1 --epochs 1 --batch-size 10 --name t \
         --set data.label_column=class --set data.standardize=yes",
    );
    here.ok("sample t -n 50 -o x.csv");
    let text = here.text("x.csv");
    let b: Vec<f64> =
        text.lines().skip(1).map(|row| row.split(',').nth(1).expect("b").parse().expect("x")).collect();
    let mean = b.iter().sum::<f64>() / b.len() as f64;
    assert!((900.0..1200.0).contains(&mean), "standardisation was not undone: {mean}");
}
