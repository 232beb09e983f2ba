//! A run that an earlier version trained, kept with the tests: later versions read it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::workshop::{Workshop, copy};

/// The run, its data and what was measured when it was made; one folder for each format of run
/// directories.
const STORED: &str = "tests/fixtures/runs/v1";

/// What stands for the folder of the data in the stored configuration.
const PLACE: &str = "/PLACE/OF/THE/DATA";

/// Another processor rounds differently.
const TOLERANCE: f64 = 1e-3;

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(STORED)
}

/// A folder with the stored run as `runs/stored`, its data where its configuration says.
fn workshop() -> Workshop {
    let here = Workshop::new();
    copy(&stored(), &here.path("runs/stored"));
    let config = here.text("runs/stored/config.toml");
    assert!(config.contains(PLACE), "{config}");
    let data = here.path("runs/stored/data").display().to_string();
    here.write("runs/stored/config.toml", &config.replace(PLACE, &data));
    here
}

fn figures() -> Value {
    let text = fs::read_to_string(stored().join("figures.json")).expect("the stored figures");
    serde_json::from_str(&text).expect("JSON")
}

fn assert_close(found: &Value, stored: &Value, what: &str) {
    let [found, stored] =
        [found, stored].map(|value| value.as_f64().unwrap_or_else(|| panic!("{what}: {value}")));
    assert!((found - stored).abs() <= TOLERANCE * stored.abs().max(1.0), "{what}: {found}, stored {stored}");
}

#[test]
fn a_stored_run_is_measured_to_its_stored_figures() {
    let here = workshop();
    let found = here.json("evaluate stored --iwae 20 --json");
    for figure in ["elbo", "reconstruction", "kl", "log_likelihood"] {
        assert_close(&found[figure], &figures()["evaluation"][figure], figure);
    }
    assert_eq!(found["n"], figures()["evaluation"]["n"]);
}

#[test]
fn a_stored_run_encodes_to_its_stored_latents() {
    let here = workshop();
    here.ok("encode stored --split test -o z.csv");
    let numbers = |text: &str| -> Vec<f64> {
        let cells = text.lines().skip(1).flat_map(|line| line.split(','));
        cells.map(|cell| cell.parse().expect("a number")).collect()
    };
    let stored = numbers(&fs::read_to_string(stored().join("latents.csv")).expect("the stored latents"));
    let found = numbers(&here.text("z.csv"));
    assert_eq!(found.len(), stored.len());
    for (i, (found, stored)) in found.iter().zip(&stored).enumerate() {
        assert!(
            (found - stored).abs() <= TOLERANCE * stored.abs().max(1.0),
            "number {i}: {found}, stored {stored}"
        );
    }
}

#[test]
fn a_stored_run_goes_on() {
    let here = workshop();
    let before = here.text("runs/stored/metrics.jsonl");
    let found = here.json("train --resume stored --epochs 4 --json");
    assert_eq!(found["epochs"].as_u64(), Some(4));
    assert_close(&found["test"]["elbo"], &figures()["one_more_epoch"]["elbo"], "elbo after one more epoch");
    assert!(
        here.text("runs/stored/metrics.jsonl").starts_with(&before),
        "the stored log was not gone on with"
    );
    here.ok("runs show stored");
}

/// The variable that has the stored run made anew; CONTRIBUTING.md says when.
const STORE: &str = "JENSEN_STORE_RUN";

#[test]
fn a_run_to_store_is_small_and_says_nothing_of_its_machine() {
    let here = Workshop::new();
    here.ok("train --data tiny --hidden 12 --latent-dim 2 --batch-size 20 --epochs 3 --seed 1 \
         --set fit.schedule.kind=constant --set fit.checkpoint.steps=9 --name stored");
    let run = here.path("runs/stored");
    let evaluation = here.json("evaluate stored --iwae 20 --json");
    here.ok("encode stored --split test -o runs/stored/latents.csv");
    copy(&run, &here.path("runs/on"));
    let on = here.json("train --resume on --epochs 4 --json");
    let keep = |found: &Value, names: &[&str]| -> Value {
        names
            .iter()
            .map(|name| ((*name).to_owned(), found[name].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let figures = serde_json::json!({
        "evaluation": keep(&evaluation, &["n", "elbo", "reconstruction", "kl", "log_likelihood"]),
        "one_more_epoch": keep(&on["test"], &["elbo"]),
    });
    here.write("runs/stored/figures.json", &serde_json::to_string_pretty(&figures).expect("JSON"));
    let data = here.path("tiny");
    let real = data.canonicalize().expect("the data").display().to_string();
    for file in ["config.toml", "evaluation.json"] {
        let text = here.text(&format!("runs/stored/{file}")).replace(&real, PLACE);
        here.write(&format!("runs/stored/{file}"), &text.replace(&data.display().to_string(), PLACE));
    }
    for picture in ["report.html", "pictures", ".lock"] {
        let path = run.join(picture);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.expect("removed");
    }
    copy(&here.path("tiny"), &run.join("data"));
    let files = files(&run);
    let size: u64 = files.iter().map(|path| fs::metadata(path).expect("a file").len()).sum();
    assert!(size < 150_000, "{size} bytes: {files:?}");
    for path in files {
        let text = String::from_utf8_lossy(&fs::read(&path).expect("readable")).into_owned();
        let folder = here.path("").display().to_string();
        assert!(!text.contains(&folder), "{} names this machine's folders", path.display());
    }
    if std::env::var_os(STORE).is_some() {
        if stored().exists() {
            fs::remove_dir_all(stored()).expect("removed");
        }
        copy(&run, &stored());
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("listed").map(|entry| entry.expect("listed").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
