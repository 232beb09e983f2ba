//! Paths of every kind, and machines with little on them.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::workshop::{Done, TINY, Workshop};

fn jensen(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("jensen"));
    command.current_dir(folder).env_remove("RUST_LOG").stdin(Stdio::null()).args(line.split_whitespace());
    command
}

fn done(command: &mut Command) -> Done {
    let done = Done::from(command.output().expect("it starts"));
    assert!(!done.stderr.contains("defect") && !done.stderr.contains("panicked"), "{}", done.stderr);
    done
}

/// `tiny/` under another name.
fn copy_tiny(here: &Workshop, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(here.path("tiny")).expect("tiny").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

#[test]
fn without_any_variable_of_the_environment_and_without_a_terminal_plain_lines_are_printed() {
    let here = Workshop::new();
    let line = format!("train {TINY} --name a");
    let trained = done(jensen(&here.path(""), &line).env_clear());
    assert_eq!(trained.code, Some(0), "{}", trained.stderr);
    for text in [&trained.stdout, &trained.stderr] {
        assert!(!text.contains('\x1b') && !text.contains('\r') && !text.contains('━'), "{text:?}");
    }
    // One line for the run, one for the data, one for each of the two epochs.
    assert_eq!(trained.stderr.lines().count(), 4, "{}", trained.stderr);
    let refused = done(jensen(&here.path(""), "evaluate nothing").env_clear());
    assert!(!refused.stderr.contains('\x1b'), "{:?}", refused.stderr);
    let missing =
        done(jensen(&here.path(""), "evaluate a").env("TMPDIR", "/nowhere").env("HOME", "/nowhere"));
    assert_eq!(missing.code, Some(0), "{}", missing.stderr);
}

#[test]
fn colours_are_left_out_where_they_are_not_wanted() {
    let here = Workshop::shared();
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let refused = done(jensen(&here.path(""), "evaluate nothing").env(name, value));
        assert_eq!(refused.code, Some(1));
        assert!(!refused.stderr.contains('\x1b'), "{name}: {:?}", refused.stderr);
    }
}

#[test]
fn paths_may_hold_spaces_quotes_hashes_and_line_breaks() {
    let here = Workshop::new();
    let folder = here.path("my data #1 'of' \"two\"\nlines = [1]");
    copy_tiny(&here, &folder);
    let out = here.path("my runs/a #b\nc");
    let options = "--hidden 16 --latent-dim 2 --batch-size 20 --epochs 1";
    let mut train = jensen(&here.path(""), &format!("train {options}"));
    let trained = done(train.arg("--data").arg(&folder).arg("--out").arg(&out));
    assert_eq!(trained.code, Some(0), "{}", trained.stderr);
    let mut evaluate = jensen(Path::new("/"), "evaluate");
    let evaluated = done(evaluate.arg(&out));
    assert_eq!(evaluated.code, Some(0), "{}", evaluated.stderr);
    let file = here.path("latents of 'a' #1.csv");
    let mut encode = jensen(Path::new("/"), "encode");
    assert_eq!(done(encode.arg(&out).arg("-o").arg(&file)).code, Some(0));
    assert!(file.exists());
}

#[test]
fn paths_need_not_be_text() {
    let here = Workshop::new();
    let strange = OsStr::from_bytes(b"caf\xe9");
    let folder = here.path("").join(strange);
    if fs::create_dir(&folder).is_err() {
        return; // this file system takes text only
    }
    copy_tiny(&here, &folder.join("tiny"));
    // From within, and to a run and a file of such a name.
    let trained = done(jensen(&folder, &format!("train {TINY} --name a")).arg("--quiet"));
    assert_eq!(trained.code, Some(0), "{}", trained.stderr);
    let mut name = b"z-\xff".to_vec();
    name.extend(b".csv");
    let encoded = done(jensen(&folder, "encode a -o").arg(OsStr::from_bytes(&name)));
    assert_eq!(encoded.code, Some(0), "{}", encoded.stderr);
    assert!(folder.join(OsStr::from_bytes(&name)).exists());
    // A run remembers where its data are, as text: what it could not remember is refused with the way out.
    let refused = done(jensen(&here.path(""), "train --data").arg(strange));
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    for part in ["--data", r"caf\xe9", "not UTF-8", "ln -s"] {
        assert!(refused.stderr.contains(part), "{part} is not in {}", refused.stderr);
    }
}

#[test]
fn names_as_long_as_the_system_takes_are_taken_and_longer_ones_refused() {
    let here = Workshop::shared();
    let fits = format!("{}.npy", "z".repeat(251));
    here.ok(&format!("encode shared -o {fits}"));
    assert!(here.exists(&fits));
    for line in [
        format!("encode shared -o {}.npy", "z".repeat(252)),
        format!("train {TINY} --name {}", "n".repeat(300)),
        format!("train --data {}", "d".repeat(5000)),
    ] {
        let message = here.refused(&line, 1);
        assert!(message.contains("too long"), "{message}");
    }
}

#[test]
fn a_folder_that_takes_no_files_is_named() {
    let here = Workshop::shared();
    // Nobody creates files there, not even root.
    let nowhere = Path::new("/proc");
    if !nowhere.join("self").exists() {
        return;
    }
    let run = here.path("runs/shared");
    let data = here.path("tiny");
    let mut train = jensen(nowhere, "train --epochs 1 --data");
    let refused = done(train.arg(&data));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("cannot create") && refused.stderr.contains("runs"),
        "{}",
        refused.stderr
    );
    let refused = done(jensen(nowhere, "sample").arg(&run));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("samples.png"), "{}", refused.stderr);
    // What goes elsewhere works from there.
    let file = here.path("from-proc.png");
    let sampled = done(jensen(nowhere, "sample").arg(&run).arg("-o").arg(&file));
    assert_eq!(sampled.code, Some(0), "{}", sampled.stderr);
    assert_eq!(done(&mut jensen(nowhere, "runs list")).code, Some(0));
}

#[test]
fn a_file_in_the_place_of_runs_is_named() {
    let here = Workshop::new();
    here.write("runs", "mine");
    let message = here.refused(&format!("train {TINY} --name a"), 1);
    assert!(message.contains("runs/a"), "{message}");
    assert_eq!(here.text("runs"), "mine");
}

#[test]
fn a_folder_that_was_removed_under_our_feet_is_an_error() {
    let here = Workshop::shared();
    let binary = assert_cmd::cargo::cargo_bin("jensen");
    let (tiny, run) = (here.path("tiny"), here.path("runs/shared"));
    for (name, line, code) in [
        ("gone1", format!("train --epochs 1 --data '{}'", tiny.display()), Some(1)),
        ("gone2", format!("evaluate '{}'", run.display()), Some(0)),
        ("gone3", "runs list".to_owned(), Some(0)),
        ("gone4", "evaluate shared".to_owned(), Some(1)),
    ] {
        let folder = here.path(name);
        fs::create_dir(&folder).expect("a folder");
        let script =
            format!("cd '{0}' && rmdir '{0}' && exec '{1}' {line} <&-", folder.display(), binary.display());
        let ended = done(Command::new("sh").args(["-c", &script]));
        assert_eq!(ended.code, code, "`jensen {line}`: {}", ended.stderr);
    }
}

#[test]
fn counts_are_refused_in_plain_words() {
    let here = Workshop::shared();
    for line in [
        "evaluate shared --iwae 0",
        "evaluate shared --iwae -3",
        "evaluate shared --threads 0",
        "sample shared -n -1",
        "reconstruct shared -n 0",
        "encode shared -o z.csv --limit 0",
    ] {
        let message = here.refused(line, 2);
        assert!(message.contains("a whole number of at least 1"), "`jensen {line}`: {message}");
    }
    let message = here.refused("train --latent-dim -3", 2);
    assert!(message.contains("-3") && !message.contains("unexpected"), "{message}");
}
