//! `jensen decode`.

use std::path::PathBuf;

use burn::tensor::{Tensor, TensorData};
use clap::Args;
use jensen_data::{DataSpec, Dataset, Role, Split};

use super::options::{RunOption, check_ending};
use crate::error::CliError;
use crate::output;
use crate::picture::grid;
use crate::session::Session;
use crate::trained_run::TrainedRun;
use crate::view::{View, write_scene};

/// Make examples from latents in a file
#[derive(Debug, Args)]
pub struct Decode {
    #[command(flatten)]
    run: RunOption,
    /// One row of latents an example (.npy, .npz with an array `mean` or `z`, or .csv); what `encode` wrote is
    /// understood, its log-variances are left aside
    #[arg(long, value_name = "FILE")]
    latents: PathBuf,
    /// The file: .png or .svg for a picture, .npy, .npz, .csv or .parquet for numbers in the data's
    /// own units
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Decode {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// If the run or the latents cannot be read, or the file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let format = check_ending(&self.output, &["png", "svg", "npy", "npz", "csv", "parquet"])?;
        let run = TrainedRun::open(&self.run.run, session.device())?;
        run.model.check_decodes("decode")?;
        let latents = self.read(run.model.latent_dim())?;
        let mut rows = latents.chunks(run.model.latent_dim()).enumerate();
        let refused = rows.find_map(|(row, latent)| Some((row, run.model.refuses(latent)?)));
        if let Some((row, expected)) = refused {
            return Err(CliError::usage(
                format!("row {row} of {} is no latent of this {}", self.latents.display(), run.model.name()),
                format!("give {expected}, as `jensen encode` writes them"),
            ));
        }
        let shape = [latents.len() / run.model.latent_dim(), run.model.latent_dim()];
        let latents = Tensor::from_data(TensorData::new(latents, shape), session.device());
        let view = View::of(&run);
        if matches!(format, "png" | "svg") {
            view.check_picture()?;
            let shown = view.decoded(&latents)?;
            let title = format!("{} decoded by {}", self.latents.display(), run.directory.name());
            write_scene(&self.output, &grid::samples(&title, &view.events(&shown)?, view.intensity()))?;
        } else {
            jensen_data::write(&self.output, &[view.decoded_field(&latents)?])?;
        }
        output::line(self.output.display())
    }

    /// The latents, row by row.
    fn read(&self, latent: usize) -> Result<Vec<f32>, CliError> {
        let source = self.latents.display().to_string();
        let open = |columns| Dataset::open(&DataSpec { columns, ..DataSpec::new(source.clone()) });
        // What `encode` writes holds more than the means: name their columns.
        let named: Vec<String> = (0..latent).map(|dim| format!("mean_{dim}")).collect();
        let dataset = [vec!["mean".to_owned()], named, vec!["z".to_owned()]]
            .into_iter()
            .find_map(|columns| open(Some(columns)).ok())
            .map_or_else(|| open(None), Ok)?;
        let batch = dataset.read(&dataset.rows(Split::All)?.iter().collect::<Vec<_>>())?;
        let field = batch.field(Role::Observation).ok_or_else(|| {
            CliError::usage(
                format!("{source} holds no latents"),
                "give an array or table with one row an example",
            )
        })?;
        if field.spec().shape.len() > 1 {
            return Err(CliError::usage(
                format!(
                    "{source} holds arrays of shape {:?} for each example, not rows of latents",
                    field.spec().shape
                ),
                format!("give one row of {latent} numbers an example"),
            ));
        }
        let columns = field.spec().features();
        let values = field.array().to_f32();
        if columns != latent && columns != 2 * latent {
            return Err(CliError::usage(
                format!(
                    "{source} has {columns} columns, but {} has {latent} latent dimensions",
                    self.run.run
                ),
                format!("give {latent} columns, or the {} that `jensen encode` writes to .npy", 2 * latent),
            ));
        }
        let latents: Vec<f32> = values.chunks(columns).flat_map(|row| &row[..latent]).copied().collect();
        match latents.iter().position(|value| !value.is_finite()) {
            Some(at) => Err(CliError::usage(
                format!("{source} is not finite in row {}, column {}", at / latent, at % latent),
                "remove the row",
            )),
            None => Ok(latents),
        }
    }
}
