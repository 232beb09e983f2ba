//! Repository tasks. `cargo xtask validate` is everything that must hold before a change is accepted; `.ci/run` runs
//! the same.

mod checks;
mod finding;
mod markdown;
mod rust_sources;
mod validate;

use std::{env, process::ExitCode};

const USAGE: &str = "usage: cargo xtask validate [--except STEP]...
steps, in this order: checks, fmt, clippy, doc, test";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.split_first() {
        Some((verb, rest)) if verb == "validate" => match validate::steps_without(rest) {
            Ok(steps) => validate::run(&steps),
            Err(message) => {
                eprintln!("{message}\n{USAGE}");
                ExitCode::from(2)
            }
        },
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
