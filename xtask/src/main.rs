//! Repository tasks. `cargo xtask validate` is everything that must hold before a change is accepted; `.ci/run` runs
//! the same. `cargo xtask certify` measures the gradient estimators and keeps what it finds; `cargo xtask pages` writes a
//! page for each distribution.

mod certify;
mod checks;
mod family_pages;
mod finding;
mod markdown;
mod rust_sources;
mod validate;

use std::{env, path::Path, process::ExitCode};

const USAGE: &str = "usage: cargo xtask validate [--except STEP]...
       cargo xtask certify
       cargo xtask pages
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
        Some((verb, [])) if verb == "certify" => certify::run(),
        Some((verb, [])) if verb == "pages" => match family_pages::write(Path::new(".")) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
