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
fn a_run_is_kept_until_the_one_that_replaces_it_is_trained() {
    let here = Workshop::new();
    here.train("--name a");
    let before = here.read("runs/a/model.safetensors");
    let elbo = here.json("evaluate runs/a --json")["elbo"].clone();
    // Twice: what failed does not take the place of what was trained.
    for _ in 0..2 {
        let message = here.refused(&format!("train {TINY} --name a --force --lr 1e39"), 1);
        assert!(message.contains("the run that this one was to replace is in runs/a/.replaced"), "{message}");
        assert_eq!(here.read("runs/a/.replaced/model.safetensors"), before);
    }
    assert_eq!(here.json("evaluate runs/a/.replaced --json")["elbo"], elbo);
    here.train("--seed 3 --name a --force");
    assert_ne!(here.read("runs/a/model.safetensors"), before);
    assert!(!here.exists("runs/a/.replaced"));
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

#[test]
fn two_equal_runs_do_not_part() {
    let here = Workshop::new();
    here.train("--name a");
    here.train("--name b --threads 1");
    let parting = &here.json("runs compare a b --json")["parting"];
    assert_eq!(parting["origin"], serde_json::json!([]));
    assert_eq!(
        (parting["log"]["same_up_to"].as_u64(), parting["log"]["parts_at"].as_u64()),
        (Some(12), None)
    );
    assert_eq!(parting["weights"]["same_at"], serde_json::json!([12]));
    let text = here.ok("runs compare a b");
    assert!(text.contains("the logs say the same, to the bit, up to step 12, the end of both"), "{text}");
    assert!(text.contains("instruction set are the same"), "{text}");
}

/// The same run but for one bit of one weight, from the checkpoint of step 6 on.
#[test]
fn runs_part_where_one_bit_was_changed() {
    let here = Workshop::new();
    for name in ["a", "b"] {
        here.train(&format!("--set fit.schedule.kind=constant --epochs 1 --name {name}"));
    }
    let path = here.checkpoints("b").pop().expect("a checkpoint");
    let mut checkpoint = jensen_infer::fit::Checkpoint::read(&path).expect("whole");
    let (name, data) =
        checkpoint.state.iter().find(|(name, _)| name.starts_with("model.")).expect("a weight");
    let (name, mut data) = (name.to_owned(), data.clone());
    let weights = data.as_mut_slice::<f32>().expect("single precision");
    weights[3] = f32::from_bits(weights[3].to_bits() ^ (1 << 20));
    checkpoint.state.insert(name.clone(), data);
    checkpoint.write(&path).expect("written");
    for run in ["a", "b"] {
        here.ok(&format!("train --resume {run} --epochs 3"));
    }
    let parting = &here.json("runs compare a b --json")["parting"];
    assert_eq!(
        (parting["log"]["same_up_to"].as_u64(), parting["log"]["parts_at"].as_u64()),
        (Some(6), Some(10))
    );
    let columns: Vec<&str> = parting["log"]["columns"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|c| c["key"].as_str())
        .collect();
    assert!(columns.contains(&"objective") && columns.contains(&"gradient_norm"), "{columns:?}");
    assert!(!columns.contains(&"learning_rate") && !columns.contains(&"seconds"), "{columns:?}");
    // Step 6 of b is as it was changed: one number of one weight.
    let weights = &parting["weights"];
    assert_eq!(
        (weights["parts_at"].as_u64(), weights["tensor"]["name"].as_str()),
        (Some(6), Some(name.as_str()))
    );
    assert_eq!(weights["tensor"]["differing"].as_u64(), Some(1));
    let text = here.ok("runs compare a b");
    assert!(text.contains("after step 6 and at step 10 at the latest"), "{text}");
}

#[test]
fn a_newer_run_is_not_misread() {
    let here = Workshop::new();
    here.train("--name a");
    let record = here.text("runs/a/run.json");
    assert!(record.contains("\"format\": 1"), "{record}");
    here.write("runs/a/run.json", &record.replace("\"format\": 1", "\"format\": 2"));
    for line in ["sample a", "train --resume a --epochs 3", "runs show a"] {
        let message = here.refused(line, 1);
        assert!(message.contains("newer version") && message.contains("update jensen"), "{message}");
    }
}

#[cfg(unix)]
#[test]
fn a_second_training_of_a_run_is_refused_and_a_killed_one_s_lock_is_taken_over() {
    let here = Workshop::new();
    let mut first = here.start(
        &format!("train {TINY} --set fit.schedule.kind=constant --set fit.checkpoint.steps=5 --name a")
            .replace("--epochs 2", "--epochs 4000"),
    );
    here.wait_for_checkpoints("a", 2);
    for line in ["train --resume a --quiet".to_owned(), format!("train {TINY} --name a --force")] {
        let message = here.refused(&line, 1);
        assert!(
            message.contains("another training writes to") && message.contains("wait for it"),
            "{message}"
        );
    }
    let message = here.refused("sample a", 1);
    assert!(message.contains("is being trained"), "{message}");
    first.kill().expect("SIGKILL");
    first.wait().expect("it is dead");
    assert!(here.exists("runs/a/.lock"), "the lock of a killed training is a stale file");
    let epochs =
        here.text("runs/a/metrics.jsonl").lines().filter(|line| line.contains("\"epoch\",")).count() + 2;
    here.ok(&format!("train --resume a --epochs {epochs}"));
}
