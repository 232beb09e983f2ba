//! Memory, threads and pipes.

use std::path::Path;

use crate::workshop::{TINY, Workshop};

/// A `.npy` file of bytes.
fn npy(path: &Path, examples: usize, features: usize) {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({examples}, {features}), }}");
    let mut file = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    file.extend(header.bytes());
    file.resize(127, b' ');
    file.push(b'\n');
    file.extend((0..examples * features).map(|i| (i * 37 % 251) as u8));
    std::fs::write(path, file).expect("written");
}

/// Whether anything under a folder is unfinished.
fn has_leftovers(folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() { has_leftovers(&path) } else { jensen_data::is_unfinished(&path) }
    })
}

#[test]
fn a_limit_on_memory_ends_with_a_message_and_leaves_nothing_half_written() {
    let here = Workshop::new();
    // The net is tiny; a batch of 120 examples with 2000 samples each is 61 MB a layer.
    let line = "train --data tiny --hidden 16 --latent-dim 2 --batch-size 120 --epochs 1 --objective iwae --samples 2000 \
                --name a --memory-limit 80MB";
    let message = here.refused(line, 1);
    assert!(message.contains("not enough memory") && message.contains("limit of 80.0 MB"), "{message}");
    for part in ["`--memory-limit`", "data ", "weights ", "`--batch-size`", "`--samples`"] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    assert!(here.exists("runs/a/config.toml"));
    assert!(!has_leftovers(&here.path("runs")), "a file was left half-written");
    // The same without the limit is trained.
    here.ok(&line.replace("--memory-limit 80MB", "--memory-limit 4GB --force --quiet").replace("2000", "20"));
}

#[test]
fn every_verb_keeps_to_the_limit() {
    let here = Workshop::shared();
    for line in ["evaluate shared", "encode shared -o nothing.csv", "data inspect digits"] {
        let message = here.refused(&format!("{line} --memory-limit 100kB"), 1);
        assert!(message.contains("not enough memory") && message.contains("100.0 kB"), "{message}");
    }
    assert!(!here.exists("nothing.csv"));
}

#[test]
fn a_net_too_large_is_refused_with_the_numbers_before_it_is_made() {
    let here = Workshop::new();
    let message = here.refused("train --data tiny --hidden 20000,20000 --memory-limit 1GB", 1);
    assert!(message.contains("8.0") && message.contains("e8 weights"), "{message}");
    assert!(message.contains("`--memory-limit` is 1.0 GB") && message.contains("--hidden"), "{message}");
    // 16 × 10¹³ bytes: more than any machine has, and no abort.
    let message = here.refused("train --data tiny --hidden 3000000,3000000", 1);
    assert!(message.contains("the memory of this machine is"), "{message}");
    assert!(!here.exists("runs"), "a refused training left a directory");
}

#[test]
fn results_do_not_depend_on_the_limit_and_the_peak_is_told() {
    let here = Workshop::new();
    let free = here.json(&format!("train {TINY} --name free --json"));
    let bound = here.json(&format!("train {TINY} --name bound --json --memory-limit 200MB"));
    assert_eq!(here.read("runs/free/model.safetensors"), here.read("runs/bound/model.safetensors"));
    assert_eq!(free["test"]["elbo"], bound["test"]["elbo"]);
    let peak = bound["peak_memory"].as_u64().expect("bytes");
    assert!((100_000..200_000_000).contains(&peak), "{peak}");
    assert!(here.json("evaluate free --json")["peak_memory"].as_u64().is_some_and(|peak| peak > 100_000));
    assert!(here.ok("evaluate free --memory-limit 200MB").contains(" of 200.0 MB"));
}

#[test]
fn a_size_that_is_none_is_refused_with_an_example() {
    let here = Workshop::shared();
    for size in ["much", "-5MB", "0", "5 potatoes"] {
        let output = here
            .command("evaluate shared")
            .arg(format!("--memory-limit={size}"))
            .output()
            .expect("it starts");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{size}: {message}");
        assert!(message.contains("--memory-limit"), "{message}");
    }
}

/// 25 times the examples in the memory of one time, with the data in their file.
#[test]
fn memory_does_not_grow_with_the_examples() {
    let here = Workshop::new();
    let (few, many) = (4_000, 100_000);
    npy(&here.path("few.npy"), few, 64);
    npy(&here.path("many.npy"), many, 64);
    here.ok(
        "train --data few.npy --binarize dynamic --hidden 4 --latent-dim 2 --epochs 1 --batch-size 100 --name a --quiet \
         --set data.access=file",
    );
    let peak = |data: &str, examples: usize| {
        let told = here.json(&format!("evaluate a --iwae 5 --data {data} --split all --json"));
        assert_eq!(told["n"].as_u64(), Some(examples as u64));
        told["peak_memory"].as_u64().expect("bytes")
    };
    let (of_few, of_many) = (peak("few.npy", few), peak("many.npy", many));
    // 96 000 further examples are 6.1 MB as bytes, 25 MB as the model sees them, 0.8 MB as one value each; but
    // threads may overlap differently.
    assert!(of_many < of_few + 500_000, "{few} examples took {of_few} bytes, {many} took {of_many}");
    for line in ["encode a -o z.npy", "score a -o s.csv"] {
        here.ok(&format!("{line} --data many.npy --memory-limit {}", of_few + 2_000_000));
    }
    assert_eq!(here.text("s.csv").lines().count(), many + 1);
}

#[cfg(target_os = "linux")]
mod threads {
    use std::io::{Read, Write, pipe};
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    /// A training that is over and cannot print its result: nobody reads.
    fn blocked(here: &Workshop, threads: usize) -> (Child, std::io::PipeReader) {
        let (reader, mut writer) = pipe().expect("a pipe");
        // As much as a pipe holds by default.
        writer.write_all(&vec![b'.'; 65_536]).expect("filled");
        let line = format!("train {TINY} --name t{threads} --json --quiet --threads {threads}");
        let child = Command::new(assert_cmd::cargo::cargo_bin("jensen"))
            .current_dir(here.path(""))
            .args(line.split_whitespace())
            .stdout(writer)
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        let report = here.path(&format!("runs/t{threads}/report.html"));
        let began = Instant::now();
        while !report.exists() {
            assert!(began.elapsed() < Duration::from_mins(1), "no report was written");
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(300));
        (child, reader)
    }

    /// Processor time of a process so far, in ticks of 10 ms: fields 14 and 15 of proc(5).
    fn ticks(child: &Child) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("it runs");
        let fields: Vec<&str> = text.rsplit(')').next().expect("fields").split_whitespace().collect();
        fields[11..13].iter().map(|field| field.parse::<u64>().expect("ticks")).sum()
    }

    #[test]
    fn no_thread_spins_and_there_are_as_many_as_asked_for() {
        let here = Workshop::new();
        let mut counts = Vec::new();
        for threads in [1, 3] {
            let (mut child, mut reader) = blocked(&here, threads);
            let before = ticks(&child);
            std::thread::sleep(Duration::from_secs(1));
            let spent = ticks(&child) - before;
            assert!(spent <= 2, "{threads} idle threads took {spent} hundredths of a second in a second");
            let tasks = std::fs::read_dir(format!("/proc/{}/task", child.id())).expect("tasks");
            counts.push(tasks.count());
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).expect("read");
            assert!(child.wait().expect("a status").success());
            assert!(rest.len() > 65_536 && rest.ends_with(b"}\n"));
        }
        assert_eq!(counts[1], counts[0] + 2, "threads of the process with --threads 1 and 3: {counts:?}");
    }
}

#[cfg(unix)]
mod pipes {
    use std::io::pipe;
    use std::process::{Command, Stdio};

    use super::*;

    fn jensen(here: &Workshop, line: &str) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("jensen"));
        command.current_dir(here.path("")).env_remove("RUST_LOG").args(line.split_whitespace());
        command
    }

    /// A pipe whose other end is closed.
    fn closed() -> Stdio {
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        writer.into()
    }

    #[test]
    fn nothing_is_said_when_nobody_reads_the_result() {
        let here = Workshop::shared();
        for line in [
            "--help",
            "train --help",
            "--version",
            "man",
            "completions zsh",
            "config default",
            "config schema",
            "runs list",
            "runs show shared --json",
            "data inspect tiny",
            "data list --json",
            "evaluate shared",
            "evaluate shared --json",
            "encode shared -o unread.csv",
        ] {
            let output = jensen(here, line).stdout(closed()).output().expect("it ends");
            assert!(output.status.success(), "`jensen {line}`: {:?}", output.status);
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "`jensen {line}`");
        }
    }

    #[test]
    fn a_training_goes_on_when_nobody_reads_its_progress() {
        let here = Workshop::new();
        let line = format!("train {TINY} --name a");
        let output = jensen(&here, &line).stderr(closed()).output().expect("it ends");
        assert!(output.status.success(), "{:?}", output.status);
        assert!(here.exists("runs/a/report.html"));
        for line in ["evaluate nothing", "train --epoch 3", "evaluate a --memory-limit 1kB"] {
            let status = jensen(&here, line).stdout(closed()).stderr(closed()).status().expect("it ends");
            assert!(matches!(status.code(), Some(1 | 2)), "`jensen {line}`: {status:?}");
        }
    }

    #[test]
    fn a_disk_that_is_full_is_no_closed_pipe() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let here = Workshop::shared();
        for line in ["runs list", "evaluate shared --json", "--help"] {
            let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
            let output = jensen(here, line).stdout(full).output().expect("it ends");
            assert_eq!(output.status.code(), Some(1), "`jensen {line}`");
        }
    }
}
