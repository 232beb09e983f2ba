//! `jensen score`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jensen_data::{Array, Field, Role, Split};
use jensen_random::Rng;

use super::options::{DataOptions, RunOption, SeedOption, at_least_one, check_ending};
use crate::error::CliError;
use crate::output;
use crate::session::Session;
use crate::subset::{Subset, label_field, row_field};
use crate::trained_run::TrainedRun;

/// Score each example by log p(x) or a lower bound on it, of mdn by log p(y|x), as for finding anomalies
#[derive(Debug, Args)]
#[command(
    after_help = "The lower the score, the more unusual the example. Columns: row; elbo, reconstruction and kl \
                        of autoencoders; log_likelihood of other models, and with --iwae; label where the data have \
                        one; all in nats."
)]
pub struct Score {
    #[command(flatten)]
    run: RunOption,
    #[command(flatten)]
    data: DataOptions,
    /// Also estimates log p(x) by importance sampling with exactly K draws for each example
    #[arg(long, value_name = "K", value_parser = at_least_one, allow_negative_numbers = true)]
    iwae: Option<NonZeroUsize>,
    #[command(flatten)]
    seed: SeedOption,
    /// The file: .csv, .npz or .parquet
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Score {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// If the run or the data cannot be read, or the file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        check_ending(&self.output, &["csv", "npz", "parquet"])?;
        let run = TrainedRun::open(&self.run.run, session.device())?;
        let subset = Subset::of(&run, &self.data, Split::All)?;
        let rng = Rng::seed(self.seed.seed).fork("evaluation");
        let column = |name, values| Field::new(name, Role::Observation, vec![], Array::F64(values));
        subset.write(&self.output, session, |batch| {
            let mut fields = vec![row_field(batch)?];
            for (name, values) in run.model.score(batch, rng.fork("bound"))? {
                fields.push(column(name, values)?);
            }
            if let Some(samples) = self.iwae {
                let sandwich = run.model.sandwich(batch, samples.get(), rng.fork("importance"))?;
                let lower = sandwich.iter().map(|bounds| bounds.lower).collect();
                fields.push(column("log_likelihood", lower)?);
            }
            fields.extend(label_field(batch)?);
            Ok(fields)
        })?;
        output::line(self.output.display())
    }
}
