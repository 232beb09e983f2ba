//! `jensen encode`.

use std::path::PathBuf;

use clap::Args;
use jensen_data::{Array, Field, Role, Split};

use super::options::{DataOptions, RunOption, check_ending};
use crate::error::CliError;
use crate::output;
use crate::session::Session;
use crate::subset::Subset;
use crate::trained_run::TrainedRun;
use crate::view::to_vec;

/// Write the posterior of each example: means and log-variances
#[derive(Debug, Args)]
#[command(
    after_help = "A .npy file holds one array, [examples, 2 × latent]: the means, then the log-variances. A .npz or \
                  .csv file also holds the row of each example and its label."
)]
pub struct Encode {
    #[command(flatten)]
    run: RunOption,
    #[command(flatten)]
    data: DataOptions,
    /// The file: .npy, .npz or .csv
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Encode {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// If the run or the data cannot be read, or the file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let format = check_ending(&self.output, &["npy", "npz", "csv"])?;
        let run = TrainedRun::open(&self.run.run, session.device())?;
        let subset = Subset::of(&run, &self.data, Split::All)?;
        let latent = run.model.latent_dim();
        let (mut row, mut mean, mut log_variance, mut label) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        subset.for_each_batch(session, |batch| {
            let encoding = run.model.encode(batch)?;
            mean.extend(to_vec(encoding.mean));
            log_variance.extend(to_vec(encoding.log_variance));
            row.extend(batch.rows().iter().map(|row| row.cast_signed()));
            label.extend(batch.labels().unwrap_or_default());
            Ok(())
        })?;
        let field = |name, values| Field::new(name, Role::Observation, vec![latent], Array::F32(values));
        let fields = if format == "npy" {
            let pairs = mean.chunks(latent).zip(log_variance.chunks(latent));
            let both =
                pairs.flat_map(|(mean, log_variance)| mean.iter().chain(log_variance).copied()).collect();
            vec![Field::new("z", Role::Observation, vec![2 * latent], Array::F32(both))?]
        } else {
            let mut fields = vec![
                Field::new("row", Role::Condition, vec![], Array::I64(row))?,
                field("mean", mean)?,
                field("log_variance", log_variance)?,
            ];
            if label.len() == subset.rows.len() {
                fields.push(Field::new("label", Role::Label, vec![], Array::I64(label))?);
            }
            fields
        };
        jensen_data::write(&self.output, &fields)?;
        output::line(self.output.display())
    }
}
