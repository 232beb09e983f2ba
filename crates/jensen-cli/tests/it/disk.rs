//! Disks that are full, read-only or gone.

use jensen_infer::fit::Checkpoints;

use crate::workshop::{Done, TINY, Workshop};

/// Checkpoints of some 400 kB each.
const WIDE: &str = "--data tiny --hidden 256 --latent-dim 2 --batch-size 20 --epochs 2 \
                    --set fit.schedule.kind=constant --set fit.checkpoint.steps=2";

/// A disk of its own, unmounted when dropped.
#[cfg(target_os = "linux")]
struct Disk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Disk {
    /// Mounts `runs/` as a disk of some kilobytes; `None`, with a note, where that may not be done.
    fn mount(here: &Workshop, kilobytes: usize) -> Option<Self> {
        let path = here.path("runs");
        std::fs::create_dir(&path).expect("a folder");
        let size = format!("size={kilobytes}k");
        if !is_done("mount", &["-t", "tmpfs", "-o", &size, "tmpfs"], &path) {
            eprintln!("not tested here: disks may not be mounted");
            return None;
        }
        Some(Self(path))
    }

    fn remount(&self, options: &str) {
        assert!(
            is_done("mount", &["-o", &format!("remount,{options}")], &self.0),
            "not remounted: {options}"
        );
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        is_done("umount", &[], &self.0);
    }
}

#[cfg(target_os = "linux")]
fn is_done(program: &str, arguments: &[&str], path: &std::path::Path) -> bool {
    let output = std::process::Command::new(program).args(arguments).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}

/// Some kilobytes hold one checkpoint and not two.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_the_last_checkpoint_goes_on() {
    let here = Workshop::new();
    let Some(disk) = Disk::mount(&here, 700) else { return };
    let message = here.refused(&format!("train {WIDE} --name a"), 1);
    assert!(message.contains("No space left") && message.contains("free some space"), "{message}");
    assert!(message.contains("jensen train --resume a"), "{message}");
    let checkpoints = Checkpoints::open(here.path("runs/a/checkpoints")).expect("a folder");
    let (last, warnings) = checkpoints.latest().expect("the last good checkpoint");
    assert!(last.progress.step >= 2 && warnings.is_empty());
    assert!(here.checkpoints("a").len() == checkpoints.steps().expect("listed").len());
    disk.remount("size=8m");
    here.ok("train --resume a");
    here.ok(&format!("train {WIDE} --name whole"));
    assert!(here.essence("a") == here.essence("whole"), "the weights or the metrics differ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_disk_is_an_error_for_who_writes_only() {
    let here = Workshop::new();
    let Some(disk) = Disk::mount(&here, 8 << 10) else { return };
    here.train("--name a");
    disk.remount("ro");
    let message = here.refused("train --resume a --epochs 3", 1);
    assert!(message.contains("Read-only file system"), "{message}");
    let message = here.refused(&format!("train {TINY} --name b"), 1);
    assert!(message.contains("Read-only file system") && message.contains("write elsewhere"), "{message}");
    here.json("evaluate a --json");
    here.ok("sample a -o s.csv");
    let message = here.refused("sample a -o runs/s.csv", 1);
    assert!(message.contains("Read-only file system"), "{message}");
}

/// The signal that `ulimit -f` brings would end the process before it could say so.
#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_is_an_error() {
    let here = Workshop::new();
    let binary = assert_cmd::cargo::cargo_bin("jensen");
    // 100 blocks of 512 or 1024 bytes, as the shell counts them.
    let line = format!("ulimit -f 100 && exec '{}' train {WIDE} --name a", binary.display());
    let output = std::process::Command::new("sh").args(["-c", &line]).current_dir(here.path("")).output();
    let done = Done::from(output.expect("a shell"));
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stderr.contains("File too large") && done.stderr.contains("ulimit -f"), "{}", done.stderr);
    assert_eq!(here.checkpoints("a"), Vec::<std::path::PathBuf>::new(), "half a checkpoint has its name");
}

#[test]
fn a_run_that_is_removed_while_it_trains_is_an_error() {
    let here = Workshop::new();
    let child = here.start(
        &format!("train {TINY} --set fit.schedule.kind=constant --set fit.checkpoint.steps=5 --name a")
            .replace("--epochs 2", "--epochs 4000"),
    );
    here.wait_for_checkpoints("a", 2);
    std::fs::rename(here.path("runs/a"), here.path("runs/moved")).expect("moved");
    let done = Done::from(child.wait_with_output().expect("it ends"));
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    // It goes between any two accesses: a checkpoint is written, listed, or an older one removed.
    assert!(
        done.stderr.contains("× cannot ") && done.stderr.contains("was removed meanwhile"),
        "{}",
        done.stderr
    );
    // What was there is whole.
    let epochs =
        here.text("runs/moved/metrics.jsonl").lines().filter(|line| line.contains("\"epoch\",")).count();
    here.ok(&format!("train --resume moved --epochs {}", epochs + 2));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_nothing_is_an_error() {
    let here = Workshop::shared();
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("a device");
    let lines = [
        "runs show shared",
        "evaluate shared --json",
        "config --help",
        "completions bash",
        "data inspect tiny",
    ];
    for line in lines {
        let process = std::process::Command::new(assert_cmd::cargo::cargo_bin("jensen"))
            .args(line.split_whitespace())
            .current_dir(here.path(""))
            .stdout(full())
            .output();
        let done = Done::from(process.expect("it starts"));
        assert_eq!(done.code, Some(1), "{line}: {}", done.stderr);
        let told = done.stderr.contains("standard output: No space left");
        assert!(told || line.ends_with("--help"), "{line}: {}", done.stderr);
    }
    for (line, name) in [
        ("sample shared -n 4", "full.png"),
        ("sample shared -n 4", "full.svg"),
        ("sample shared -n 4", "full.npz"),
        ("encode shared", "full.csv"),
        ("encode shared", "full.npy"),
        ("score shared", "full2.csv"),
    ] {
        std::os::unix::fs::symlink("/dev/full", here.path(name)).expect("linked");
        let message = here.refused(&format!("{line} -o {name}"), 1);
        assert!(message.contains("No space left") && message.contains(name), "{line} -o {name}: {message}");
        assert!(here.path(name).is_symlink(), "{name} was replaced");
    }
}
