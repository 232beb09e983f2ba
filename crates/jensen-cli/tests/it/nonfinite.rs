//! Every kind of fault is planted in a training: what is said, what is kept, how it goes on.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::workshop::{TINY, Workshop};

/// Ten steps an epoch of a Gaussian model on a table of four columns, row 57 of which is absurd.
const TABLE: &str = "train --data table.csv --likelihood gaussian --set data.standardize=no --set vae.output_bias=zero --hidden 8 --latent-dim 2 \
                     --batch-size 20 --epochs 2 --set data.validation=0";

fn with_table(bad: &str) -> Workshop {
    let here = Workshop::new();
    let cell = |row: u32, column: u32| f64::from(row * (column + 3) * 7 % 19) / 10.0 - 0.9;
    let mut text = "a,b,c,d\n".to_owned();
    for row in 0..200u32 {
        let cells = [0, 1, 2, 3].map(|column| match (row, column) {
            (57, 2) => bad.to_owned(),
            _ => format!("{:?}", cell(row, column)),
        });
        text += &cells.join(",");
        text.push('\n');
    }
    here.write("table.csv", &text);
    here
}

/// The bundles of a run, by name.
fn bundles(here: &Workshop, run: &str) -> Vec<String> {
    let folder = here.path(&format!("runs/{run}/failures"));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// The bundle shows its failure, with one thread and with three, without the run and its data.
fn replays(here: &Workshop, run: &str) -> Value {
    let [name] = &bundles(here, run)[..] else { panic!("{:?}", bundles(here, run)) };
    std::fs::rename(here.path(&format!("runs/{run}/failures/{name}")), here.path("bundle")).expect("moved");
    std::fs::rename(here.path("runs"), here.path("gone")).expect("moved");
    let mut reports =
        ["1", "3"].map(|threads| here.json(&format!("replay bundle --json --threads {threads}")));
    for report in &reports {
        assert_eq!(
            (&report["reproduced"], &report["bit_for_bit"]),
            (&Value::from(true), &Value::from(true)),
            "{report}"
        );
    }
    let text = here.ok("replay bundle");
    assert!(
        text.contains("reproduced  yes, bit for bit") && text.contains("▶ the first value at fault"),
        "{text}"
    );
    std::fs::rename(here.path("gone"), here.path("runs")).expect("moved");
    std::mem::take(&mut reports[0])
}

/// Every weight of the run is finite.
fn is_finite(here: &Workshop, run: &str) -> bool {
    let bytes = here.read(&format!("runs/{run}/model.safetensors"));
    let (weights, _) = jensen_infer::StateDict::from_safetensors(&bytes).expect("weights");
    weights.iter().all(|(_, data)| data.iter::<f32>().all(f32::is_finite))
}

fn incidents(here: &Workshop, run: &str, kind: &str) -> usize {
    let log = here.text(&format!("runs/{run}/metrics.jsonl"));
    log.lines().filter(|line| line.contains(&format!("\"type\":\"{kind}\""))).count()
}

/// Changes a parameter in the newest checkpoint of a run, as only a defect or bad luck would.
fn plant(here: &Workshop, run: &str, name: &str, change: impl Fn(f32) -> f32) {
    use jensen_infer::fit::Checkpoints;
    let checkpoints = Checkpoints::open(here.path(&format!("runs/{run}/checkpoints"))).expect("a folder");
    let (mut checkpoint, _) = checkpoints.latest().expect("a checkpoint");
    let data = checkpoint.state.get(name).expect(name);
    let values: Vec<f32> = data.iter::<f32>().map(change).collect();
    let shape = data.shape().clone();
    checkpoint.state.insert(name, burn::tensor::TensorData::new(values, shape));
    for step in checkpoints.steps().expect("listed") {
        std::fs::remove_file(checkpoints.path(step)).expect("removed");
    }
    checkpoints.write(&checkpoint).expect("written");
    std::fs::remove_file(here.path(&format!("runs/{run}/model.safetensors"))).expect("removed");
}

#[test]
fn a_bad_row_is_named_and_replayed_and_can_be_left_out() {
    let here = with_table("1e30");
    let message = here.refused(&format!("{TABLE} --name a"), 1);
    for part in [
        "in 1 of 20 examples (row 57)",
        "jensen replay runs/a/failures/step-",
        "--resume a --on-nonfinite skip",
    ] {
        assert!(message.contains(part), "`{part}` is missing: {message}");
    }
    let report = replays(&here, "a");
    assert_eq!(report["stored"]["rows"], serde_json::json!([57]));
    let data = &report["stages"]
        .as_array()
        .expect("stages")
        .iter()
        .find(|stage| stage["kind"] == "data")
        .expect("data");
    assert_eq!((&data["largest"]["row"], &data["largest"]["index"][1]), (&Value::from(57), &Value::from(2)));
    // A bundle that was being written when the process was killed is swept away.
    let half = here.path("runs/a/failures/.step-00000003.4711.tmp");
    std::fs::create_dir_all(half.join("inside")).expect("a folder");
    // The way out that the message shows.
    here.ok("train --resume a --on-nonfinite skip");
    assert!(!half.exists());
    assert!(is_finite(&here, "a"));
    assert_eq!(incidents(&here, "a", "skipped"), 2, "once an epoch");
}

#[test]
fn skip_and_rollback_come_to_the_end_with_finite_weights() {
    let here = with_table("1e30");
    for (policy, kind) in [("skip", "skipped"), ("rollback", "rolled_back")] {
        let done = here.run(&format!("{TABLE} --name {policy} --on-nonfinite {policy} --quiet"));
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        assert!(done.stderr.contains("warning:") && done.stderr.contains("row 57"), "{}", done.stderr);
        assert_eq!(incidents(&here, policy, kind), 2, "{policy}");
        assert!(is_finite(&here, policy), "{policy}");
        assert_eq!(bundles(&here, policy).len(), 2);
    }
}

#[test]
fn too_high_a_learning_rate_names_step_and_parameter() {
    let here = with_table("0.5");
    let message = here.refused(&format!("{TABLE} --name a --lr 1e39"), 1);
    for part in ["the update of decoder.", "at step 0", "lower the learning rate", "--on-nonfinite rollback"]
    {
        assert!(message.contains(part), "`{part}` is missing: {message}");
    }
    let report = replays(&here, "a");
    assert!(report["stored"]["parameter"].as_str().expect("a parameter").starts_with("decoder."), "{report}");
    let message = here.refused(&format!("{TABLE} --name b --lr 1e20"), 1);
    assert!(message.contains("is not finite at step 1, in all 20 examples"), "{message}");
    // A tenth a time comes down to where training works.
    here.ok(&format!(
        "{TABLE} --name c --lr 1e20 --on-nonfinite rollback --set fit.nonfinite.learning_rate_cut=1e-11 --set \
         fit.nonfinite.rollbacks=3"
    ));
    assert!(is_finite(&here, "c"));
}

#[test]
fn an_exploding_decoder_is_found_where_it_begins() {
    let here = with_table("0.5");
    here.ok(&format!("{TABLE} --name a"));
    plant(&here, "a", "model.decoder.net.layers.0.weight", |weight| weight * 3e38);
    let message = here.refused("train --resume a --epochs 3", 1);
    assert!(message.contains("log p(x|z)") && message.contains("decoder.net.layers.0"), "{message}");
    let report = replays(&here, "a");
    let origin = report["found"]["origin"].as_str().expect("an origin");
    assert!(origin.starts_with("decoder.net.layers.0") || origin.starts_with("decoder.output"), "{origin}");
}

/// Where the logit is the least there is, the probability of a bit is 0, and its log −∞.
#[test]
fn the_log_of_zero_names_the_likelihood() {
    let here = Workshop::new();
    here.train("--name a");
    plant(&here, "a", "model.decoder.output.bias", |_| f32::MIN);
    let message = here.refused("train --resume a --epochs 3", 1);
    assert!(message.contains("log p(x|z) is not finite at step"), "{message}");
    let report = replays(&here, "a");
    assert_eq!(report["found"]["term"], "log p(x|z)");
}

#[test]
fn a_failed_step_can_be_replayed_only_as_it_was() {
    let here = with_table("1e30");
    here.refused(&format!("{TABLE} --name a"), 1);
    let name = &bundles(&here, "a")[0];
    let bundle = format!("runs/a/failures/{name}");
    for file in
        ["failure.json", "state.safetensors", "batch-1.safetensors", "config.toml", "run.json", "CHECKSUMS"]
    {
        let path = here.path(&format!("{bundle}/{file}"));
        let whole = std::fs::read(&path).expect("read");
        std::fs::write(&path, &whole[..whole.len() / 2]).expect("cut");
        let message = here.refused(&format!("replay {bundle}"), 1);
        assert!(message.contains(file) || message.contains("CHECKSUMS"), "{file}: {message}");
        std::fs::remove_file(&path).expect("removed");
        let message = here.refused(&format!("replay {bundle}"), 1);
        assert!(message.contains(file), "{file}: {message}");
        std::fs::write(&path, whole).expect("restored");
    }
    here.ok(&format!("replay {bundle}"));
    let message = here.refused("replay runs/a", 1);
    assert!(message.contains("CHECKSUMS"), "{message}");
}

/// The batch without its bad row is sound, and `replay` says so with exit code 1.
#[test]
fn a_failure_that_does_not_show_again_is_said() {
    use jensen_infer::forensics::Bundle;
    let here = with_table("1e30");
    here.refused(&format!("{TABLE} --name a"), 1);
    let path = here.path(&format!("runs/a/failures/{}", bundles(&here, "a")[0]));
    let mut bundle = Bundle::read(Path::new(&path)).expect("read");
    let batch = &bundle.batches[0];
    let sound: Vec<usize> = (0..batch.len()).filter(|&i| batch.rows()[i] != 57).collect();
    bundle.batches = vec![batch.select(&sound)];
    bundle.documents = BTreeMap::from(
        ["config.toml", "run.json"].map(|name| (name.to_owned(), bundle.documents[name].clone())),
    );
    bundle.write(&here.path("sound")).expect("written");
    let done = here.run("replay sound");
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stdout.contains("reproduced  no"), "{}", done.stdout);
    assert!(
        done.stderr.contains("the failure does not show here") && done.stderr.contains("succeeds"),
        "{}",
        done.stderr
    );
}

#[test]
fn the_policy_of_a_run_is_in_its_configuration_and_may_change_with_a_resume() {
    let here = Workshop::new();
    here.train("--name a --on-nonfinite rollback");
    assert!(here.text("runs/a/config.toml").contains("on_nonfinite = \"rollback\""));
    here.ok("train --resume a --epochs 3 --on-nonfinite skip");
    let message = here.refused(&format!("train {TINY} --on-nonfinite never"), 2);
    assert!(message.contains("possible values: stop, skip, rollback"), "{message}");
}
