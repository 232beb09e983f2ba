//! `jensen man`.

use clap::{Args, CommandFactory};

use crate::cli::Cli;
use crate::error::CliError;
use crate::output;

/// Print the manual page
#[derive(Debug, Args)]
#[command(after_help = "Install it with: jensen man > ~/.local/share/man/man1/jensen.1")]
pub struct Man {
    /// The verb to describe, instead of the command as a whole
    #[arg(value_name = "VERB")]
    verb: Option<String>,
}

impl Man {
    /// Prints the page.
    ///
    /// # Errors
    /// If there is no such verb, or standard output cannot be written.
    pub fn run(&self) -> Result<(), CliError> {
        let mut command = Cli::command();
        command.build();
        if let Some(verb) = &self.verb {
            let found = command.find_subcommand(verb).cloned();
            let verbs = command.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>().join(", ");
            command = found.ok_or_else(|| {
                CliError::usage(format!("there is no verb `{verb}`"), format!("the verbs: {verbs}"))
            })?;
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        output::line(String::from_utf8_lossy(&page).trim_end())
    }
}
