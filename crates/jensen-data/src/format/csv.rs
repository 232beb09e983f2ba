//! Tables: comma-, semicolon- or tab-separated text whose first line names the columns.

use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord};

use crate::{Array, DataError, DataSpec, Dataset, Field, Role};

/// The data set in a table: the chosen columns are one observation, an empty cell is NaN.
pub(crate) fn open(path: &Path, bytes: &[u8], spec: &DataSpec) -> Result<Dataset, DataError> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes); // a byte-order mark
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).has_headers(false).from_reader(text);
    let mut records = reader.records();
    let header = match records.next() {
        Some(header) => header.map_err(|error| unreadable(path, &error))?,
        None => return Err(DataError::Empty { name: path.display().to_string() }),
    };
    let names = column_names(path, &header)?;
    let label = match (&spec.label_column, &spec.columns) {
        (Some(name), _) => Some(find(path, &names, name)?),
        (None, Some(_)) => None,
        // As in an archive, a column of this name is not something to be explained.
        (None, None) => names.iter().position(|name| matches!(name.as_str(), "label" | "labels")),
    };
    let observed: Vec<usize> = match &spec.columns {
        Some(columns) => columns.iter().map(|name| find(path, &names, name)).collect::<Result<_, _>>()?,
        None => (0..names.len()).filter(|&column| Some(column) != label).collect(),
    };
    if observed.is_empty() {
        return Err(DataError::Option {
            option: "data.columns",
            value: "empty".to_owned(),
            expected: format!("at least one of {}", listed(&names)),
        });
    }

    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for record in records {
        let record = record.map_err(|error| unreadable(path, &error))?;
        let line = record.position().map_or(0, ::csv::Position::line);
        if record.len() != names.len() {
            return Err(DataError::Malformed {
                path: path.to_owned(),
                position: format!("line {line}"),
                problem: format!("{} cells in a table of {} columns", record.len(), names.len()),
                remedy: "give every line one cell a column, and quote cells that hold the separator"
                    .to_owned(),
            });
        }
        for &column in &observed {
            values.push(number(path, line, &names[column], &record[column])?);
        }
        if let Some(column) = label {
            labels.push(whole_number(path, line, &names[column], &record[column])?);
        }
    }
    if values.is_empty() {
        return Err(DataError::Empty { name: path.display().to_string() });
    }
    let chosen = observed.iter().map(|&column| names[column].clone()).collect();
    let mut fields = vec![
        Field::new("columns", Role::Observation, vec![observed.len()], Array::F64(values))?
            .with_feature_names(chosen),
    ];
    if let Some(column) = label {
        fields.push(Field::new(names[column].clone(), Role::Label, vec![], Array::I64(labels))?);
    }
    Dataset::from_fields(&path.display().to_string(), fields)
}

/// The separator that occurs most often in the first line.
fn delimiter(text: &[u8]) -> u8 {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| line.split(|&byte| byte == separator).count();
    // `max_by_key` takes the last of equals: the comma.
    [b'\t', b';', b','].into_iter().max_by_key(|&separator| count(separator)).unwrap_or(b',')
}

fn column_names(path: &Path, header: &StringRecord) -> Result<Vec<String>, DataError> {
    let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let refuse = |problem: String, remedy: &str| {
        Err(DataError::Malformed {
            path: path.to_owned(),
            position: "line 1".to_owned(),
            problem,
            remedy: remedy.to_owned(),
        })
    };
    if names.iter().all(|name| name.parse::<f64>().is_ok()) {
        return refuse(
            "there are only numbers where the names of the columns should be".to_owned(),
            "put a line with a name for each column first",
        );
    }
    let twice = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name));
    if let Some((_, name)) = twice {
        return refuse(format!("two columns are named `{name}`"), "give each column a name of its own");
    }
    Ok(names)
}

fn find(path: &Path, names: &[String], asked: &str) -> Result<usize, DataError> {
    names.iter().position(|name| name == asked).ok_or_else(|| DataError::UnknownColumn {
        path: path.to_owned(),
        column: asked.to_owned(),
        available: listed(names),
    })
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn number(path: &Path, line: u64, column: &str, cell: &str) -> Result<f64, DataError> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok(f64::NAN);
    }
    cell.parse().map_err(|_| DataError::Malformed {
        path: path.to_owned(),
        position: format!("line {line}, column `{column}`"),
        problem: format!("`{cell}` is not a number"),
        remedy: "correct it, or leave the column out by naming the others with `data.columns`".to_owned(),
    })
}

fn whole_number(path: &Path, line: u64, column: &str, cell: &str) -> Result<i64, DataError> {
    let cell = cell.trim();
    let whole = cell.parse().ok().or_else(|| {
        // Tables written from floating-point numbers say 3.0.
        cell.parse().ok().and_then(|value| Array::F64(vec![value]).to_i64()).map(|values| values[0])
    });
    whole.ok_or_else(|| DataError::Malformed {
        path: path.to_owned(),
        position: format!("line {line}, column `{column}`"),
        problem: format!("the label `{cell}` is not a whole number"),
        remedy: "number the classes 0, 1, 2, …".to_owned(),
    })
}

fn unreadable(path: &Path, error: &::csv::Error) -> DataError {
    DataError::Malformed {
        path: path.to_owned(),
        position: error.position().map_or("text".to_owned(), |position| format!("line {}", position.line())),
        problem: format!("the text cannot be read ({error})"),
        remedy: "save the table as UTF-8 text".to_owned(),
    }
}
