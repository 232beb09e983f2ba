//! The steps of `cargo xtask validate`, cheapest first, so that a small mistake is told in a second. The tests come
//! last: their own summary is the end of the output.
//!
//! All cargo steps use the dev profile and the whole workspace's feature set. Clippy and rustdoc share their checked
//! dependencies, the tests build theirs once: nothing is compiled a second time.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

use crate::checks;

/// One part of the validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// This repository's own rules, see [`checks`].
    Checks,
    /// `cargo fmt --check`.
    Fmt,
    /// Clippy on every target, warnings denied.
    Clippy,
    /// Rustdoc, warnings denied.
    Doc,
    /// Unit, integration and documentation tests.
    Test,
}

impl Step {
    const ALL: [Step; 5] = [Step::Checks, Step::Fmt, Step::Clippy, Step::Doc, Step::Test];

    fn name(self) -> &'static str {
        match self {
            Step::Checks => "checks",
            Step::Fmt => "fmt",
            Step::Clippy => "clippy",
            Step::Doc => "doc",
            Step::Test => "test",
        }
    }

    /// The arguments for cargo, where the step is one of cargo's.
    fn cargo_arguments(self) -> Option<&'static [&'static str]> {
        match self {
            Step::Checks => None,
            Step::Fmt => Some(&["fmt", "--all", "--check"]),
            Step::Clippy => {
                Some(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])
            }
            Step::Doc => Some(&["doc", "--locked", "--workspace", "--no-deps"]),
            Step::Test => Some(&["test", "--locked", "--workspace"]),
        }
    }
}

/// All steps without those that follow an `--except`.
///
/// # Errors
/// A message that names the argument that is not understood.
pub fn steps_without(arguments: &[String]) -> Result<Vec<Step>, String> {
    let mut steps = Step::ALL.to_vec();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument != "--except" {
            return Err(format!("unexpected argument `{argument}`"));
        }
        let name = rest.next().ok_or("`--except` needs the name of a step")?;
        if !Step::ALL.iter().any(|step| step.name() == name) {
            return Err(format!("there is no step `{name}`"));
        }
        steps.retain(|step| step.name() != name);
    }
    Ok(steps)
}

/// Runs the steps in order and stops at the first that fails.
pub fn run(steps: &[Step]) -> ExitCode {
    let root = repository_root();
    for step in steps {
        let started = Instant::now();
        eprintln!("validate: {}", step.name());
        let passed = match step.cargo_arguments() {
            Some(arguments) => cargo(&root, arguments),
            None => own_checks(&root),
        };
        if !passed {
            eprintln!("validate: {} failed", step.name());
            return ExitCode::FAILURE;
        }
        if *step != Step::Test {
            eprintln!("validate: {} ok in {:.1} s", step.name(), started.elapsed().as_secs_f64());
        }
    }
    ExitCode::SUCCESS
}

pub fn repository_root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask lies directly under the repository's root").to_path_buf()
}

fn cargo(root: &Path, arguments: &[&str]) -> bool {
    // The cargo that started us, so that a chosen toolchain stays chosen.
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root).args(arguments);
    // Rustdoc only: RUSTFLAGS would rebuild every dependency.
    command.env("RUSTDOCFLAGS", "-D warnings");
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("cargo {}: {error}", arguments.join(" "));
            false
        }
    }
}

fn own_checks(root: &Path) -> bool {
    let mut passed = true;
    for (name, check) in checks::ALL {
        match check(root) {
            Ok(findings) => {
                for finding in &findings {
                    eprintln!("{finding} [{name}]");
                }
                passed &= findings.is_empty();
            }
            Err(error) => {
                eprintln!("{name} could not run: {error}");
                passed = false;
            }
        }
    }
    passed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn every_step_runs_unless_it_is_excepted() {
        assert_eq!(steps_without(&[]).unwrap(), Step::ALL);
        let steps = steps_without(&words("--except test --except doc")).unwrap();
        assert_eq!(steps, [Step::Checks, Step::Fmt, Step::Clippy]);
    }

    #[test]
    fn a_wrong_argument_is_named() {
        assert!(steps_without(&words("--except tests")).unwrap_err().contains("`tests`"));
        assert!(steps_without(&words("--fast")).unwrap_err().contains("`--fast`"));
        assert!(steps_without(&words("--except")).is_err());
    }
}
