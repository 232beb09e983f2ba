//! Environments: listed, shown, collected into files and on the fly.

use jensen_control::environment::{Sampling, Task, by_name, names};
use jensen_data::{Array, DataSpec, Dataset, Role, Split};

use crate::workshop::{Done, Workshop};

const SMALL: &str = "--hidden 8 --latent-dim 2 --batch-size 20 --quiet";

#[test]
fn every_environment_is_listed() {
    let here = Workshop::new();
    let (text, json) = (here.ok("env list"), here.json("env list --json"));
    for (at, name) in names().into_iter().enumerate() {
        let task = by_name(name).expect("a task");
        let spec = task.spec();
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(name)).expect(name);
        assert!(line.ends_with(&spec.description), "{line}");
        let listed = &json["environments"][at];
        assert_eq!(listed["name"], name);
        assert_eq!(listed["state"].as_array().map(Vec::len), Some(spec.state_dim()));
        assert_eq!(listed["action_high"], serde_json::json!(spec.control.high()));
        assert_eq!(listed["observation"], serde_json::json!([spec.frames, spec.height, spec.width]));
    }
}

#[test]
fn an_environment_is_shown() {
    let here = Workshop::new();
    let show = |options: &str| {
        here.ok(&format!("env show {options} -o frame.png"));
        here.read("frame.png")
    };
    let [planar, other] = ["planar", "planar --seed 1"].map(show);
    assert!(planar.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(planar, show("planar"));
    assert_ne!(planar, other, "another seed is another episode");
    assert_ne!(show("pendulum"), show("pendulum --antialias"));
    here.ok("env show car -o car.svg");
    assert!(here.text("car.svg").contains("<svg"));
    let message = here.refused("env show planer", 2);
    assert!(message.contains("`planer`") && message.contains("planar, pendulum"), "{message}");
}

/// All numbers of an array of a file.
fn array(here: &Workshop, file: &str, name: &str) -> Array {
    let columns = Some(vec![name.to_owned()]);
    let spec = DataSpec { columns, ..DataSpec::new(here.path(file).display().to_string()) };
    let dataset = Dataset::open(&spec).expect("a data set");
    let rows: Vec<u64> = dataset.rows(Split::All).expect("rows").iter().collect();
    dataset.read(&rows).expect("read").require(Role::Observation).expect("an array").array().clone()
}

fn bytes(here: &Workshop, file: &str, name: &str) -> Vec<u8> {
    match array(here, file, name) {
        Array::U8(values) => values,
        other => panic!("{name} is of {}", other.dtype()),
    }
}

fn numbers(here: &Workshop, file: &str, name: &str) -> Vec<f64> {
    array(here, file, name).to_f64()
}

fn picture(task: &dyn Task, state: &[f64]) -> Vec<u8> {
    let mut pixels = vec![0; task.spec().height * task.spec().width];
    task.render(state, Sampling::Centre, &mut pixels);
    pixels
}

/// More rows than are collected at once: each action of the file leads from its state to its next state, and each
/// observation ends with the picture of its state.
#[test]
fn triples_of_a_file_are_aligned() {
    let here = Workshop::new();
    for (name, count, policy) in [("planar", 300, "task"), ("pendulum", 270, "task"), ("car", 270, "random")]
    {
        here.ok(&format!("collect --env {name} -n {count} --policy {policy} --seed 5 -o d.npz"));
        let task = by_name(name).expect("a task");
        let spec = task.spec();
        let (n, m, size) = (spec.state_dim(), spec.action_dim(), spec.height * spec.width);
        let [states, actions, next_states] =
            ["state", "action", "next_state"].map(|array| numbers(&here, "d.npz", array));
        let [images, next_images] = ["x", "next_observation"].map(|array| bytes(&here, "d.npz", array));
        assert_eq!(images.len(), count * spec.observation_len());
        assert_eq!((states.len(), actions.len()), (count * n, count * m));
        for row in 0..count {
            let (state, next) = (&states[row * n..][..n], &next_states[row * n..][..n]);
            let mut led_to = vec![0.0; n];
            task.step(state, &actions[row * m..][..m], &mut led_to);
            assert_eq!(led_to, next, "{name}, row {row}");
            let frames = |images: &[u8]| images[row * spec.frames * size..][..spec.frames * size].to_vec();
            let (image, next_image) = (frames(&images), frames(&next_images));
            assert_eq!(image[image.len() - size..], picture(&*task, state), "{name}, row {row}");
            assert_eq!(next_image[image.len() - size..], picture(&*task, next), "{name}, row {row}");
            if spec.frames == 2 {
                assert_eq!(
                    next_image[..size],
                    image[size..],
                    "{name}, row {row}: what is now will have been"
                );
            }
        }
    }
}

#[test]
fn the_same_collection_is_the_same_bits() {
    let here = Workshop::new();
    let collect = |options: &str| {
        here.ok(&format!("collect --env pendulum -n 40 {options} -o d.npz"));
        ["x", "next_observation"].map(|name| bytes(&here, "d.npz", name))
    };
    for policy in ["task", "random"] {
        let one = collect(&format!("--policy {policy} --noise 0.1 --seed 3 --threads 1"));
        assert_eq!(one, collect(&format!("--policy {policy} --noise 0.1 --seed 3 --threads 2")));
        assert_ne!(one, collect(&format!("--policy {policy} --noise 0.1 --seed 4")));
        assert_ne!(one, collect(&format!("--policy {policy} --noise 0.2 --seed 3")));
    }
}

/// 26 MB of triples.
#[test]
fn memory_does_not_grow_with_the_triples() {
    let here = Workshop::new();
    here.ok("collect --env planar -n 8000 --memory-limit 8MB -o d.npz");
    assert_eq!(numbers(&here, "d.npz", "action").len(), 16_000);
}

/// The roles, the values and what is learned from them.
#[test]
fn data_on_the_fly_are_those_of_the_file() {
    let here = Workshop::new();
    here.ok("collect --env pendulum -n 60 --seed 3 --noise 0.1 -o d.npz");
    let source = "env:pendulum?samples=60&seed=3&noise=0.1";
    let [file, fly] = ["d.npz", source].map(|data| here.json(&format!("data inspect {data} --json")));
    assert_eq!(file["fields"], fly["fields"]);
    let roles: Vec<_> = fly["fields"].as_array().expect("fields").iter().map(|f| f["role"].clone()).collect();
    assert_eq!(roles, ["action", "next_observation", "observation"]);
    for (name, data) in [("file", "d.npz"), ("fly", source)] {
        here.ok(&format!("train --model vae --data {data} --epochs 1 {SMALL} --name {name}"));
    }
    assert_eq!(here.essence("file"), here.essence("fly"));
    here.ok(&format!("data inspect {source} -o grid.png"));
    assert!(here.read("grid.png").starts_with(b"\x89PNG"));
}

#[test]
fn a_run_on_data_that_are_collected_is_evaluated_and_resumed() {
    let here = Workshop::new();
    here.ok(&format!("train --model vae --data env:planar?samples=50&seed=1 --epochs 1 {SMALL} --name a"));
    let config = here.text("runs/a/config.toml");
    assert!(config.contains("\"env:planar?samples=50&seed=1&noise=0&policy=task\""), "{config}");
    let n = |line: &str| here.json(&format!("evaluate a --json {line}"))["n"].as_u64();
    assert_eq!(n(""), Some(50));
    // The same data in other words have the splits of the training; other data do not.
    assert_eq!(n("--data env:planar?seed=1&samples=50 --split valid"), Some(5));
    assert_eq!(n("--data env:planar?samples=30&seed=2"), Some(30));
    here.refused("evaluate a --data env:planar?samples=30&seed=2 --split valid", 1);
    here.ok("train --resume a --epochs 2 --quiet");
    let metrics = here.text("runs/a/metrics.jsonl");
    assert_eq!(metrics.lines().filter(|line| line.contains("\"epoch\",")).count(), 2, "{metrics}");
    let message = here.refused("evaluate a --data env:pendulum?samples=9", 2);
    assert!(message.contains("1, 40, 40") && message.contains("2, 48, 48"), "{message}");
    // A run is named for the environment.
    here.ok("train --model gmm --data env:point-mass?samples=80&policy=random --set data.columns=['state'] --quiet");
    let runs = std::fs::read_dir(here.path("runs")).expect("runs");
    let names: Vec<_> = runs.map(|run| run.expect("a run").file_name().display().to_string()).collect();
    assert!(names.iter().any(|name| name.starts_with("gmm-point-mass-2")), "{names:?}");
}

#[test]
fn what_cannot_be_collected_is_refused_by_name() {
    let here = Workshop::new();
    for (line, told) in [
        ("data inspect env:planer", "no environment is called `planer`"),
        ("data inspect env:", "no environment is called ``"),
        ("train --data env:planar?sample=3", "no option `sample`"),
        ("train --data env:planar?samples=0", "`samples=0`"),
        ("train --data env:planar?noise=inf", "`noise=inf`"),
        ("train --data env:planar?policy=best", "`policy=best`"),
        ("collect --env planer -n 3 -o d.npz", "no environment is called `planer`"),
        ("collect --env planar -n 3 -o d.csv", "ends in .npz"),
        ("collect --env planar -n 0 -o d.npz", "at least 1"),
        ("collect --env planar -n 3 --noise -1 -o d.npz", "not -1"),
        ("collect --env planar -n 3 --noise nan -o d.npz", "not NaN"),
        ("collect --env planar -n 3 --deadline 3 -o d.npz", "`--deadline` is no option"),
        ("collect --env process: -n 3 -o d.npz", "no command line"),
        ("collect --env process:true -n 3 --noise 1 -o d.npz", "`--noise` is no option"),
        ("collect --env process:true -n 3 --policy task -o d.npz", "`--policy task` is no option"),
        ("collect --env process:true -n 3 --deadline -1 -o d.npz", "`--deadline` is -1"),
    ] {
        let message = here.refused(line, 2);
        assert!(message.contains(told), "{line}: {message}");
    }
    let message = here.refused("data inspect env:planar?samples=99999999999", 1);
    assert!(message.contains("jensen collect --env planar -n 99999999999"), "{message}");
    let message = here.refused("collect --env planar -n 18446744073709551615 -o d.npz", 1);
    assert!(message.contains("smaller `-n`"), "{message}");
    assert!(!here.exists("runs") && !here.exists("d.npz"));
}

const HEADER: &str = r#"{"protocol":"jensen-environment/1","name":"fake","dt":0.1,"horizon":3,"states":{"low":[null],"high":[null]},"actions":{"low":[-1],"high":[1]}"#;

/// A process in shell whose state is the last action, with a picture of four pixels; `before` is done at each step.
fn fake(here: &Workshop, before: &str) {
    let script = format!(
        r#"printf '%s\n' '{HEADER},"picture":{{"height":2,"width":2,"frames":1}}}}'
while read -r line; do
  case "$line" in
    *'"reset"'*) printf '{{"state":[0],"picture_bytes":4}}\nabcd' ;;
    *) {before}
       u="${{line##*[}}"; printf '{{"state":[%s],"picture_bytes":4}}\nefgh' "${{u%%]*}}" ;;
  esac
done
"#
    );
    here.write("fake.sh", &script);
}

fn collect(here: &Workshop, process: &str, options: &str) -> Done {
    let mut command = here.command(&format!("collect -o p.npz {options}"));
    Done::from(command.args(["--env", process]).output().expect("the command starts"))
}

#[cfg(unix)]
#[test]
fn another_process_is_collected() {
    let here = Workshop::new();
    fake(&here, "");
    let done = collect(&here, "process: sh 'fake.sh'", "-n 300");
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), "p.npz\n"), "{}", done.stderr);
    let [states, actions, next_states] =
        ["state", "action", "next_state"].map(|array| numbers(&here, "p.npz", array));
    assert_eq!(actions, next_states);
    let [images, next_images] = ["x", "next_observation"].map(|array| bytes(&here, "p.npz", array));
    for row in 0..300 {
        let starts = row % 3 == 0;
        assert_eq!(states[row], if starts { 0.0 } else { next_states[row - 1] }, "row {row}");
        assert_eq!(&images[4 * row..][..4], if starts { b"abcd" } else { b"efgh" }, "row {row}");
    }
    assert_eq!(next_images, b"efgh".repeat(300));
    // Without pictures the states are observed.
    here.write(
        "fake.sh",
        &here.text("fake.sh").replace(r#","picture":{"height":2,"width":2,"frames":1}"#, ""),
    );
    here.write("fake.sh", &here.text("fake.sh").replace(r#","picture_bytes":4"#, "").replace("abcd", ""));
    here.write("fake.sh", &here.text("fake.sh").replace("efgh", ""));
    assert_eq!(collect(&here, "process: sh fake.sh", "-n 20").code, Some(0));
    assert_eq!(numbers(&here, "p.npz", "x"), numbers(&here, "p.npz", "state"));
    assert_eq!(numbers(&here, "p.npz", "next_observation"), numbers(&here, "p.npz", "next_state"));
}

#[cfg(unix)]
#[test]
fn a_process_that_fails_leaves_the_file_as_it_was() {
    let here = Workshop::new();
    here.write("p.npz", "mine");
    // The part of the first 256 triples is written by then.
    let count = "count=$((count + 1)); [ $count -gt 280 ] &&";
    for (before, told) in [
        (format!("{count} echo 'out of coal' >&2 && exit 3"), "Its last words: out of coal"),
        (format!("{count} sleep 60"), "did not answer to `step` within 2 s"),
        (format!("{count} echo what"), "answered to `step` with \"what\""),
    ] {
        fake(&here, &before);
        let done = collect(&here, "process: sh fake.sh", "-n 300 --deadline 2");
        assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{before}");
        let words: Vec<_> = done.stderr.split_whitespace().filter(|word| *word != "│").collect();
        assert!(words.join(" ").contains(told), "{}", done.stderr);
        assert_eq!(here.text("p.npz"), "mine");
        let files = std::fs::read_dir(here.path("")).expect("the folder").count();
        assert_eq!(files, 3, "beside tiny and fake.sh a part of a file was left");
    }
}
