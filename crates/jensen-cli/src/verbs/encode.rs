//! `jensen encode`.

use std::path::PathBuf;

use burn::tensor::Tensor;
use clap::Args;
use jensen_data::{Array, Field, Role, Split};

use super::options::{DataOptions, RunOption, check_ending};
use crate::error::CliError;
use crate::output;
use crate::session::Session;
use crate::subset::{Subset, label_field, row_field};
use crate::trained_run::TrainedRun;
use crate::view::to_vec;

/// Write the posterior of each example: means and log-variances
#[derive(Debug, Args)]
#[command(
    after_help = "A .npy file holds one array, [examples, 2 × latent]: the means, then the log-variances. A .npz, \
                  .csv or .parquet file also holds the row of each example and its label."
)]
pub struct Encode {
    #[command(flatten)]
    run: RunOption,
    #[command(flatten)]
    data: DataOptions,
    /// The file: .npy, .npz, .csv or .parquet
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Encode {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// If the run or the data cannot be read, or the file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let format = check_ending(&self.output, &["npy", "npz", "csv", "parquet"])?;
        let run = TrainedRun::open(&self.run.run, session.device())?;
        let subset = Subset::of(&run, &self.data, Split::All)?;
        let latent = run.model.latent_dim();
        let field =
            |name, width, values| Field::new(name, Role::Observation, vec![width], Array::F32(values));
        subset.write(&self.output, session, |batch| {
            let encoding = run.model.encode(batch)?;
            if format == "npy" {
                let both = Tensor::cat(vec![encoding.mean, encoding.log_variance], 1);
                return Ok(vec![field("z", 2 * latent, to_vec(both))?]);
            }
            let mut fields = vec![
                row_field(batch)?,
                field("mean", latent, to_vec(encoding.mean))?,
                field("log_variance", latent, to_vec(encoding.log_variance))?,
            ];
            fields.extend(label_field(batch)?);
            Ok(fields)
        })?;
        output::line(self.output.display())
    }
}
