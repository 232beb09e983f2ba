//! Run directories: never overwritten, listed, compared.

use crate::workshop::{TINY, Workshop};

#[test]
fn a_run_is_never_overwritten_without_force() {
    let here = Workshop::new();
    here.train("--name a");
    let before = here.read("runs/a/model.safetensors");
    let message = here.refused(&format!("train {TINY} --seed 3 --name a"), 1);
    assert!(message.contains("holds a run already") && message.contains("--force"), "{message}");
    assert_eq!(here.read("runs/a/model.safetensors"), before);
    here.write("runs/a/notes.txt", "mine");
    here.train("--seed 3 --name a --force");
    assert_ne!(here.read("runs/a/model.safetensors"), before);
    assert_eq!(here.text("runs/a/notes.txt"), "mine");
}

#[test]
fn force_refuses_what_is_not_a_run() {
    let here = Workshop::new();
    here.write("tiny/notes.txt", "mine");
    let message = here.refused(&format!("train {TINY} --out tiny --force"), 1);
    assert!(message.contains("is not a run directory"), "{message}");
    assert_eq!(here.text("tiny/notes.txt"), "mine");
    assert!(here.exists("tiny/train-images-idx3-ubyte"));
}

#[test]
fn runs_without_a_name_do_not_collide() {
    let here = Workshop::new();
    here.train("");
    here.train("");
    let listed = here.json("runs --json");
    let names: Vec<&str> =
        listed["runs"].as_array().expect("a list").iter().filter_map(|run| run["name"].as_str()).collect();
    assert_eq!(names.len(), 2, "{listed}");
    assert!(names.iter().all(|name| name.starts_with("vae-tiny-")), "{names:?}");
}

#[test]
fn a_run_is_shown_and_compared() {
    let here = Workshop::new();
    here.train("--name a");
    here.train("--latent-dim 1 --objective iwae --samples 4 --out elsewhere");
    assert!(here.ok("runs list").contains('a'));
    assert!(here.ok("runs show elsewhere").contains("kind = \"iwae\""));
    let comparison = here.json("runs compare a elsewhere --iwae 7 --json");
    let keys: Vec<&str> = comparison["config"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["key"].as_str())
        .collect();
    assert_eq!(keys, ["objective.kind", "objective.samples", "vae.latent_dim"]);
    let paired = &comparison["paired"];
    let log_likelihood = |side: usize| comparison["runs"][side]["log_likelihood"].as_f64().expect("a number");
    let difference = paired["difference"].as_f64().expect("a number");
    assert!((difference - (log_likelihood(1) - log_likelihood(0))).abs() < 1e-9);
    assert_eq!((paired["n"].as_u64(), paired["iwae_samples"].as_u64()), (Some(40), Some(7)));
    let text = here.ok("runs compare a elsewhere --iwae 7");
    assert!(text.contains("paired difference") && text.contains("training, seconds"), "{text}");
    let alone = here.json("evaluate elsewhere --iwae 7 --json");
    assert_eq!(alone["log_likelihood"], comparison["runs"][1]["log_likelihood"]);
}

#[test]
fn different_examples_are_not_compared() {
    let here = Workshop::new();
    here.train("--name a");
    here.train("--seed 1 --name b");
    here.ok("runs compare a b --iwae 2");
    let message = here.refused("runs compare a b --iwae 2 --split valid", 2);
    assert!(message.contains("different examples in their valid split"), "{message}");
    here.train("--likelihood gaussian --name density");
    here.train("--likelihood logistic --name probability");
    let message = here.refused("runs compare density probability", 2);
    assert!(message.contains("density"), "{message}");
}

#[test]
fn a_name_is_plain() {
    let here = Workshop::new();
    for name in ["../up", "-x", ".hidden", "a$b"] {
        let message = here.refused(&format!("train {TINY} --name={name}"), 2);
        assert!(message.contains("not a plain name") && message.contains("--out"), "{message}");
    }
    assert!(!here.exists("runs"));
}

#[test]
fn an_untrained_run_says_how_to_go_on() {
    let here = Workshop::new();
    here.train("--name a");
    std::fs::remove_file(here.path("runs/a/model.safetensors")).expect("removed");
    let message = here.refused("sample a", 1);
    assert!(message.contains("jensen train --resume a"), "{message}");
}

#[test]
fn damaged_weights_are_named() {
    let here = Workshop::new();
    here.train("--name a");
    let bytes = here.read("runs/a/model.safetensors");
    std::fs::write(here.path("runs/a/model.safetensors"), &bytes[..bytes.len() / 2]).expect("written");
    let message = here.refused("sample a", 1);
    assert!(message.contains("model.safetensors") && message.contains("damaged"), "{message}");
}
