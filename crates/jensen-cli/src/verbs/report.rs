//! `jensen report`.

use std::num::NonZeroUsize;

use clap::Args;

use super::options::{RunOption, at_least_one};
use crate::error::CliError;
use crate::evaluation::Draws;
use crate::output;
use crate::session::Session;
use crate::summary;
use crate::trained_run::TrainedRun;

/// Measure a run again and write its pictures and report.html
#[derive(Debug, Args)]
pub struct Report {
    #[command(flatten)]
    run: RunOption,
    /// Also estimates log p(x) by importance sampling with exactly K draws for each example
    #[arg(long, value_name = "K", value_parser = at_least_one, allow_negative_numbers = true)]
    iwae: Option<NonZeroUsize>,
}

impl Report {
    /// Writes the report and prints its path.
    ///
    /// # Errors
    /// If the run or its data cannot be read, or a file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let run = TrainedRun::open(&self.run.run, session.device())?;
        summary::conclude(&run, Draws { seed: 0, iwae: self.iwae.map(NonZeroUsize::get) })?;
        output::line(run.directory.report_path().display())
    }
}
