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
        let tiny = workshop.path("tiny");
        std::fs::create_dir(&tiny).expect("a folder");
        for (name, count) in [("train", 120), ("t10k", 40)] {
            let (images, labels): (Vec<_>, Vec<_>) = (0..count).map(|i| (image(i), (i % 4) as u8)).unzip();
            write(&tiny.join(format!("{name}-images-idx3-ubyte")), &idx(&[count, 8, 8], &images.concat()));
            write(&tiny.join(format!("{name}-labels-idx1-ubyte")), &idx(&[count], &labels));
        }
        workshop
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

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("written");
}

/// A bar in one of four places, a little different in each image.
fn image(i: usize) -> Vec<u8> {
    let (place, shade) = (i % 4 * 2, 255 - (i * 37 % 100) as u8);
    let pixel = |at: usize| if (place..place + 2).contains(&(at % 8)) { shade } else { (i * at % 13) as u8 };
    (0..64).map(pixel).collect()
}

/// The IDX format (yann.lecun.com/exdb/mnist): magic, sizes, bytes.
fn idx(shape: &[usize], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|&extent| (extent as u32).to_be_bytes()));
    bytes.extend(values);
    bytes
}
