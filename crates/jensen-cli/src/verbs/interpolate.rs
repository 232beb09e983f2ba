//! `jensen interpolate`.

use std::path::PathBuf;

use clap::Args;
use jensen_data::{Rows, Split};
use jensen_models::latent_path;

use super::options::{DataOptions, RunOption, check_ending};
use crate::error::CliError;
use crate::output;
use crate::picture::grid;
use crate::session::Session;
use crate::trained_run::{TrainedRun, rows_of};
use crate::view::{View, write_scene};

/// Walk from one example to another through the latent space
#[derive(Debug, Args)]
pub struct Interpolate {
    #[command(flatten)]
    run: RunOption,
    /// The example to start from, counted from 0 within the split
    #[arg(long, value_name = "I", default_value_t = 0)]
    from: usize,
    /// The example to end at
    #[arg(long, value_name = "J", default_value_t = 1)]
    to: usize,
    /// How many pictures, both ends included
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..))]
    steps: u16,
    #[command(flatten)]
    data: DataOptions,
    /// The picture: .png or .svg
    #[arg(short, long, value_name = "FILE", default_value = "interpolation.png")]
    output: PathBuf,
}

impl Interpolate {
    /// Writes the picture and prints its name.
    ///
    /// # Errors
    /// If the run or the data cannot be read, or the file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        check_ending(&self.output, &["png", "svg"])?;
        let run = TrainedRun::open(&self.run.run, session.device())?;
        run.model.check_decodes("interpolate")?;
        View::of(&run).check_picture()?;
        let dataset = run.dataset(self.data.data.as_deref())?;
        let (rows, split) = rows_of(&dataset, &self.data, Split::Test)?;
        for index in [self.from, self.to] {
            if index >= rows.len() {
                return Err(CliError::usage(
                    format!("there is no example {index} in the {split} split of {}", dataset.name()),
                    format!("it has examples 0 to {}", rows.len() - 1),
                ));
            }
        }
        // The two ends are encoded apart: they may be the same example.
        let end = |index| -> Result<_, CliError> {
            let batch = run.batch(&dataset, &Rows::from(vec![rows.at(index)]))?;
            Ok(run.model.encode(&batch)?.mean)
        };
        let path = latent_path::between(end(self.from)?, end(self.to)?, usize::from(self.steps));
        let view = View::of(&run);
        let shown = view.decoded(&path)?;
        let ends = [format!("example {}", self.from), format!("example {}", self.to)];
        let title = format!("From one example to another, {}", run.directory.name());
        let scene =
            grid::interpolation(&title, &view.events(&shown)?, view.intensity(), [&ends[0], &ends[1]]);
        write_scene(&self.output, &scene)?;
        output::line(self.output.display())
    }
}
