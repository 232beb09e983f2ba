//! A folder with a tiny data set, in which commands are run.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// Options that make training take a moment.
pub const TINY: &str = "--data tiny --hidden 16 --latent-dim 2 --batch-size 20 --epochs 2";

/// A folder to work in, with `tiny/`: four IDX files of 8×8 images, 120 for training, 40 for testing.
pub struct Workshop {
    folder: TempDir,
}

/// What a command did.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Workshop {
    pub fn new() -> Self {
        let workshop = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        workshop.images("tiny", 8, [120, 40]);
        workshop
    }

    /// Makes a folder of four IDX files: so many `side`×`side` images for training and for testing.
    pub fn images(&self, name: &str, side: usize, counts: [usize; 2]) {
        let folder = self.path(name);
        std::fs::create_dir(&folder).expect("a folder");
        for (name, count) in ["train", "t10k"].into_iter().zip(counts) {
            let (images, labels): (Vec<_>, Vec<_>) =
                (0..count).map(|i| (image(i, side), (i % 4) as u8)).unzip();
            let shape = [count, side, side];
            write(&folder.join(format!("{name}-images-idx3-ubyte")), &idx(&shape, &images.concat()));
            write(&folder.join(format!("{name}-labels-idx1-ubyte")), &idx(&[count], &labels));
        }
    }

    /// Starts a command that is not waited for; what it prints is dropped but for its errors.
    pub fn start(&self, line: &str) -> std::process::Child {
        use std::process::{Command, Stdio};
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("jensen"));
        command.args(line.split_whitespace()).current_dir(self.path("")).env("NO_COLOR", "1");
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the command starts")
    }

    /// Waits until this folder holds so many checkpoints of a run.
    pub fn wait_for_checkpoints(&self, run: &str, number: usize) {
        use std::time::{Duration, Instant};
        let begun = Instant::now();
        while self.checkpoints(run).len() < number {
            assert!(begun.elapsed() < Duration::from_mins(2), "waited in vain for {number} checkpoints");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// A training that is killed after two checkpoints goes on to the bits of one that never stopped.
    pub fn is_resumed_to_the_same_bits(&self, train: &str) {
        self.ok(&format!("{train} --name whole"));
        let mut child = self.start(&format!("{train} --name cut"));
        self.wait_for_checkpoints("cut", 2);
        child.kill().expect("it runs");
        child.wait().expect("it ended");
        self.ok("train --resume cut");
        assert_eq!(self.essence("whole"), self.essence("cut"));
    }

    /// The checkpoints of a run, the oldest first.
    pub fn checkpoints(&self, run: &str) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.path(&format!("runs/{run}/checkpoints"))).into_iter().flatten();
        let mut files: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
        files.retain(|path| !jensen_data::is_unfinished(path));
        files.sort();
        files
    }

    /// Everything of a run that may not differ: weights, and metrics without the wall clock.
    pub fn essence(&self, run: &str) -> (Vec<u8>, Vec<String>) {
        let clock = ["seconds", "examples_per_second"];
        let lines = self.text(&format!("runs/{run}/metrics.jsonl"));
        let without_clock = |line: &str| {
            let mut record: serde_json::Map<String, Value> = serde_json::from_str(line).expect("JSON");
            record.retain(|key, _| !clock.contains(&key.as_str()));
            serde_json::to_string(&record).expect("JSON")
        };
        (self.read(&format!("runs/{run}/model.safetensors")), lines.lines().map(without_clock).collect())
    }

    /// A workshop with the run `shared`, trained once for all tests that only read it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Workshop> = OnceLock::new();
        SHARED.get_or_init(|| {
            let workshop = Self::new();
            workshop.train("--name shared");
            workshop
        })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::cargo_bin("jensen").expect("the binary");
        command.current_dir(self.folder.path()).env_remove("RUST_LOG").env("NO_COLOR", "1");
        command.args(line.split_whitespace());
        command
    }

    /// Runs a command line; words are separated by spaces.
    pub fn run(&self, line: &str) -> Done {
        Done::from(self.command(line).output().expect("the command starts"))
    }

    /// Runs a command that must succeed and gives what it printed.
    pub fn ok(&self, line: &str) -> String {
        let done = self.run(line);
        assert_eq!(done.code, Some(0), "`jensen {line}` failed:\n{}", done.stderr);
        done.stdout
    }

    /// Runs a command that must print exactly one JSON object.
    pub fn json(&self, line: &str) -> Value {
        let text = self.ok(line);
        let value: Value = serde_json::from_str(&text).expect("one JSON value and nothing else");
        assert!(value.is_object(), "{text}");
        value
    }

    /// Runs a command that must be refused with this exit code; gives its message.
    pub fn refused(&self, line: &str, code: i32) -> String {
        let done = self.run(line);
        assert_eq!(done.code, Some(code), "`jensen {line}`:\n{}\n{}", done.stdout, done.stderr);
        assert!(done.stdout.is_empty(), "`jensen {line}` printed a result: {}", done.stdout);
        assert!(!done.stderr.contains("panicked") && !done.stderr.contains("defect"), "{}", done.stderr);
        // The terminal's frame and line breaks are no part of the message.
        let words = done.stderr.replace(['│', '╰', '─', '▶', '×', '╭', '[', ']'], " ");
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Trains a tiny model.
    pub fn train(&self, options: &str) -> String {
        self.ok(&format!("train {TINY} {options}"))
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("text")
    }

    pub fn write(&self, name: &str, text: &str) {
        write(&self.path(name), text.as_bytes());
    }

    pub fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("listed").map(|entry| entry.expect("listed").path()) {
        let to = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() { copy(&entry, &to) } else { std::fs::copy(&entry, &to).map(drop).expect("copied") }
    }
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("written");
}

/// A bar in one of four places, a little different in each image.
fn image(i: usize, side: usize) -> Vec<u8> {
    let width = side / 4;
    let (place, shade) = (i % 4 * width, 255 - (i * 37 % 100) as u8);
    let bar = place..place + width;
    let pixel = |at: usize| if bar.contains(&(at % side)) { shade } else { (i * at % 13) as u8 };
    (0..side * side).map(pixel).collect()
}

/// The IDX format (yann.lecun.com/exdb/mnist): magic, sizes, bytes.
fn idx(shape: &[usize], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|&extent| (extent as u32).to_be_bytes()));
    bytes.extend(values);
    bytes
}

/// A column of a table of numbers as text; not a number where a cell is empty.
pub fn column(text: &str, name: &str) -> Vec<f64> {
    let mut lines = text.lines();
    let at = lines.next().expect("a header").split(',').position(|own| own == name).expect("a column");
    lines.map(|line| line.split(',').nth(at).expect("a cell").parse().unwrap_or(f64::NAN)).collect()
}
