//! SIGKILL at any moment loses time and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jensen_infer::StateDict;
use jensen_infer::fit::Checkpoint;
use jensen_random::Rng;
use serde_json::Value;

use crate::workshop::{TINY, Workshop};

/// How often a training is killed.
const KILLS: usize = 50;

/// A checkpoint after every second update: most of the time goes into writing them.
const RUN: &str = "--set fit.schedule.kind=constant --set fit.checkpoint.steps=2 --epochs 30 --quiet";

#[test]
fn fifty_kills_at_random_moments_cost_no_bits_and_no_file() {
    let here = Workshop::new();
    let line = |name: &str| format!("train {TINY} {RUN} --name {name}").replace("--epochs 2 ", "");
    let begun = Instant::now();
    here.ok(&line("whole"));
    let whole = begun.elapsed();
    let expected = here.essence("whole");

    // From before the first file until well into the training.
    let delays = Rng::seed(3).fork("delay");
    let longest = whole.as_micros() as u64 * 6 / 10;
    let (mut kills, mut leftovers, mut runs) = (0, 0, 0);
    while kills < KILLS {
        let name = format!("killed{runs}");
        runs += 1;
        let run = here.path(&format!("runs/{name}"));
        loop {
            let begun = ["config.toml", "run.json"].iter().all(|file| run.join(file).exists());
            let resume = format!("train --resume {name} --quiet");
            let next = if begun { resume.clone() } else { format!("{} --force", line(&name)) };
            if kills == KILLS {
                // The last sitting is let alone.
                let done = here.run(&next);
                assert!(done.code == Some(0) || is_over(&done.stderr), "{}", done.stderr);
                break;
            }
            let mut child = here.start(&next);
            std::thread::sleep(Duration::from_micros(delays.below(kills as u64, longest)));
            if let Some(status) = child.try_wait().expect("a child") {
                let stderr =
                    String::from_utf8(child.wait_with_output().expect("ended").stderr).expect("text");
                assert!(status.success() || is_over(&stderr), "{next}: {stderr}");
                break;
            }
            child.kill().expect("SIGKILL");
            child.wait().expect("it is dead");
            kills += 1;
            leftovers += unfinished(&run).len();
            check_whole(&run);
        }
        assert!(here.essence(&name) == expected, "{name}: the weights or the metrics differ");
        assert_eq!(unfinished(&run), Vec::<PathBuf>::new(), "half files are left");
    }
    println!("{kills} kills over {runs} runs; {leftovers} half files were swept away");
}

/// A sitting that was killed after the training had ended has nothing left to do.
fn is_over(stderr: &str) -> bool {
    stderr.contains("nothing is left to do")
}

/// Every file that has its name is complete.
fn check_whole(run: &Path) {
    for path in files(run).into_iter().filter(|path| !jensen_data::is_unfinished(path)) {
        let bytes = fs::read(&path).expect("readable");
        let text = || std::str::from_utf8(&bytes).expect("text");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        match (name.as_str(), path.extension().and_then(|extension| extension.to_str())) {
            ("model.safetensors", _) => drop(StateDict::from_safetensors(&bytes).expect("whole weights")),
            (_, Some("safetensors")) => drop(Checkpoint::read(&path).expect("a whole checkpoint")),
            (_, Some("json")) => drop(serde_json::from_str::<Value>(text()).expect("whole JSON")),
            (_, Some("toml")) => drop(text().parse::<toml::Table>().expect("whole TOML")),
            ("metrics.jsonl", _) => {
                // Only the line under way may be cut.
                let whole = text().rfind('\n').map_or("", |end| &text()[..=end]);
                for line in whole.lines() {
                    serde_json::from_str::<Value>(line).expect("a whole line");
                }
            }
            (_, Some("html")) => assert!(text().trim_end().ends_with("</html>"), "half a report"),
            _ => {}
        }
    }
}

fn unfinished(run: &Path) -> Vec<PathBuf> {
    files(run).into_iter().filter(|path| jensen_data::is_unfinished(path)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
