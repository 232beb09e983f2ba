//! Where the rows of a table go once their missing cells are filled in.

use std::path::Path;

use jensen_data::{
    Array, Batch, ColumnKind, DataError, Dataset, EMBEDDED, Field, FilledRow, FilledTable, Preprocessing,
    Role, TableSchema, Writer,
};

use crate::error::CliError;

/// The column that numbers the draws of a row.
const DRAW: &str = "draw";

/// A file that a table is copied to, row by row, with its missing cells filled in.
pub struct ImputedTable<'a> {
    schema: &'a TableSchema,
    /// Which digits of a number are known.
    digits: Digits,
    /// How often each row is there; 0 for once, without a number.
    draws: usize,
    target: Target,
}

/// The precision of numbers that are filled in.
#[derive(Clone, Copy)]
enum Digits {
    Single,
    Double,
}

enum Target {
    /// A copy of text, with the place of each column of the schema in the file.
    Text(Box<FilledTable>, Vec<usize>),
    /// What was read of the data, written anew.
    Fields(Option<Writer>, std::path::PathBuf, usize),
}

impl<'a> ImputedTable<'a> {
    /// Begins a file for the rows of `dataset`, which was read from `source`.
    ///
    /// # Errors
    /// If the source cannot be read or the file not be written.
    pub fn create(
        source: &str,
        dataset: &Dataset,
        (schema, preprocessing): (&'a TableSchema, &Preprocessing),
        draws: usize,
        output: &Path,
    ) -> Result<Self, CliError> {
        let leading = (draws > 0).then_some(DRAW);
        if leading.is_some() && schema.columns.iter().any(|column| column.name == DRAW) {
            return Err(CliError::usage(
                format!("the draws are numbered in a column `{DRAW}`, and the table has one of that name"),
                "rename the table's column",
            ));
        }
        let is_file = EMBEDDED.iter().all(|embedded| embedded.name != source) && Path::new(source).is_file();
        let text = if is_file && is_text(output) {
            FilledTable::create(Path::new(source), output, leading)?
        } else {
            None
        };
        let target = match text {
            Some(text) => {
                let places = schema.columns.iter().map(|column| {
                    text.names().iter().position(|name| *name == column.name).ok_or_else(|| {
                        CliError::usage(
                            format!("{source} has no column `{}`", column.name),
                            "give data with the columns of the training data",
                        )
                    })
                });
                let places = places.collect::<Result<_, _>>()?;
                Target::Text(Box::new(text), places)
            }
            None => Target::Fields(None, output.to_owned(), dataset.len() * draws.max(1)),
        };
        let digits = if preprocessing.is_double() { Digits::Double } else { Digits::Single };
        Ok(Self { schema, digits, draws, target })
    }

    /// Adds the next rows: as they were read, and each version of them with every cell filled, in the
    /// data's units and the schema's columns and levels, version by version.
    ///
    /// # Errors
    /// If a row cannot be read again or not be written.
    pub fn append(&mut self, raw: &Batch, filled: &[f64]) -> Result<(), CliError> {
        let Self { schema, digits, draws, target } = self;
        let columns = schema.columns.len();
        let version = |draw: usize, row: usize| {
            let from = (draw * raw.len() + row) * columns;
            &filled[from..from + columns]
        };
        match target {
            Target::Text(table, places) => {
                for row in 0..raw.len() {
                    if !table.advance()? {
                        return Err(CliError::usage("the table has become shorter", "run it again"));
                    }
                    for draw in 0..(*draws).max(1) {
                        let cells = schema.columns.iter().zip(&*places).zip(version(draw, row));
                        let cells = cells
                            .filter(|((_, place), _)| table.is_missing(**place))
                            .map(|((column, &place), &value)| {
                                (place, text(&column.kind, value, *digits, table.truth(place)))
                            })
                            .collect();
                        let leading = (*draws > 0).then(|| (draw + 1).to_string());
                        table.write(&FilledRow { leading, cells })?;
                    }
                }
                Ok(())
            }
            Target::Fields(writer, path, rows) => {
                let mut fields = Vec::new();
                let versions = (*draws).max(1);
                if *draws > 0 {
                    let numbers = (0..raw.len()).flat_map(|_| 1..=draws.cast_signed() as i64).collect();
                    fields.push(Field::new(DRAW, Role::Condition, vec![], Array::I64(numbers))?);
                }
                for field in raw.fields() {
                    fields.push(if field.spec().role == Role::Observation {
                        filled_field(schema, field, versions, version)?
                    } else {
                        let rows = (0..raw.len() as u64).flat_map(|row| vec![row; versions]);
                        field.gather(&rows.collect::<Vec<_>>())
                    });
                }
                let writer = match writer {
                    Some(writer) => writer,
                    None => {
                        let specs: Vec<_> = fields.iter().map(|field| field.spec().clone()).collect();
                        writer.insert(Writer::create(path, &specs, *rows)?)
                    }
                };
                Ok(writer.append(&fields)?)
            }
        }
    }

    /// Completes the file.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn finish(self) -> Result<(), CliError> {
        match self.target {
            Target::Text(table, _) => table.finish()?,
            Target::Fields(writer, ..) => writer.map_or(Ok(()), Writer::finish)?,
        }
        Ok(())
    }
}

/// The observations as read, each row `versions` times, with missing cells filled; levels are those of
/// the schema.
fn filled_field<'f>(
    schema: &TableSchema,
    field: &Field,
    versions: usize,
    version: impl Fn(usize, usize) -> &'f [f64],
) -> Result<Field, DataError> {
    let spec = field.spec();
    let features = spec.features();
    let column_of = |feature: usize| {
        let name = spec.feature_names.get(feature);
        name.map_or(Some(feature), |name| schema.columns.iter().position(|column| column.name == *name))
    };
    let columns: Vec<Option<usize>> = (0..features).map(column_of).collect();
    let is_level = |column: usize| matches!(schema.columns[column].kind, ColumnKind::Categorical { .. });
    let raw = field.array().to_f64();
    let mut values = Vec::with_capacity(raw.len() * versions);
    for (row, cells) in raw.chunks(features).enumerate() {
        for draw in 0..versions {
            let filled = version(draw, row);
            let cells = cells.iter().zip(&columns).map(|(&cell, column)| match *column {
                Some(column) if cell.is_nan() || is_level(column) => filled[column],
                _ => cell,
            });
            values.extend(cells);
        }
    }
    let mut levels = spec.levels.clone();
    for (feature, column) in columns.into_iter().enumerate() {
        if let Some(ColumnKind::Categorical { levels: known, .. }) =
            column.map(|column| &schema.columns[column].kind)
        {
            levels.insert(feature, known.clone());
        }
    }
    let filled = Field::new(spec.name.clone(), spec.role, spec.shape.clone(), Array::F64(values))?;
    let filled = filled.with_levels(levels);
    Ok(if spec.feature_names.is_empty() {
        filled
    } else {
        filled.with_feature_names(spec.feature_names.clone())
    })
}

/// Whether a path is to hold text.
fn is_text(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name).to_owned();
    [".csv", ".tsv", ".txt"].iter().any(|ending| name.ends_with(ending))
}

/// A cell: a level by its name, `true` and `false` as the column writes them, a number with the digits
/// that are known.
fn text(kind: &ColumnKind, value: f64, digits: Digits, truth: Option<[&'static str; 2]>) -> String {
    match (kind, truth) {
        (ColumnKind::Categorical { levels, .. }, _) => levels[value as usize].clone(),
        (ColumnKind::Binary { .. }, Some(words)) => words[usize::from(value != 0.0)].to_owned(),
        _ => match digits {
            Digits::Single => (value as f32).to_string(),
            Digits::Double => value.to_string(),
        },
    }
}
