//! Ctrl-C, SIGTERM and SIGHUP. An answer shall take less than a second; a machine that runs many tests at once
//! gets three.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::workshop::{TINY, Workshop};

const ANSWER: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_mins(1);

/// A command that is under way.
struct Running {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        Self { child, stderr }
    }

    /// Waits for a line that contains this.
    fn wait_for(&mut self, text: &str) {
        let mut line = String::new();
        while self.stderr.read_line(&mut line).expect("text") > 0 {
            if line.contains(text) {
                return;
            }
        }
        panic!("`{text}` was never said:\n{line}");
    }

    /// Waits until the command answers signals itself; until then they end it as any other process.
    fn wait_until_it_listens(&self) {
        // A bit a signal; see proc(5). SIGINT is signal 2.
        let status = format!("/proc/{}/status", self.child.id());
        let catches = || -> Option<bool> {
            let status = std::fs::read_to_string(&status).ok()?;
            let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?.trim().to_owned();
            Some(u64::from_str_radix(&mask, 16).ok()? & 2 != 0)
        };
        let began = Instant::now();
        while catches() == Some(false) {
            assert!(began.elapsed() < PATIENCE, "it never listens to signals");
            std::thread::sleep(Duration::from_millis(5));
        }
        // So that it is at work.
        std::thread::sleep(Duration::from_millis(500));
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill").success());
    }

    /// Signals, and gives how it ended and what it said, once it has ended in time.
    fn answer(mut self, name: &str) -> (ExitStatus, String, String) {
        self.signal(name);
        let asked = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("a status") {
                Some(status) => break status,
                None if asked.elapsed() > ANSWER => {
                    self.child.kill().expect("killed");
                    panic!("no answer to SIG{name} within {ANSWER:?}");
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.child.stdout.take().expect("a pipe").read_to_string(&mut stdout).expect("text");
        self.stderr.read_to_string(&mut stderr).expect("text");
        assert!(!stderr.contains("defect") && !stderr.contains("panicked"), "{stderr}");
        (status, stdout, stderr)
    }
}

fn jensen(here: &Workshop, line: &str) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("jensen"));
    command.current_dir(here.path("")).env_remove("RUST_LOG").env("NO_COLOR", "1");
    command.args(line.split_whitespace());
    command
}

/// Whether a folder holds a file of this name, finished or not.
fn holds(here: &Workshop, name: &str) -> bool {
    let mut entries = std::fs::read_dir(here.path("")).expect("the folder");
    entries.any(|entry| entry.expect("an entry").file_name().to_string_lossy().contains(name))
}

#[test]
fn a_training_is_stopped_with_a_checkpoint() {
    for signal in ["INT", "TERM"] {
        let here = Workshop::new();
        let mut running =
            Running::start(&mut jensen(&here, &format!("train {TINY} --epochs 1000000 --name a")));
        running.wait_for("epoch   1");
        let (status, stdout, stderr) = running.answer(signal);
        assert_eq!((status.code(), stdout.as_str()), (Some(1), ""), "{stderr}");
        assert!(stderr.contains("stopping after this step"), "{stderr}");
        assert!(stderr.contains("go on with: jensen train --resume a"), "{stderr}");
        let checkpoints = std::fs::read_dir(here.path("runs/a/checkpoints")).expect("checkpoints");
        assert!(checkpoints.count() > 0);
    }
}

#[test]
fn a_measurement_is_stopped_within_a_batch() {
    let here = Workshop::shared();
    // Minutes for the one batch there is.
    for line in ["evaluate shared --iwae 20000000 --json", "runs compare shared shared --iwae 20000000"] {
        let running = Running::start(&mut jensen(here, line));
        running.wait_until_it_listens();
        let (status, stdout, stderr) = running.answer("INT");
        assert_eq!((status.code(), stdout.as_str()), (Some(1), ""), "{stderr}");
        assert!(stderr.contains("interrupted"), "{stderr}");
    }
}

#[test]
fn a_report_that_is_stopped_stays_as_it_was() {
    let here = Workshop::new();
    here.train("--name a");
    let before = here.read("runs/a/report.html");
    let running = Running::start(&mut jensen(&here, "report a --iwae 20000000"));
    running.wait_until_it_listens();
    assert_eq!(running.answer("TERM").0.code(), Some(1));
    assert_eq!(here.read("runs/a/report.html"), before);
}

#[test]
fn a_file_that_was_being_written_is_removed() {
    let here = Workshop::new();
    here.train("--name a");
    // 1000 examples are four batches of about a second each.
    let header =
        b"\x93NUMPY\x01\x00\x76\x00{'descr': '|u1', 'fortran_order': False, 'shape': (1000, 8, 8), }";
    let mut file = header.to_vec();
    file.resize(127, b' ');
    file.push(b'\n');
    file.extend((0..64_000).map(|i: u32| (i * 37 % 251) as u8));
    std::fs::write(here.path("many.npy"), file).expect("written");
    let running = Running::start(&mut jensen(&here, "score a --data many.npy --iwae 4000 -o scores.csv"));
    let began = Instant::now();
    while !holds(&here, "scores.csv") {
        assert!(began.elapsed() < PATIENCE, "no file was begun");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(!here.exists("scores.csv"), "the file was there before it was complete");
    let (status, stdout, stderr) = running.answer("INT");
    assert_eq!((status.code(), stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(!holds(&here, "scores.csv"), "a part of the file was left");
}

#[test]
fn a_collection_that_is_stopped_leaves_nothing() {
    let here = Workshop::new();
    // What is collected at once comes fast, then nothing more.
    let script = r#"printf '%s\n' '{"protocol":"jensen-environment/1","name":"slow","dt":1,"horizon":9999,"states":{"low":[0],"high":[1]},"actions":{"low":[0],"high":[1]}}'
while read -r line; do
  count=$((count + 1))
  [ $count -gt 300 ] && sleep 60
  printf '{"state":[0]}\n'
done
"#;
    here.write("slow.sh", script);
    let mut command = jensen(&here, "collect -n 1000 -o many.npz");
    let running = Running::start(command.args(["--env", "process: sh slow.sh"]));
    let began = Instant::now();
    while !holds(&here, "many") {
        assert!(began.elapsed() < PATIENCE, "no file was begun");
        std::thread::sleep(Duration::from_millis(2));
    }
    let (status, stdout, stderr) = running.answer("INT");
    assert_eq!((status.code(), stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(!holds(&here, "many"), "a part of the file was left");
}

#[test]
fn whoever_is_told_to_outlive_the_terminal_does() {
    let here = Workshop::new();
    let binary = assert_cmd::cargo::cargo_bin("jensen");
    let line = format!("trap '' HUP; exec '{}' train {TINY} --epochs 300 --name a", binary.display());
    let mut command = Command::new("sh");
    command.current_dir(here.path("")).args(["-c", &line]);
    let mut running = Running::start(&mut command);
    running.wait_for("epoch   1");
    running.signal("HUP");
    let mut rest = String::new();
    running.stderr.read_to_string(&mut rest).expect("text");
    assert!(running.child.wait().expect("a status").success(), "{rest}");
    assert!(here.exists("runs/a/report.html"));
}
