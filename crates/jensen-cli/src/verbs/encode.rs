//! `jensen encode`.

use std::path::PathBuf;

use clap::Args;
use jensen_data::{Field, Role, Split};

use super::options::{DataOptions, RunOption, check_ending};
use crate::error::CliError;
use crate::model::Code;
use crate::output;
use crate::session::Session;
use crate::subset::{Subset, label_field, row_field};
use crate::trained_run::TrainedRun;

/// Write the posterior of each example: means and log-variances, or what each component answers for
#[derive(Debug, Args)]
#[command(
    after_help = "A .npy file holds one array, [examples, 2 × latent]: the means, then the log-variances; of a mixture \
                  [examples, 1 + components]: the likeliest component, then the responsibilities; of mdn the components' weights, means and deviations for each \
                  input. A .npz, .csv or \
                  .parquet file also holds the row of each example and its label."
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
        let field = |Code { name, width, values }| {
            let shape = if width == 1 { vec![] } else { vec![width] };
            Field::new(name, Role::Observation, shape, values)
        };
        subset.write(&self.output, session, |batch| {
            let codes = run.model.codes(batch)?;
            if format == "npy" {
                return Ok(vec![field(Code::beside(&codes))?]);
            }
            let mut fields = vec![row_field(batch)?];
            for code in codes {
                fields.push(field(code)?);
            }
            fields.extend(label_field(batch)?);
            Ok(fields)
        })?;
        output::line(self.output.display())
    }
}
