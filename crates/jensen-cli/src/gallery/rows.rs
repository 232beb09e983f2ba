//! Of a table: rows that the model invents, and what it keeps of examples.

use jensen_data::{Column, ColumnKind, Role};
use jensen_random::Rng;

use super::Gallery;
use crate::error::CliError;
use crate::model::Samples;
use crate::report::TableRows;
use crate::view::to_vec;

/// How many rows are shown.
const SAMPLES: usize = 8;
const RECONSTRUCTIONS: usize = 6;

impl Gallery<'_> {
    /// Drawn rows, and rows above their reconstructions; nothing if the run is of no table.
    pub(super) fn rows(&self) -> Result<Vec<TableRows>, CliError> {
        let Some(samples) = self.sampled_rows()? else { return Ok(Vec::new()) };
        let model = self.run.model.as_ref();
        let mean = model.encode(&self.batch)?.mean;
        let count = mean.dims()[0].min(RECONSTRUCTIONS);
        let originals = self.batch.tensor(Role::Observation, &mean.device())?.narrow(0, 0, count);
        let decoded = model.decode(mean.narrow(0, 0, count))?;
        let labelled = |what: &'static str, rows: Vec<Vec<String>>| {
            rows.into_iter().map(move |row| std::iter::once(what.to_owned()).chain(row).collect::<Vec<_>>())
        };
        let originals = labelled("example", self.cells(&to_vec(originals)));
        let decoded = labelled("kept", self.cells(&to_vec(decoded)));
        let reconstructions = TableRows {
            caption: "Examples, and below each what the model keeps of it; an empty cell is missing."
                .to_owned(),
            header: std::iter::once(String::new()).chain(samples.header.iter().cloned()).collect(),
            rows: originals.zip(decoded).flat_map(|(original, kept)| [original, kept]).collect(),
        };
        Ok(vec![samples, reconstructions])
    }

    /// Drawn rows; none if the run is of no table.
    pub(super) fn sampled_rows(&self) -> Result<Option<TableRows>, CliError> {
        let Some(schema) = self.run.record.preprocessing.table() else { return Ok(None) };
        // The same draws as `jensen sample` makes.
        let rng = Rng::seed(0).fork("sample");
        let model = self.run.model.as_ref();
        Ok(Some(TableRows {
            caption: "Invented rows.".to_owned(),
            header: schema.columns.iter().map(|column| column.name.clone()).collect(),
            rows: match model.sample(SAMPLES, 1.0, rng)? {
                Samples::Latents(latents) => {
                    self.cells(&to_vec(model.draw(latents, rng.fork("observation"))?))
                }
                Samples::Observations(values) => self.cells(&values),
            },
        }))
    }

    /// Rows as the model sees them, for a reader.
    fn cells<T: Copy + Into<f64>>(&self, values: &[T]) -> Vec<Vec<String>> {
        let preprocessing = &self.run.record.preprocessing;
        let values = preprocessing.undo(values);
        let columns = preprocessing.table().map_or(&[][..], |schema| &schema.columns);
        let row = |row: &[f64]| row.iter().zip(columns).map(|(&x, column)| cell(column, x)).collect();
        values.chunks(columns.len().max(1)).map(row).collect()
    }
}

/// A cell as a reader wants it: a level by its name, four digits of a number, nothing for what is missing.
fn cell(column: &Column, value: f64) -> String {
    match &column.kind {
        _ if value.is_nan() => String::new(),
        ColumnKind::Categorical { levels, .. } => levels[value as usize].clone(),
        _ => number(value),
    }
}

/// A number with four digits.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits = 3 - (value.abs().log10().floor() as i32).clamp(-6, 3);
    format!("{value:.0$}", digits as usize)
}
