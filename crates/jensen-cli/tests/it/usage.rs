//! Exit codes and messages.

use crate::workshop::Workshop;

#[test]
fn wrong_use_is_exit_code_two_and_failure_one() {
    let here = Workshop::new();
    for line in ["", "learn", "train --epoch 3", "train --net rnn", "train --latent-dim two", "sample"] {
        let done = here.run(line);
        assert_eq!(done.code, Some(2), "`jensen {line}`: {}", done.stderr);
    }
    assert!(here.refused("evaluate nothing", 1).contains("there is no run `nothing`"));
    assert!(here.refused("train --data missing.npz", 1).contains("missing.npz"));
    assert!(!here.exists("runs"), "a refused training left a directory");
}

#[test]
fn more_threads_than_any_machine_has_are_refused() {
    let message = Workshop::shared().refused("evaluate shared --threads 100000", 2);
    assert!(message.contains("at most 256"), "{message}");
}

#[test]
fn help_names_every_verb() {
    let help = Workshop::new().ok("--help");
    for verb in [
        "train",
        "evaluate",
        "sample",
        "reconstruct",
        "interpolate",
        "traverse",
        "encode",
        "decode",
        "score",
        "report",
        "runs",
        "data",
        "env",
        "collect",
        "plan",
        "config",
        "completions",
        "man",
    ] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(verb)), "{verb} is not in\n{help}");
    }
}

#[test]
fn a_device_that_is_not_built_in_says_how_to_get_it() {
    let message = Workshop::new().refused("runs list --device cuda", 2);
    assert!(message.contains("--features cuda"), "{message}");
}

#[test]
fn an_unknown_run_lists_those_there_are() {
    let message = Workshop::shared().refused("evaluate sharde", 1);
    assert!(message.contains("did you mean `shared`?") && message.contains("runs here: shared"), "{message}");
}

#[test]
fn an_output_without_a_known_format_is_refused_before_any_work() {
    let here = Workshop::shared();
    for line in [
        "sample shared -o x.jpg",
        "encode shared -o z",
        "score shared -o s.npy",
        "data inspect digits -o x.gif",
    ] {
        assert!(here.refused(line, 2).contains("give a file that ends in"), "{line}");
    }
}

#[test]
fn a_dimension_or_example_that_does_not_exist_is_refused_with_the_range() {
    let here = Workshop::shared();
    let message = here.refused("traverse shared --dims 0,2", 2);
    assert!(message.contains("no latent dimension 2") && message.contains("0 to 1"), "{message}");
    let message = here.refused("interpolate shared --from 0 --to 40", 2);
    assert!(message.contains("no example 40") && message.contains("0 to 39"), "{message}");
}

#[test]
fn a_likelihood_that_gives_the_data_no_probability_is_refused() {
    let here = Workshop::new();
    here.write("table.csv", "a,b\n1,-2\n3,4\n5,6\n7,8\n");
    for line in [
        "train --data tiny --binarize none",
        "train --data table.csv --likelihood bernoulli --set data.validation=0",
    ] {
        let message = here.refused(line, 2);
        assert!(message.contains("Bernoulli") && message.contains("--likelihood gaussian"), "{message}");
    }
    let message = here.refused("train --data table.csv --set data.validation=0 --likelihood logistic", 2);
    assert!(message.contains("8-bit images"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet() {
    use std::process::{Command, Stdio};
    let binary = assert_cmd::cargo::cargo_bin("jensen");
    let mut child = Command::new(binary)
        .args(["config", "schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn completions_and_the_manual_are_printed() {
    let here = Workshop::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(here.ok(&format!("completions {shell}")).contains("jensen"));
    }
    assert!(here.ok("man").contains(".TH jensen"));
    assert!(here.ok("man train").contains("latent"));
    assert!(here.refused("man learn", 2).contains("train"));
}
