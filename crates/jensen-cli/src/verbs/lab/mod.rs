//! `jensen lab`: what the methods do, measured where the truth is known.

mod estimators;
mod gradients;

use clap::{Args, Subcommand};

use crate::error::CliError;
use crate::session::Session;

/// Measure the methods themselves on problems whose answer is known
#[derive(Debug, Args)]
pub struct Lab {
    #[command(subcommand)]
    experiment: Experiment,
}

/// What is measured.
#[derive(Debug, Subcommand)]
enum Experiment {
    Gradients(gradients::Gradients),
    Estimators(estimators::Estimators),
}

impl Lab {
    /// Makes the experiment and prints what came of it.
    ///
    /// # Errors
    /// If an option is wrong or the picture cannot be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        match &self.experiment {
            Experiment::Gradients(gradients) => gradients.run(session),
            Experiment::Estimators(estimators) => estimators.run(),
        }
    }
}
