//! `jensen evaluate`.

use std::num::NonZeroUsize;

use clap::Args;
use jensen_data::Split;
use serde::Serialize;

use super::options::{DataOptions, RunOption, SeedOption, at_least_one};
use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation};
use crate::memory;
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
    #[arg(long, value_name = "K", value_parser = at_least_one, allow_negative_numbers = true)]
    iwae: Option<NonZeroUsize>,
    #[command(flatten)]
    seed: SeedOption,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

/// The object that `--json` prints.
#[derive(Serialize)]
struct Measured<'a> {
    #[serde(flatten)]
    evaluation: &'a Evaluation,
    /// The most bytes that were allocated at any moment.
    peak_memory: u64,
}

impl Evaluate {
    /// Prints the measurements.
    ///
    /// # Errors
    /// If the run or the data cannot be read.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let run = TrainedRun::open(&self.run.run, session.device())?;
        let draws = Draws { seed: self.seed.seed, iwae: self.iwae.map(NonZeroUsize::get) };
        let evaluation = Subset::of(&run, &self.data, Split::Test)?.evaluate(draws, session)?;
        if self.json {
            return output::json(&Measured { evaluation: &evaluation, peak_memory: memory::peak().0 });
        }
        let rows = evaluation.to_rows().into_iter().chain(memory::row());
        output::line(output::aligned(&rows.collect::<Vec<_>>()))
    }
}
