//! What the system is asked for when a file is written: the order that survives a power failure.

use std::process::Command;

use crate::workshop::{TINY, Workshop};

/// Each file that takes the place of another is flushed before it is renamed, and its folder after; a
/// checkpoint waits for the lines of the log that it has counted.
#[test]
fn every_file_is_flushed_renamed_and_its_folder_flushed() {
    let here = Workshop::new();
    let trace = here.path("trace");
    let strace = |arguments: &[&str]| {
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-qq", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o"]);
        command.arg(&trace).args(arguments).current_dir(here.path(""));
        command.output().is_ok_and(|output| output.status.success())
    };
    if !strace(&["true"]) {
        eprintln!("not tested here: there is no strace, or it may not be used");
        return;
    }
    let binary = assert_cmd::cargo::cargo_bin("jensen");
    let line = format!("{} train {TINY} --set fit.checkpoint.steps=3 --name a", binary.display());
    assert!(strace(&line.split_whitespace().collect::<Vec<_>>()), "the training failed");

    let trace = here.text("trace");
    let calls: Vec<Call> = trace.lines().filter_map(Call::parse).collect();
    let mut checkpoints = 0;
    for (i, call) in calls.iter().enumerate() {
        let Call::Rename { from, to } = call else { continue };
        let folder = to.rsplit_once('/').map_or(".", |(folder, _)| folder);
        let before = calls[..i].iter().rev().find(|call| !matches!(call, Call::Rename { .. }));
        assert!(
            before.is_some_and(|call| call.flushes(from)),
            "{to}: renamed before it was flushed:\n{trace}"
        );
        let after = calls.get(i + 1);
        assert!(after.is_some_and(|call| call.flushes(folder)), "{to}: its folder was not flushed:\n{trace}");
        if to.contains("checkpoints/step-") {
            checkpoints += 1;
            let before = calls[..i].iter().rev().find(|call| !call.is_of_checkpoints());
            let is_log = before.is_some_and(|call| call.flushes("runs/a/metrics.jsonl"));
            assert!(is_log, "{to}: written before the log was flushed:\n{trace}");
        }
    }
    let flushes = calls.iter().filter(|call| matches!(call, Call::Flush(_))).count();
    println!("{checkpoints} checkpoints, {flushes} flushes, {} files in place", calls.len() - flushes);
    assert!(checkpoints >= 4, "{trace}");
}

enum Call {
    Flush(String),
    Rename { from: String, to: String },
}

impl Call {
    /// A line of strace: `17 fsync(5</runs/a/.run.json.17.tmp>) = 0`.
    fn parse(line: &str) -> Option<Self> {
        if !line.trim_end().ends_with("= 0") {
            return None;
        }
        if line.contains("sync(") {
            let (_, rest) = line.split_once('<')?;
            return Some(Self::Flush(rest.rsplit_once(">)")?.0.to_owned()));
        }
        let mut names = line.split('"').skip(1).step_by(2).map(str::to_owned);
        Some(Self::Rename { from: names.next()?, to: names.next()? })
    }

    /// Whether this flushes the file or folder of a path, which may be relative here.
    fn flushes(&self, path: &str) -> bool {
        matches!(self, Self::Flush(flushed) if flushed.ends_with(path))
    }

    /// Whether this is about the folder of checkpoints or a file in it.
    fn is_of_checkpoints(&self) -> bool {
        let (Self::Flush(path) | Self::Rename { to: path, .. }) = self;
        path.contains("/checkpoints")
    }
}
