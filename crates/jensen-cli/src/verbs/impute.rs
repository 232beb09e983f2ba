//! `jensen impute`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jensen_data::{Role, Split};
use jensen_random::Rng;

use super::options::{RunOption, SeedOption};
use crate::error::CliError;
use crate::imputed_table::ImputedTable;
use crate::model::Imputing;
use crate::output;
use crate::progress::counter;
use crate::session::Session;
use crate::trained_run::TrainedRun;

/// Below so many effective samples an estimate is not to be trusted.
const FEW_SAMPLES: f64 = 10.0;

/// Fill in the missing values of a table
#[derive(Debug, Args)]
#[command(
    after_help = "A filled cell is what the model expects there given the rest of its row: the mean of a number (of a \
                  count it need not be whole; of a positive column that of the logarithm), the most probable of two \
                  values or of several levels. With `--draws M` it is a draw from the conditional distribution, and \
                  each row is there M times, numbered in a first column `draw`: for multiple imputation, analyse each \
                  draw by itself and combine.\n\nExamples:\n  jensen train --data birds.csv --name birds\n  jensen impute \
                  birds --data birds.csv -o filled.csv\n  jensen impute birds --data birds.csv --draws 20 -o draws.csv"
)]
pub struct Impute {
    #[command(flatten)]
    run: RunOption,
    /// The table [default: what the run was trained on]
    #[arg(long, value_name = "SPEC", help_heading = "Data")]
    data: Option<String>,
    /// Draw M times in place of one best guess
    #[arg(long, value_name = "M")]
    draws: Option<NonZeroUsize>,
    /// Importance samples of each row
    #[arg(long, value_name = "K", default_value = "1000")]
    samples: NonZeroUsize,
    #[command(flatten)]
    seed: SeedOption,
    /// The file, .csv or .parquet; one table of text as .csv is copied with all its columns, cells that are
    /// not missing as they are, else the columns that were learned are written
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Impute {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// If the run is of no table, the data cannot be read or the file not be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let run = TrainedRun::open(&self.run.run, session.device())?;
        let Some(schema) = run.record.preprocessing.table() else {
            return Err(CliError::usage(
                format!("{} cannot fill in missing values: it has learned no table", run.directory.name()),
                "train on a table: `jensen train --data table.csv`, without `--likelihood`",
            ));
        };
        let dataset = run.dataset(self.data.as_deref())?;
        let imputing =
            Imputing { samples: self.samples.get(), draws: self.draws.map_or(0, NonZeroUsize::get) };
        let source = self.data.as_ref().unwrap_or(&run.config.data.source);
        let mut table = ImputedTable::create(
            source,
            &dataset,
            (schema, &run.record.preprocessing),
            imputing.draws,
            &self.output,
        )?;
        let loader = run.loader(&dataset, dataset.rows(Split::All)?)?;
        let bar = counter(session, loader.examples());
        let rng = Rng::seed(self.seed.seed).fork("impute");
        let (mut missing, mut doubtful) = (0, 0);
        for batch in loader.ordered() {
            let batch = batch?;
            let observed = batch.require(Role::Observation)?.array().to_f64();
            let imputation = run.model.impute(&batch, imputing, rng)?;
            let versions = imputation.draws.unwrap_or(imputation.prediction);
            let filled: Vec<f64> = versions
                .into_iter()
                .zip(observed.iter().cycle())
                .map(|(filled, &observed)| if observed.is_nan() { filled } else { observed })
                .collect();
            let cells = observed.chunks_exact(schema.columns.len());
            for ((cells, worth), &row) in cells.zip(&imputation.effective_samples).zip(batch.rows()) {
                let lacking = cells.iter().filter(|value| value.is_nan()).count();
                if lacking > 0 && !worth.is_finite() {
                    return Err(CliError::Impossible { row, data: dataset.name().to_owned() });
                }
                missing += lacking;
                doubtful += usize::from(lacking > 0 && *worth < FEW_SAMPLES);
            }
            table.append(&dataset.read(batch.rows())?, &run.record.preprocessing.undo(&filled))?;
            bar.inc(batch.len() as u64);
        }
        bar.finish_and_clear();
        table.finish()?;
        let cells = dataset.len() * schema.columns.len();
        session.say(format!("{missing} of {} were missing", output::count(cells as u64, "cell")));
        if doubtful > 0 {
            session.say(format!(
                "warning: in {} fewer than {FEW_SAMPLES} of the {} samples count: give more with `--samples`",
                output::count(doubtful as u64, "row"),
                self.samples
            ));
        }
        output::line(self.output.display())
    }
}
