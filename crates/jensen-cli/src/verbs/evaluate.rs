//! `jensen evaluate`.

use std::num::NonZeroUsize;

use clap::Args;
use jensen_data::Split;

use super::options::{DataOptions, RunOption, SeedOption};
use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation, evaluate};
use crate::output;
use crate::progress::counter;
use crate::session::Session;
use crate::trained_run::{TrainedRun, rows_of};

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
        let dataset = run.dataset(self.data.data.as_deref())?;
        let (rows, split) = rows_of(&dataset, &self.data, Split::Test)?;
        let loader = run.loader(&dataset, rows)?;
        let draws = Draws { seed: self.seed.seed, iwae: self.iwae.map(NonZeroUsize::get) };
        let bar = counter(session, loader.examples());
        let (metrics, values) = evaluate(run.model.as_ref(), &loader, draws, |n| bar.inc(n as u64))?;
        bar.finish_and_clear();
        let estimate = values.as_deref().zip(draws.iwae);
        let place = [run.directory.name(), dataset.name().to_owned(), split.to_string()];
        let place = [place[0].as_str(), place[1].as_str(), place[2].as_str()];
        let evaluation = Evaluation::new(place, run.model.latent_dim(), &metrics, estimate);
        if self.json {
            output::json(&evaluation)
        } else {
            output::line(output::aligned(&evaluation.to_rows()))
        }
    }
}
