//! Tables: comma-, semicolon- or tab-separated text whose first line names the columns.

mod column;
mod encoding;
mod fill;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord};

use crate::{Array, DataError, DataSpec, Dataset, Field, Kind, Role, weight};
use column::{Column, Content, Reading};

pub use fill::{FilledRow, FilledTable};

/// The data set in a table: the chosen columns are one observation, and those that are to be predicted one
/// target, in which words count the levels of their column and a missing cell is NaN; weights and labels are fields of
/// their own.
pub(crate) fn open(path: &Path, bytes: &[u8], spec: &DataSpec) -> Result<Dataset, DataError> {
    let text = encoding::decode(path, bytes)?;
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(&text))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    if !reader.read_record(&mut record).map_err(|error| unreadable(path, &error))? {
        return Err(DataError::Empty { name: path.display().to_string() });
    }
    let names = column_names(path, &record)?;
    let Chosen { observed, targets, weight, label } = choose(path, &names, spec)?;

    let reading = |name: &String| match spec.kinds.get(name) {
        Some(Kind::Categorical) => Reading::Words,
        _ => Reading::Told,
    };
    let of_columns = |columns: Vec<usize>| {
        let readers = columns.iter().map(|&column| Column::new(reading(&names[column]))).collect();
        Cells { columns, readers, values: Vec::new() }
    };
    let [mut observed, mut targets, mut weights] =
        [observed, targets, weight.into_iter().collect()].map(of_columns);
    let mut classes = label.map(|column| Column::new(reading(&names[column])));
    let mut labels = Vec::new();
    while reader.read_record(&mut record).map_err(|error| unreadable(path, &error))? {
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
        observed.read(line, &record);
        targets.read(line, &record);
        weights.read(line, &record);
        check_weight(path, line, &names, &weights)?;
        if let (Some(reader), Some(column)) = (&mut classes, label) {
            let value = reader.read(line, record[column].trim());
            check_label(path, line, &names[column], &record[column], value)?;
            labels.push(value);
        }
    }
    if observed.values.is_empty() {
        return Err(DataError::Empty { name: path.display().to_string() });
    }

    let mut fields = vec![observed.finish(path, &names, "columns", Role::Observation)?];
    if !targets.columns.is_empty() {
        fields.push(targets.finish(path, &names, "targets", Role::Target)?);
    }
    if let Some(column) = weight {
        let read = weights.finish(path, &names, &names[column], Role::Weight)?;
        weight::check_field(&path.display().to_string(), read.spec())?;
        fields.push(Field::new(names[column].clone(), Role::Weight, vec![], read.into_array())?);
    }
    if let (Some(reader), Some(column)) = (classes, label) {
        let content = reader.finish(path, &names[column])?;
        let words = translate(labels.iter_mut(), content);
        let labels = labels.into_iter().map(|label| label as i64).collect();
        fields.push(
            Field::new(names[column].clone(), Role::Label, vec![], Array::I64(labels))?
                .with_levels(words.map(|words| (0, words)).into_iter().collect()),
        );
    }
    Dataset::from_fields(&path.display().to_string(), fields)
}

/// Some columns on their way into a field.
struct Cells {
    columns: Vec<usize>,
    readers: Vec<Column>,
    values: Vec<f64>,
}

impl Cells {
    fn read(&mut self, line: u64, record: &StringRecord) {
        for (reader, &column) in self.readers.iter_mut().zip(&self.columns) {
            self.values.push(reader.read(line, record[column].trim()));
        }
    }

    fn finish(mut self, path: &Path, names: &[String], name: &str, role: Role) -> Result<Field, DataError> {
        let mut levels = BTreeMap::new();
        for (feature, (reader, &column)) in self.readers.into_iter().zip(&self.columns).enumerate() {
            let content = reader.finish(path, &names[column])?;
            let cells = self.values.iter_mut().skip(feature).step_by(self.columns.len());
            if let Some(words) = translate(cells, content) {
                levels.insert(feature, words);
            }
        }
        let chosen = self.columns.iter().map(|&column| names[column].clone()).collect();
        let field = Field::new(name, role, vec![self.columns.len()], Array::F64(self.values))?;
        Ok(field.with_feature_names(chosen).with_levels(levels))
    }
}

/// Which columns are for what.
struct Chosen {
    observed: Vec<usize>,
    targets: Vec<usize>,
    weight: Option<usize>,
    label: Option<usize>,
}

fn choose(path: &Path, names: &[String], spec: &DataSpec) -> Result<Chosen, DataError> {
    spec.check_roles()?;
    let targets: Vec<usize> =
        spec.target_columns.iter().map(|name| find(path, names, name)).collect::<Result<_, _>>()?;
    let weight = spec.weight_column.as_ref().map(|name| find(path, names, name)).transpose()?;
    let label = match (&spec.label_column, &spec.columns) {
        (Some(name), _) => Some(find(path, names, name)?),
        (None, Some(_)) => None,
        // As in an archive, a column of this name is not something to be explained.
        (None, None) => names
            .iter()
            .position(|name| matches!(name.as_str(), "label" | "labels"))
            .filter(|&column| !spec.is_set_apart(&names[column])),
    };
    let excluded: Vec<usize> =
        spec.exclude.iter().map(|name| find(path, names, name)).collect::<Result<_, _>>()?;
    let observed: Vec<usize> = match &spec.columns {
        Some(columns) => columns.iter().map(|name| find(path, names, name)).collect::<Result<_, _>>()?,
        None => (0..names.len()).filter(|&column| Some(column) != label).collect(),
    };
    let is_observed = |column: &usize| !excluded.contains(column) && !spec.is_set_apart(&names[*column]);
    let observed: Vec<usize> = observed.into_iter().filter(is_observed).collect();
    if observed.is_empty() {
        return Err(spec.nothing_observed(&listed(names)));
    }
    Ok(Chosen { observed, targets, weight, label: label.filter(|column| !excluded.contains(column)) })
}

/// Puts what the cells of a column mean in the place of what was noted while it was read; gives the
/// levels of a column of words.
fn translate<'a>(cells: impl Iterator<Item = &'a mut f64>, content: Content) -> Option<Vec<String>> {
    let (levels, meaning) = match content {
        Content::Numbers => return None,
        Content::Truth(values) => (None, values),
        Content::Words(levels, indices) => (Some(levels), indices),
    };
    cells.filter(|cell| !cell.is_nan()).for_each(|cell| *cell = meaning[*cell as usize]);
    levels
}

/// The separator that cuts the first two lines into equally many cells, else the one that the first has most of.
///
/// The comma comes last: where another separates, it may stand in numbers.
fn delimiter(text: &str) -> u8 {
    let cells = |separator: u8| {
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut lengths = reader.records().take(2).map(|record| record.map_or(0, |record| record.len()));
        (lengths.next().unwrap_or(0), lengths.next().unwrap_or(0))
    };
    let agrees = |&separator: &u8| matches!(cells(separator), (names, row) if names == row && names > 1);
    if let Some(separator) = [b'\t', b';', b','].into_iter().find(agrees) {
        return separator;
    }
    let line = text.lines().next().unwrap_or_default();
    let count = |separator: u8| line.bytes().filter(|&byte| byte == separator).count();
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
    let mut known = HashSet::new();
    if let Some(name) = names.iter().find(|&name| !known.insert(name)) {
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

/// Every example needs its weight, and the column of weights was read last.
fn check_weight(path: &Path, line: u64, names: &[String], weights: &Cells) -> Result<(), DataError> {
    let (Some(&column), Some(&value)) = (weights.columns.first(), weights.values.last()) else {
        return Ok(());
    };
    weight::problem(value).map_or(Ok(()), |problem| {
        Err(DataError::Malformed {
            path: path.to_owned(),
            position: format!("line {line}, column `{}`", names[column]),
            problem,
            remedy: weight::REMEDY.to_owned(),
        })
    })
}

/// Every example needs its label, and a number that is one is whole.
fn check_label(path: &Path, line: u64, column: &str, cell: &str, value: f64) -> Result<(), DataError> {
    // Tables written from floating-point numbers say 3.0.
    let problem = match Array::F64(vec![value]).to_i64() {
        Some(_) => return Ok(()),
        None if value.is_nan() => "the label is missing".to_owned(),
        None => format!("the label `{}` is not a whole number", cell.trim()),
    };
    Err(DataError::Malformed {
        path: path.to_owned(),
        position: format!("line {line}, column `{column}`"),
        problem,
        remedy: "give each example a class, by a name or by a number 0, 1, 2, …".to_owned(),
    })
}

fn unreadable(path: &Path, error: &::csv::Error) -> DataError {
    DataError::Malformed {
        path: path.to_owned(),
        position: error.position().map_or("text".to_owned(), |position| format!("line {}", position.line())),
        problem: format!("the text cannot be read ({error})"),
        remedy: "write the table again".to_owned(),
    }
}
