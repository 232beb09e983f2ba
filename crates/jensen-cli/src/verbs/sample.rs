//! `jensen sample`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jensen_data::{Array, Field, Role, Split};
use jensen_random::Rng;

use super::options::{DataOptions, RunOption, SeedOption, at_least_one, check_ending};
use crate::error::CliError;
use crate::model::Samples;
use crate::output;
use crate::picture::grid;
use crate::session::Session;
use crate::subset::Subset;
use crate::trained_run::TrainedRun;
use crate::view::{View, write_scene};

/// Samples if no one says how many.
const SAMPLES: usize = 64;

/// Samples of the largest picture: 64 by 64.
const MOST_IN_PICTURE: usize = 4096;

/// The highest temperature: latents stay finite numbers.
const HOTTEST: f64 = 1e6;

/// Invent new examples: latents from the prior, decoded; or what a model predicts, drawn for given inputs
#[derive(Debug, Args)]
pub struct Sample {
    #[command(flatten)]
    run: RunOption,
    /// How many [default: 64]; of a model that predicts, for each example [default: 1]
    #[arg(short, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    n: Option<NonZeroUsize>,
    #[command(flatten)]
    data: DataOptions,
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
        let n = self.n.map_or(SAMPLES, NonZeroUsize::get);
        if matches!(format, "png" | "svg") && n > MOST_IN_PICTURE {
            return Err(CliError::usage(
                format!("a picture of {n} samples is more than anyone can look at"),
                format!("give `-n` of at most {MOST_IN_PICTURE}, or a .npy, .npz or .csv file"),
            ));
        }
        let run = TrainedRun::open(&self.run.run, session.device())?;
        if run.model.target().is_some() {
            return self.predict(&run, format, session);
        }
        if self.data.data.is_some() || self.data.split.is_some() || self.data.limit.is_some() {
            return Err(CliError::usage(
                format!("a {} invents examples from nothing", run.model.name()),
                "leave `--data`, `--split` and `--limit` out: they are for models that predict",
            ));
        }
        let rng = Rng::seed(self.seed.seed).fork("sample");
        let view = View::of(&run);
        let is_picture = matches!(format, "png" | "svg");
        if is_picture {
            view.check_picture()?;
        }
        let samples = run.model.sample(n, self.temperature, rng)?;
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

    /// Writes draws of what is predicted beside the inputs that they are for.
    fn predict(&self, run: &TrainedRun, format: &str, session: &Session) -> Result<(), CliError> {
        if !matches!(format, "csv" | "npz" | "parquet") {
            return Err(CliError::usage(
                format!("a {} draws a row for each example, which has no picture", run.model.name()),
                "give `-o` a file that ends in .csv, .npz or .parquet; the report has pictures",
            ));
        }
        let names = run.model.target().map(|target| target.names().to_vec()).unwrap_or_default();
        let draws = self.n.map_or(1, NonZeroUsize::get);
        let subset = Subset::of(run, &self.data, Split::All)?;
        let rng = Rng::seed(self.seed.seed).fork("sample");
        subset.write_each(&self.output, session, draws, |batch| {
            let (mut components, mut values) = (Vec::new(), Vec::new());
            for draw in 0..draws {
                let drawn = run.model.predict(batch, self.temperature, rng.at(draw as u64))?;
                components.push(drawn.components);
                values.push(drawn.values);
            }
            // All draws of an example follow each other.
            let each = |places: usize| (0..places).flat_map(|row| (0..draws).map(move |draw| (row, draw)));
            let width = names.len();
            let values =
                each(batch.len()).flat_map(|(row, draw)| &values[draw][row * width..(row + 1) * width]);
            let components = each(batch.len()).map(|(row, draw)| components[draw][row]);
            let rows: Vec<u64> = each(batch.len()).map(|(row, _)| batch.rows()[row]).collect();
            let numbers = rows.iter().map(|row| row.cast_signed()).collect();
            let mut fields = vec![
                Field::new("row", Role::Condition, vec![], Array::I64(numbers))?,
                subset.observations(&rows)?,
            ];
            if draws > 1 {
                let number = each(batch.len()).map(|(_, draw)| draw.cast_signed() as i64 + 1).collect();
                fields.push(Field::new("draw", Role::Condition, vec![], Array::I64(number))?);
            }
            fields.push(Field::new("component", Role::Label, vec![], Array::I64(components.collect()))?);
            let target =
                Field::new("target", Role::Target, vec![width], Array::F64(values.copied().collect()))?;
            fields.push(target.with_feature_names(names.clone()));
            Ok(fields)
        })?;
        output::line(self.output.display())
    }
}
