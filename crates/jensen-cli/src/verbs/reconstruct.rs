//! `jensen reconstruct`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jensen_data::{Role, Split};

use super::options::{DataOptions, RunOption, at_least_one, check_ending};
use crate::error::CliError;
use crate::output;
use crate::picture::grid::{self, Difference};
use crate::session::Session;
use crate::trained_run::{TrainedRun, rows_of};
use crate::view::{View, write_scene};

/// Show examples beside what the model makes of them
#[derive(Debug, Args)]
pub struct Reconstruct {
    #[command(flatten)]
    run: RunOption,
    /// How many
    #[arg(short, value_name = "N", default_value = "16", value_parser = at_least_one, allow_negative_numbers = true)]
    n: NonZeroUsize,
    #[command(flatten)]
    data: DataOptions,
    /// The file: .png or .svg for a picture, .npy, .npz, .csv or .parquet for the reconstructions alone
    #[arg(short, long, value_name = "FILE", default_value = "reconstructions.png")]
    output: PathBuf,
}

impl Reconstruct {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// If the run or the data cannot be read, or the file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let format = check_ending(&self.output, &["png", "svg", "npy", "npz", "csv", "parquet"])?;
        let run = TrainedRun::open(&self.run.run, session.device())?;
        run.model.check_decodes("reconstruct")?;
        let dataset = run.dataset(self.data.data.as_deref())?;
        let (rows, _) = rows_of(&dataset, &self.data, Split::Test)?;
        let batch = run.batch(&dataset, &rows.take(self.n.get()))?;
        let view = View::of(&run);
        if !matches!(format, "png" | "svg") {
            jensen_data::write(&self.output, &[view.decoded_field(&run.model.encode(&batch)?.mean)?])?;
            return output::line(self.output.display());
        }
        view.check_picture()?;
        let originals = view.shown(batch.tensor(Role::Observation, session.device())?);
        let decoded = view.decoded(&run.model.encode(&batch)?.mean)?;
        let scene = grid::reconstructions(
            &format!("Reconstructions by {}", run.directory.name()),
            &view.events(&originals)?,
            &view.events(&decoded)?,
            view.intensity(),
            Difference::Hidden,
        )?;
        write_scene(&self.output, &scene)?;
        output::line(self.output.display())
    }
}
