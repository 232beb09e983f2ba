//! What every training ends with: the test split measured, pictures, the report.

use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation, Measurement};
use crate::gallery::Gallery;
use crate::narrow_columns;
use crate::trained_run::TrainedRun;

/// Measures a run on its own test split, stores the result and writes the report.
///
/// # Errors
/// If the run's data cannot be read, or a file not be written.
pub fn conclude(run: &TrainedRun, draws: Draws) -> Result<Evaluation, CliError> {
    let dataset = run.dataset(None)?;
    let split = dataset.evaluation_split();
    let rows = dataset.rows(split)?;
    let mut measurement = Measurement::new(run.model.as_ref(), draws);
    for batch in run.loader(&dataset, rows.clone())?.ordered() {
        measurement.add(&batch?)?;
    }
    let (name, split) = (run.directory.name(), split.to_string());
    let evaluation = measurement.evaluation([&name, dataset.name(), &split])?;
    let narrow_columns = narrow_columns::of(run, &dataset)?;
    let evaluation = Evaluation { evidence: run.evidence()?, narrow_columns, ..evaluation };
    run.directory.store_evaluation(&evaluation)?;
    Gallery::new(run, &dataset, &rows, measurement.metrics(), &evaluation)?.write()?;
    Ok(evaluation)
}
