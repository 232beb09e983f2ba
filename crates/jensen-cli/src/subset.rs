//! The examples that a verb asks a run about.

use jensen_data::{Batch, Dataset, Rows, Split};

use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation, evaluate};
use crate::progress::counter;
use crate::session::Session;
use crate::trained_run::{TrainedRun, rows_of};
use crate::verbs::DataOptions;

/// Some rows of a data set, and the run that sees them.
pub struct Subset<'a> {
    run: &'a TrainedRun,
    dataset: Dataset,
    /// Which examples.
    pub rows: Rows,
    /// The split they are of.
    pub split: Split,
}

impl<'a> Subset<'a> {
    /// What the options ask for, of the run's own data and of this split by default.
    ///
    /// # Errors
    /// If the data cannot be read, are of another shape, or have no such split.
    pub fn of(run: &'a TrainedRun, options: &DataOptions, default: Split) -> Result<Self, CliError> {
        let dataset = run.dataset(options.data.as_deref())?;
        let (rows, split) = rows_of(&dataset, options, default)?;
        Ok(Self { run, dataset, rows, split })
    }

    /// Visits the examples in their order, batch by batch, under a bar.
    ///
    /// # Errors
    /// If a batch cannot be read, or the visitor fails.
    pub fn for_each_batch(
        &self,
        session: &Session,
        mut visit: impl FnMut(&Batch) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let loader = self.run.loader(&self.dataset, self.rows.clone())?;
        let bar = counter(session, loader.examples());
        for batch in loader.ordered() {
            let batch = batch?;
            visit(&batch)?;
            bar.inc(batch.len() as u64);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Measures the run on these examples; with importance samples also `log p(x)` of each.
    ///
    /// # Errors
    /// If an example cannot be read, or the model cannot be evaluated so.
    pub fn evaluate(
        &self,
        draws: Draws,
        session: &Session,
    ) -> Result<(Evaluation, Option<Vec<f64>>), CliError> {
        let loader = self.run.loader(&self.dataset, self.rows.clone())?;
        let bar = counter(session, loader.examples());
        let model = self.run.model.as_ref();
        let (metrics, values) = evaluate(model, &loader, draws, |n| bar.inc(n as u64))?;
        bar.finish_and_clear();
        let (name, split) = (self.run.directory.name(), self.split.to_string());
        let place = [name.as_str(), self.dataset.name(), split.as_str()];
        let estimate = values.as_deref().zip(draws.iwae);
        Ok((Evaluation::new(place, model.latent_dim(), &metrics, estimate), values))
    }
}
