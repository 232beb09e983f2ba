//! The examples that a verb asks a run about.

use std::path::Path;

use jensen_data::{Array, Batch, Dataset, Field, Loader, Role, Rows, Split, Writer};

use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation, Measurement};
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

    /// A split of the run's own data, if they have it.
    ///
    /// # Errors
    /// If the data cannot be read.
    pub fn of_split(run: &'a TrainedRun, split: Split) -> Result<Option<Self>, CliError> {
        let dataset = run.dataset(None)?;
        let rows = dataset.split(split);
        Ok(rows.map(|rows| Self { run, dataset, rows, split }))
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
        let loader = self.loader()?;
        let bar = counter(session, loader.examples());
        for batch in loader.ordered() {
            let batch = batch?;
            visit(&batch)?;
            bar.inc(batch.len() as u64);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// The name of what says how often each example counts, if something does.
    pub fn weights(&self) -> Option<&str> {
        self.dataset.field(Role::Weight).map(|field| field.name.as_str())
    }

    /// Says that each example counts once, where those of the training did not.
    pub fn note_weights(&self, session: &Session) {
        let column = self.run.config.data.weight_column.as_ref();
        if let Some(column) = column.filter(|_| self.weights().is_none()) {
            session.say(format!(
                "{} has no weights in `{column}`: each example counts once",
                self.dataset.name()
            ));
        }
    }

    /// Measures the run on these examples.
    ///
    /// # Errors
    /// If an example cannot be read, or the model cannot be evaluated so.
    pub fn measure(&self, draws: Draws, session: &Session) -> Result<Measurement<'a>, CliError> {
        self.note_weights(session);
        let mut measurement = Measurement::new(self.run.model.as_ref(), draws);
        self.for_each_batch(session, |batch| measurement.add(batch).map(drop))?;
        Ok(measurement)
    }

    /// A measurement of these examples under their names.
    ///
    /// # Errors
    /// If no example counts.
    pub fn evaluation(&self, measurement: &Measurement<'_>) -> Result<Evaluation, CliError> {
        let (name, split) = (self.run.directory.name(), self.split.to_string());
        measurement.evaluation([&name, self.dataset.name(), &split])
    }

    /// The examples in batches, with the binarisation of evaluation.
    ///
    /// # Errors
    /// If there are none.
    pub fn loader(&self) -> Result<Loader<'_>, CliError> {
        self.run.loader(&self.dataset, self.rows.clone())
    }

    /// The first `n` examples in one batch, with the binarisation of evaluation.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn first(&self, n: usize) -> Result<Batch, CliError> {
        self.run.batch(&self.dataset, &self.rows.take(n))
    }

    /// The observations of a batch in the data's own numbers.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn observations(&self, rows: &[u64]) -> Result<Field, CliError> {
        Ok(self.dataset.read(rows)?.require(Role::Observation)?.clone())
    }

    /// Writes some fields of each example to a file, batch by batch.
    ///
    /// # Errors
    /// If a batch cannot be read, its fields not be made, or the file not be written.
    pub fn write(
        &self,
        path: &Path,
        session: &Session,
        fields_of: impl FnMut(&Batch) -> Result<Vec<Field>, CliError>,
    ) -> Result<(), CliError> {
        self.write_each(path, session, 1, fields_of)
    }

    /// As [`write`](Self::write), so many rows an example.
    ///
    /// # Errors
    /// As `write`.
    pub fn write_each(
        &self,
        path: &Path,
        session: &Session,
        rows: usize,
        mut fields_of: impl FnMut(&Batch) -> Result<Vec<Field>, CliError>,
    ) -> Result<(), CliError> {
        let mut begun: Option<Writer> = None;
        self.for_each_batch(session, |batch| {
            let fields = fields_of(batch)?;
            let writer = match &mut begun {
                Some(writer) => writer,
                None => {
                    let specs: Vec<_> = fields.iter().map(|field| field.spec().clone()).collect();
                    begun.insert(Writer::create(path, &specs, self.rows.len() * rows)?)
                }
            };
            Ok(writer.append(&fields)?)
        })?;
        Ok(begun.map_or(Ok(()), Writer::finish)?)
    }
}

/// The rows of a batch in the data, as a field for a file.
pub fn row_field(batch: &Batch) -> Result<Field, CliError> {
    let rows = batch.rows().iter().map(|row| row.cast_signed()).collect();
    Ok(Field::new("row", Role::Condition, vec![], Array::I64(rows))?)
}

/// The labels of a batch as a field for a file, where the data have labels: words where they are words.
pub fn label_field(batch: &Batch) -> Result<Option<Field>, CliError> {
    let Some(labels) = batch.labels() else { return Ok(None) };
    let field = Field::new("label", Role::Label, vec![], Array::I64(labels))?;
    let levels = batch.field(Role::Label).map(|field| field.spec().levels.clone());
    Ok(Some(field.with_levels(levels.unwrap_or_default())))
}
