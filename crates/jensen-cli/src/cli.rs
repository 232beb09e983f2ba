//! The command line: every verb, and the options that all verbs share.

use clap::{Args, Parser, Subcommand};

use crate::bytes::Bytes;
use crate::device::DeviceKind;
use crate::error::CliError;
use crate::session::Session;
use crate::verbs;

/// Learn and use deep latent-variable models.
///
/// A bare `jensen train` trains a variational autoencoder on the embedded digits and writes
/// `runs/NAME/report.html`; every other verb reads a run.
#[derive(Debug, Parser)]
#[command(name = "jensen", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalOptions,
    #[command(subcommand)]
    pub verb: Verb,
}

/// Options of every verb.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Machine")]
pub struct GlobalOptions {
    /// Where to compute
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "DEVICE")]
    pub device: DeviceKind,
    /// Threads to compute with; results do not depend on it [default: one for each core]
    #[arg(long, global = true, value_name = "N", value_parser = verbs::at_least_one, allow_negative_numbers = true)]
    pub threads: Option<std::num::NonZeroUsize>,
    /// The most memory to take, as 400MB or 2GiB; results do not depend on it [default: all there is]
    #[arg(long, global = true, value_name = "SIZE")]
    pub memory_limit: Option<Bytes>,
    /// Print results only, no progress
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Train(Box<verbs::train::Train>),
    Evaluate(verbs::evaluate::Evaluate),
    Sample(verbs::sample::Sample),
    Reconstruct(verbs::reconstruct::Reconstruct),
    Interpolate(verbs::interpolate::Interpolate),
    Traverse(verbs::traverse::Traverse),
    Encode(verbs::encode::Encode),
    Decode(verbs::decode::Decode),
    Score(verbs::score::Score),
    Impute(verbs::impute::Impute),
    Report(verbs::report::Report),
    Replay(verbs::replay::Replay),
    Runs(verbs::runs::Runs),
    Lab(verbs::lab::Lab),
    Data(verbs::data::Data),
    Env(verbs::env::Env),
    Collect(verbs::collect::Collect),
    Plan(verbs::plan::Plan),
    Config(verbs::config::Config),
    Completions(verbs::completions::Completions),
    Man(verbs::man::Man),
}

impl Verb {
    /// Does it.
    ///
    /// # Errors
    /// As each verb says.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        match self {
            Self::Train(verb) => verb.run(session),
            Self::Evaluate(verb) => verb.run(session),
            Self::Sample(verb) => verb.run(session),
            Self::Reconstruct(verb) => verb.run(session),
            Self::Interpolate(verb) => verb.run(session),
            Self::Traverse(verb) => verb.run(session),
            Self::Encode(verb) => verb.run(session),
            Self::Decode(verb) => verb.run(session),
            Self::Score(verb) => verb.run(session),
            Self::Impute(verb) => verb.run(session),
            Self::Report(verb) => verb.run(session),
            Self::Replay(verb) => verb.run(session),
            Self::Runs(verb) => verb.run(session),
            Self::Lab(verb) => verb.run(session),
            Self::Data(verb) => verb.run(),
            Self::Env(verb) => verb.run(),
            Self::Collect(verb) => verb.run(session),
            Self::Plan(verb) => verb.run(session),
            Self::Config(verb) => verb.run(),
            Self::Completions(verb) => verb.run(),
            Self::Man(verb) => verb.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_verb_and_option_is_explained() {
        for verb in Cli::command().get_subcommands() {
            assert!(verb.get_about().is_some(), "`jensen {}` has no help", verb.get_name());
            for option in verb.get_arguments() {
                assert!(
                    option.get_help().is_some(),
                    "`jensen {} {}` has no help",
                    verb.get_name(),
                    option.get_id()
                );
            }
        }
    }
}
