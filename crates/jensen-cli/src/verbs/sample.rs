//! `jensen sample`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jensen_random::Rng;

use super::options::{RunOption, SeedOption, at_least_one, check_ending};
use crate::error::CliError;
use crate::model::Samples;
use crate::output;
use crate::picture::grid;
use crate::session::Session;
use crate::trained_run::TrainedRun;
use crate::view::{View, write_scene};

/// Samples of the largest picture: 64 by 64.
const MOST_IN_PICTURE: usize = 4096;

/// The highest temperature: latents stay finite numbers.
const HOTTEST: f64 = 1e6;

/// Invent new examples: latents from the prior, decoded
#[derive(Debug, Args)]
pub struct Sample {
    #[command(flatten)]
    run: RunOption,
    /// How many
    #[arg(short, value_name = "N", default_value = "64", value_parser = at_least_one, allow_negative_numbers = true)]
    n: NonZeroUsize,
    /// Scales the prior's deviations, or divides its logits: below 1 more typical, above 1 more unusual examples
    #[arg(long, value_name = "T", default_value_t = 1.0, allow_negative_numbers = true)]
    temperature: f64,
    #[command(flatten)]
    seed: SeedOption,
    /// The file: .png or .svg for a picture, .npy, .npz, .csv or .parquet for numbers in the data's own units; rows of
    /// a table are drawn and written with its columns and words
    #[arg(short, long, value_name = "FILE", default_value = "samples.png")]
    output: PathBuf,
}

impl Sample {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// If the run cannot be read or the file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let format = check_ending(&self.output, &["png", "svg", "npy", "npz", "csv", "parquet"])?;
        if !(self.temperature >= 0.0 && self.temperature <= HOTTEST) {
            return Err(CliError::usage(
                format!("`--temperature` is {}, but must be a number from 0 to {HOTTEST}", self.temperature),
                "1 draws from the model itself",
            ));
        }
        if matches!(format, "png" | "svg") && self.n.get() > MOST_IN_PICTURE {
            return Err(CliError::usage(
                format!("a picture of {} samples is more than anyone can look at", self.n),
                format!("give `-n` of at most {MOST_IN_PICTURE}, or a .npy, .npz or .csv file"),
            ));
        }
        let run = TrainedRun::open(&self.run.run, session.device())?;
        let rng = Rng::seed(self.seed.seed).fork("sample");
        let view = View::of(&run);
        let is_picture = matches!(format, "png" | "svg");
        if is_picture {
            view.check_picture()?;
        }
        let samples = run.model.sample(self.n.get(), self.temperature, rng)?;
        if is_picture {
            let shown = view.samples(&samples)?;
            let title = format!("Samples from {}", run.directory.name());
            write_scene(&self.output, &grid::samples(&title, &view.events(&shown)?, view.intensity()))?;
        } else {
            let field = match (samples, run.record.preprocessing.table()) {
                (Samples::Observations(values), _) => view.observed_field(&values)?,
                // A row of means is no row of the table: each cell is drawn.
                (Samples::Latents(latents), Some(schema)) => {
                    view.table_field(schema, run.model.draw(latents, rng.fork("observation"))?)?
                }
                (Samples::Latents(latents), None) => view.decoded_field(&latents)?,
            };
            jensen_data::write(&self.output, &[field])?;
        }
        output::line(self.output.display())
    }
}
