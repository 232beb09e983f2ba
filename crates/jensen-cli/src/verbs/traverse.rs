//! `jensen traverse`.

use std::path::PathBuf;

use clap::Args;
use jensen_data::{Rows, Split};

use super::options::{DataOptions, RunOption, check_ending};
use crate::error::CliError;
use crate::output;
use crate::picture::grid::{self, TraversedDimension};
use crate::session::Session;
use crate::trained_run::{TrainedRun, rows_of};
use crate::view::{View, to_vec, write_scene};

/// Dimensions that are shown if no one says.
const SHOWN: usize = 10;

/// Move one latent dimension at a time and show what changes
#[derive(Debug, Args)]
pub struct Traverse {
    #[command(flatten)]
    run: RunOption,
    /// The dimensions, counted from 0 [default: the first 10]
    #[arg(long, value_name = "D,D,…", value_delimiter = ',')]
    dims: Option<Vec<usize>>,
    /// Start from this example of the split, counted from 0, instead of the prior's mean
    #[arg(long, value_name = "I")]
    example: Option<usize>,
    #[command(flatten)]
    data: DataOptions,
    /// The picture: .png or .svg
    #[arg(short, long, value_name = "FILE", default_value = "traversal.png")]
    output: PathBuf,
}

impl Traverse {
    /// Writes the picture and prints its name.
    ///
    /// # Errors
    /// If the run cannot be read, a dimension or the example does not exist, or the file cannot be
    /// written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        check_ending(&self.output, &["png", "svg"])?;
        let run = TrainedRun::open(&self.run.run, session.device())?;
        run.model.check_decodes("traverse")?;
        View::of(&run).check_picture()?;
        let mut traversal = run.model.traversal()?;
        let variables = traversal.variables;
        let dims = self.dims.clone().unwrap_or_else(|| (0..variables.min(SHOWN)).collect());
        if let Some(dim) = dims.iter().find(|&&dim| dim >= variables) {
            return Err(CliError::usage(
                format!("there is no latent dimension {dim} to move in {}", run.directory.name()),
                format!("it has dimensions 0 to {}", variables - 1),
            ));
        }
        if let Some(start) = self.start(&run)? {
            traversal.center = start;
        }
        let latents = traversal.along(&dims, session.device());
        let view = View::of(&run);
        let shown = view.decoded(&latents)?;
        let dimensions: Vec<_> =
            dims.into_iter().map(|index| TraversedDimension { index, kl: None }).collect();
        let title = format!("Traversal of the latents of {}", run.directory.name());
        let steps = (traversal.values.as_slice(), traversal.unit);
        let scene = grid::traversal(&title, &view.events(&shown)?, view.intensity(), &dimensions, steps)?;
        write_scene(&self.output, &scene)?;
        output::line(self.output.display())
    }

    /// The latents of the example to start from, if there is one.
    fn start(&self, run: &TrainedRun) -> Result<Option<Vec<f32>>, CliError> {
        let Some(index) = self.example else { return Ok(None) };
        let dataset = run.dataset(self.data.data.as_deref())?;
        let (rows, split) = rows_of(&dataset, &self.data, Split::Test)?;
        if index >= rows.len() {
            return Err(CliError::usage(
                format!("there is no example {index} in the {split} split of {}", dataset.name()),
                format!("it has examples 0 to {}", rows.len() - 1),
            ));
        }
        let batch = run.batch(&dataset, &Rows::from(vec![rows.at(index)]))?;
        Ok(Some(to_vec(run.model.encode(&batch)?.mean)))
    }
}
