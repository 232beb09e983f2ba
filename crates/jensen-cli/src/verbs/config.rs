//! `jensen config`: the schema, the defaults, a check.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::{Layers, RunConfig};
use crate::error::CliError;
use crate::output;

/// Show the configuration's schema or defaults, or check a file
#[derive(Debug, Args)]
pub struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the JSON schema, for editors
    Schema,
    /// Print the defaults as a TOML file that explains each option
    Default,
    /// Check a file: every key and value, with its line
    Check {
        /// The file
        file: PathBuf,
    },
}

impl Config {
    /// Prints or checks.
    ///
    /// # Errors
    /// If the file is not a valid configuration.
    pub fn run(&self) -> Result<(), CliError> {
        match &self.what {
            What::Schema => output::json(&RunConfig::schema()),
            What::Default => output::line(RunConfig::default().to_toml().trim_end()),
            What::Check { file } => {
                RunConfig::of_layers(|defaults| Layers::over(defaults).with_file(file))?;
                output::line(format!("{} is a valid configuration", file.display()))
            }
        }
    }
}
