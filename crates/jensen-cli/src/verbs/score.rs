//! `jensen score`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jensen_data::{Array, Field, Role, Split};
use jensen_infer::evaluation::ExampleBound;
use jensen_random::Rng;

use super::options::{DataOptions, RunOption, SeedOption, check_ending};
use crate::error::CliError;
use crate::output;
use crate::session::Session;
use crate::subset::Subset;
use crate::trained_run::TrainedRun;

/// Score each example by a lower bound on log p(x), as for finding anomalies
#[derive(Debug, Args)]
#[command(
    after_help = "The lower the score, the more unusual the example. Columns: row, elbo, reconstruction, kl, \
                        log_likelihood with --iwae, label where the data have one; all in nats."
)]
pub struct Score {
    #[command(flatten)]
    run: RunOption,
    #[command(flatten)]
    data: DataOptions,
    /// Also estimates log p(x) by importance sampling with exactly K draws for each example
    #[arg(long, value_name = "K")]
    iwae: Option<NonZeroUsize>,
    #[command(flatten)]
    seed: SeedOption,
    /// The file: .csv or .npz
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Score {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// If the run or the data cannot be read, or the file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        check_ending(&self.output, &["csv", "npz"])?;
        let run = TrainedRun::open(&self.run.run, session.device())?;
        let subset = Subset::of(&run, &self.data, Split::All)?;
        let rng = Rng::seed(self.seed.seed).fork("evaluation");
        let (mut row, mut bounds, mut likelihoods, mut label) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        subset.for_each_batch(session, |batch| {
            bounds.extend(run.model.bounds(batch, rng.fork("bound"))?);
            if let Some(samples) = self.iwae {
                likelihoods.extend(run.model.log_likelihood(batch, samples.get(), rng.fork("importance"))?);
            }
            row.extend(batch.rows().iter().map(|row| row.cast_signed()));
            label.extend(batch.labels().unwrap_or_default());
            Ok(())
        })?;
        let column = |name, values| Field::new(name, Role::Observation, vec![], values);
        let of = |value: fn(&ExampleBound) -> f64| Array::F64(bounds.iter().map(value).collect());
        let mut fields = vec![
            column("row", Array::I64(row))?,
            column("elbo", of(|bound| bound.elbo()))?,
            column("reconstruction", of(|bound| bound.reconstruction))?,
            column("kl", of(|bound| bound.kl))?,
        ];
        if self.iwae.is_some() {
            fields.push(column("log_likelihood", Array::F64(likelihoods))?);
        }
        if label.len() == subset.rows.len() {
            fields.push(column("label", Array::I64(label))?);
        }
        jensen_data::write(&self.output, &fields)?;
        output::line(self.output.display())
    }
}
