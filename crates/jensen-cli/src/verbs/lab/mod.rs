//! `jensen lab`: what the methods do, measured where the truth is known.

mod estimators;
mod gradients;
mod mixture;

use std::path::Path;

use clap::{Args, Subcommand};

use super::options::check_ending;
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
    Mixture(mixture::Mixture),
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
            Experiment::Mixture(mixture) => mixture.run(session),
        }
    }
}

/// Refuses a picture that could not be written, before anything is measured.
fn check_picture(path: &Path) -> Result<(), CliError> {
    check_ending(path, &["png", "svg"])?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        None => Ok(()),
        Some(folder) => Err(CliError::usage(
            format!("there is no folder {} for the picture", folder.display()),
            "make it first: the measurement takes a while",
        )),
    }
}
