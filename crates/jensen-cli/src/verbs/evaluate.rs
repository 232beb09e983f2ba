//! `jensen evaluate`.

use std::num::NonZeroUsize;

use clap::Args;
use jensen_data::Split;

use super::options::{DataOptions, RunOption, SeedOption};
use crate::error::CliError;
use crate::evaluation::Draws;
use crate::output;
use crate::session::Session;
use crate::subset::Subset;
use crate::trained_run::TrainedRun;

/// Measure a run: the bound on log p(x), its terms, active units, log p(x) itself
///
/// Per example, in nats and the data's own units. All runs see the same binarised examples.
#[derive(Debug, Args)]
pub struct Evaluate {
    #[command(flatten)]
    run: RunOption,
    #[command(flatten)]
    data: DataOptions,
    /// Estimates log p(x) by importance sampling with exactly K draws for each example
    #[arg(long, value_name = "K")]
    iwae: Option<NonZeroUsize>,
    #[command(flatten)]
    seed: SeedOption,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    /// Prints the measurements.
    ///
    /// # Errors
    /// If the run or the data cannot be read.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let run = TrainedRun::open(&self.run.run, session.device())?;
        let draws = Draws { seed: self.seed.seed, iwae: self.iwae.map(NonZeroUsize::get) };
        let (evaluation, _) = Subset::of(&run, &self.data, Split::Test)?.evaluate(draws, session)?;
        if self.json {
            output::json(&evaluation)
        } else {
            output::line(output::aligned(&evaluation.to_rows()))
        }
    }
}
