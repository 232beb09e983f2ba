//! What every training ends with: the test split measured, pictures, the report.

use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation, evaluate};
use crate::gallery::Gallery;
use crate::trained_run::TrainedRun;

/// Measures a run on its own test split, stores the result and writes the report.
///
/// # Errors
/// If the run's data cannot be read, or a file not be written.
pub fn conclude(run: &TrainedRun, draws: Draws) -> Result<Evaluation, CliError> {
    let dataset = run.dataset(None)?;
    let split = dataset.evaluation_split();
    let rows = dataset.rows(split)?;
    let loader = run.loader(&dataset, rows.clone())?;
    let (metrics, values) = evaluate(run.model.as_ref(), &loader, draws, |_| {})?;
    let (name, split) = (run.directory.name(), split.to_string());
    let estimate = values.as_deref().zip(draws.iwae);
    let evaluation =
        Evaluation::new([&name, dataset.name(), &split], run.model.latent_dim(), &metrics, estimate);
    run.directory.store_evaluation(&evaluation)?;
    Gallery::new(run, &dataset, &rows, &metrics, &evaluation)?.write()?;
    Ok(evaluation)
}
