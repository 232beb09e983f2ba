//! A run that was interrupted goes on to the same bits.

use crate::workshop::{TINY, Workshop};

/// A schedule's length is fixed when a run starts: only with a constant rate is a run for more epochs
/// the continuation of one for fewer.
const CONSTANT: &str = "--set fit.schedule.kind=constant";

/// As [`Workshop::essence`].
fn essence(here: &Workshop, run: &str) -> (Vec<u8>, Vec<String>) {
    here.essence(run)
}

#[test]
fn more_epochs_continue_to_the_same_bits() {
    let here = Workshop::new();
    here.train(&format!("--epochs 4 {CONSTANT} --name whole"));
    here.train(&format!("{CONSTANT} --name parts"));
    here.ok("train --resume parts --epochs 4");
    assert!(essence(&here, "whole") == essence(&here, "parts"), "the weights or the metrics differ");
}

#[test]
fn only_what_cannot_change_the_run_may_be_given_with_resume() {
    let here = Workshop::new();
    let message = here.refused("train --resume a --lr 0.1 --name b", 2);
    assert!(message.contains("`--lr`, `--name` cannot be given with `--resume`"), "{message}");
}

#[test]
fn nothing_is_trained_that_is_trained_already() {
    let here = Workshop::new();
    here.train("--name a");
    let before = here.read("runs/a/config.toml");
    for line in ["train --resume a", "train --resume a --epochs 1"] {
        let message = here.refused(line, 2);
        assert!(message.contains("2 epochs already") && message.contains("--epochs N"), "{message}");
    }
    assert_eq!(here.read("runs/a/config.toml"), before);
    let message = here.refused("train --resume a --set fit.epochs=9", 2);
    assert!(message.contains("cannot be given with `--resume`"), "{message}");
    std::fs::remove_dir_all(here.path("runs/a/checkpoints")).expect("removed");
    let done = here.run("train --resume a --quiet");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("starts from the beginning"), "{}", done.stderr);
}

#[test]
fn a_run_goes_on_with_its_own_data_only() {
    let here = Workshop::new();
    here.train("--name a");
    let path = here.path("tiny/train-images-idx3-ubyte");
    let mut bytes = std::fs::read(&path).expect("read");
    bytes[16] ^= 1;
    std::fs::write(&path, bytes).expect("written");
    let message = here.refused("train --resume a --epochs 3", 1);
    assert!(message.contains("not what a was trained on") && message.contains("restore"), "{message}");
    let record: serde_json::Value = serde_json::from_str(&here.text("runs/a/run.json")).expect("JSON");
    let before = record["fingerprint"].as_str().expect("a checksum");
    assert!(message.contains(&format!("their checksum was {before} and is now crc32c:")), "{message}");
}

#[test]
fn data_that_moved_are_the_same_data() {
    let here = Workshop::new();
    here.train("--name a");
    std::fs::rename(here.path("tiny"), here.path("moved")).expect("moved");
    let message = here.refused("train --resume a --epochs 3", 1);
    assert!(message.contains("tiny"), "{message}");
    let config = here.text("runs/a/config.toml").replace("/tiny", "/moved");
    here.write("runs/a/config.toml", &config);
    here.ok("train --resume a --epochs 3");
}

#[test]
fn a_run_goes_on_with_its_own_configuration_only() {
    let here = Workshop::new();
    here.train("--name a");
    let config = here.text("runs/a/config.toml");
    assert!(config.contains("batch_size = 20"), "{config}");
    here.write("runs/a/config.toml", &config.replace("batch_size = 20", "batch_size = 18"));
    let message = here.refused("train --resume a --epochs 3", 1);
    assert!(message.contains("`fit.batch_size` was 20 and is now 18"), "{message}");
}

/// As a later version will meet this one's runs.
#[test]
fn an_option_that_a_checkpoint_does_not_know_may_stand_at_its_default() {
    let here = Workshop::new();
    here.train("--name a");
    alter_newest(&here, "a", |checkpoint| {
        let known = &mut checkpoint.progress.provenance.configuration;
        known.remove("fit.accumulate").expect("an option");
    });
    here.ok("train --resume a --epochs 3");
    alter_newest(&here, "a", |checkpoint| {
        let known = &mut checkpoint.progress.provenance.configuration;
        known.remove("fit.batch_size").expect("an option");
    });
    let message = here.refused("train --resume a --epochs 4", 1);
    assert!(message.contains("`fit.batch_size` was not set and is now 20"), "{message}");
}

#[test]
fn another_instruction_set_warns() {
    let here = Workshop::new();
    here.train("--name a");
    alter_newest(&here, "a", |checkpoint| {
        "aarch64 sve".clone_into(&mut checkpoint.progress.provenance.instruction_set);
    });
    let done = here.run("train --resume a --epochs 3 --quiet");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("began on cpu with aarch64 sve and goes on on cpu with"), "{}", done.stderr);
    assert!(done.stderr.contains("not give the same bits"), "{}", done.stderr);
}

/// Writes the newest checkpoint of a run anew with something changed.
fn alter_newest(here: &Workshop, run: &str, change: impl FnOnce(&mut jensen_infer::fit::Checkpoint)) {
    let path = here.checkpoints(run).pop().expect("a checkpoint");
    let mut checkpoint = jensen_infer::fit::Checkpoint::read(&path).expect("whole");
    change(&mut checkpoint);
    checkpoint.write(&path).expect("written");
}

/// Kills a training with `signal` as soon as it has written a checkpoint.
#[cfg(unix)]
fn stop_a_training(here: &Workshop, run: &str, signal: &str) -> std::process::Output {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let line = format!("train {TINY} {CONSTANT} --set fit.checkpoint.steps=10 --name {run}")
        .replace("--epochs 2", "--epochs 400");
    let child = Command::new(assert_cmd::cargo::cargo_bin("jensen"))
        .args(line.split_whitespace())
        .current_dir(here.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let begun = Instant::now();
    let checkpoints = here.path(&format!("runs/{run}/checkpoints"));
    let has_checkpoint = || {
        let files = std::fs::read_dir(&checkpoints).into_iter().flatten().flatten();
        files.filter(|file| file.path().extension().is_some_and(|ending| ending == "safetensors")).count() > 1
    };
    while !has_checkpoint() {
        assert!(begun.elapsed() < Duration::from_mins(1), "no checkpoint appears");
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().expect("kill").success());
    child.wait_with_output().expect("it ends")
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_in_a_checkpoint_and_says_how_to_go_on() {
    let here = Workshop::new();
    let output = stop_a_training(&here, "a", "-INT");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("jensen train --resume a"), "{stderr}");
    assert!(here.text("runs/a/run.json").contains("\"training_seconds\": null"), "it has not ended");
}

#[cfg(unix)]
#[test]
fn a_killed_run_goes_on_to_the_same_bits() {
    let here = Workshop::new();
    stop_a_training(&here, "killed", "-KILL");
    let message = here.refused("sample killed", 1);
    assert!(message.contains("--resume killed"), "{message}");
    // How far it came depends on the moment; both end after the epoch that is under way.
    let last = here.text("runs/killed/metrics.jsonl");
    let epochs = last.lines().filter(|line| line.contains("\"type\":\"epoch\"")).count() + 2;
    here.ok(&format!("train --resume killed --epochs {epochs}"));
    here.train(&format!("--epochs {epochs} {CONSTANT} --set fit.checkpoint.steps=10 --name whole"));
    assert!(essence(&here, "killed") == essence(&here, "whole"), "the weights or the metrics differ");
}
