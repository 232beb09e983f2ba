//! The `jensen` command: train, evaluate, sample, encode and report on latent-variable models.

mod bytes;
mod cli;
mod comparison;
mod config;
mod data_source;
mod device;
mod environment;
mod error;
mod evaluation;
#[cfg(unix)]
mod file_size_limit;
mod gallery;
mod imputed_table;
mod interrupt;
#[expect(unsafe_code, reason = "an allocator is written in no other way")]
mod memory;
mod model;
mod narrow_columns;
mod output;
mod parting;
mod picture;
mod progress;
mod report;
mod run_directory;
mod running_mean;
mod session;
mod sizes;
mod subset;
mod summary;
mod tensorboard;
mod tensorboard_log;
mod trained_run;
mod training;
mod verbs;
mod view;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::error::CliError;
use crate::output::note;
use crate::session::Session;

#[global_allocator]
static ALLOCATOR: memory::Metered = memory::Metered;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(report_panic));
    #[cfg(unix)]
    file_size_limit::fail_rather_than_die();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => return answer(&refusal),
    };
    let outcome = std::panic::catch_unwind(|| {
        let session = Session::start(&cli.global)?;
        // As one of the pool's own threads: from outside, every parallel operation would hand its work
        // over and sleep, which costs a fifth of a training step.
        rayon::scope(|_| cli.verb.run(&session))
    });
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            explain(&error);
            ExitCode::from(error.exit_code())
        }
        Err(_) => ExitCode::FAILURE, // the hook has spoken
    }
}

/// Prints the help that was asked for, or what is wrong with the command line.
fn answer(refusal: &clap::Error) -> ExitCode {
    match refusal.print() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::from(u8::try_from(refusal.exit_code()).unwrap_or(2)),
    }
}

/// Prints an error with its remedy, and the line of the configuration it comes from.
fn explain(error: &CliError) {
    if matches!(error, CliError::Interrupted) {
        return; // the verb has said how to go on
    }
    let mut diagnostic = miette::MietteDiagnostic::new(error.to_string());
    diagnostic.help = error.help();
    let mut source = None;
    if let CliError::Config(error) = error
        && let Some(place) = error.place()
    {
        diagnostic.labels = Some(vec![miette::LabeledSpan::underline(place.span.clone())]);
        source = Some(miette::NamedSource::new(place.path.display().to_string(), place.text.clone()));
    }
    let report = miette::Report::new(diagnostic);
    let report = match source {
        Some(source) => report.with_source_code(source),
        None => report,
    };
    note(format!("{report:?}").trim_end_matches('\n'));
}

/// One line for a defect of ours; never a backtrace.
fn report_panic(panic: &std::panic::PanicHookInfo) {
    let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
    let text = panic.payload_as_str().unwrap_or("no message").lines().next().unwrap_or_default();
    note(format_args!(
        "jensen {} hit a defect of its own{place}: {text}. Please report this line and your command at {}/issues",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY")
    ));
}
