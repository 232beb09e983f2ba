//! `jensen data`.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use jensen_data::{ColumnSummary, DType, DataSpec, Dataset, EMBEDDED, LabelCount, Role, Split, Summary};

use super::options::{Utf8, check_ending};
use crate::bytes::Bytes;
use crate::data_source;
use crate::error::CliError;
use crate::output;
use crate::picture::terminal::{self, TerminalStyle};
use crate::picture::{EventShape, Events, Intensity, grid};
use crate::view::write_scene;

/// Pictures in a grid, and in a terminal.
const IN_GRID: usize = 64;
const IN_TERMINAL: usize = 4;
/// Columns of a table, and levels or labels in a list.
const IN_TABLE: usize = 100;
const IN_LIST: usize = 10;
/// Characters of a terminal line.
const WIDTH: usize = 120;

/// List the embedded data, or look into a file
#[derive(Debug, Args)]
pub struct Data {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the embedded data sets and the formats that are read
    List {
        /// Prints one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show the shape, type, range and labels of data, and a few pictures
    Inspect {
        /// `digits` or `penguins` (embedded), the path of a file or folder, or `env:NAME?samples=N&seed=S`
        #[arg(value_name = "SPEC", value_parser = Utf8)]
        data: String,
        /// The columns of a table, or arrays of an archive, that are observed [default: all but the label]
        #[arg(long, value_name = "NAME,NAME,…", value_delimiter = ',')]
        columns: Option<Vec<String>>,
        /// The columns of a table that are left out
        #[arg(long, value_name = "NAME,NAME,…", value_delimiter = ',')]
        exclude: Vec<String>,
        /// The column of a table, or array of an archive, that holds the label
        #[arg(long, value_name = "NAME")]
        label_column: Option<String>,
        /// Prints one JSON object
        #[arg(long)]
        json: bool,
        /// Writes a grid of examples: .png or .svg
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

impl Data {
    /// Prints what there is to know.
    ///
    /// # Errors
    /// If the data cannot be read.
    pub fn run(&self) -> Result<(), CliError> {
        match &self.what {
            What::List { json } => list(*json),
            What::Inspect { data, columns, exclude, label_column, json, output } => {
                if let Some(path) = output {
                    check_ending(path, &["png", "svg"])?;
                }
                let dataset = data_source::open(&DataSpec {
                    columns: columns.clone(),
                    exclude: exclude.clone(),
                    label_column: label_column.clone(),
                    ..DataSpec::new(data.clone())
                })?;
                let summary = Summary::of(&dataset)?;
                if let Some(path) = output {
                    write_scene(path, &picture(&dataset)?)?;
                }
                if *json {
                    return output::json(&summary);
                }
                output::line(describe(&summary))?;
                let is_table = summary.fields.iter().any(|field| !field.columns.is_empty());
                if is_table {
                    return Ok(());
                }
                if std::io::stdout().is_terminal() {
                    output::line(in_terminal(&dataset)?.trim_end())?;
                }
                Ok(())
            }
        }
    }
}

fn list(json: bool) -> Result<(), CliError> {
    let formats = [
        "IDX (a file, or a folder of MNIST's four)",
        "npy",
        "npz",
        "CSV with a header",
        "Parquet",
        "safetensors",
        "a folder of PNG, JPEG or WebP pictures",
        "several files of one format (`part-*.npy`)",
        "any single file compressed by gzip or Zstandard",
    ];
    if json {
        let embedded: Vec<_> = EMBEDDED
            .iter()
            .map(|set| serde_json::json!({ "name": set.name, "description": set.description }))
            .collect();
        return output::json(&serde_json::json!({ "embedded": embedded, "formats": formats }));
    }
    let rows: Vec<_> = EMBEDDED.iter().map(|set| (set.name, set.description)).collect();
    output::line(output::aligned(&rows))?;
    output::line(format!("\nAny path to a file or folder works too: {}.", formats.join(", ")))?;
    output::line("So does `env:NAME?samples=N&seed=S`, collected in an environment: see `jensen env list`.")
}

fn describe(summary: &Summary) -> String {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), output::number);
    let splits: Vec<_> =
        summary.splits.iter().map(|split| format!("{} {}", split.split, split.examples)).collect();
    let mut rows = vec![
        ("data".to_owned(), summary.name.clone()),
        ("examples".to_owned(), format!("{} ({})", summary.examples, splits.join(", "))),
        ("in memory".to_owned(), Bytes(summary.bytes).to_string()),
    ];
    for field in &summary.fields {
        let range = format!("{} to {}, mean {}", number(field.min), number(field.max), number(field.mean));
        if !field.columns.is_empty() {
            let what =
                format!("{}, table of {}", field.role, output::count(field.columns.len() as u64, "column"));
            rows.push((format!("field `{}`", field.name), what));
            continue;
        }
        let missing = match field.nan + field.infinite {
            0 => String::new(),
            _ => format!(", {} NaN, {} infinite", field.nan, field.infinite),
        };
        let what = format!("{} {} {:?}, {range}{missing}", field.role, field.dtype, field.shape);
        rows.push((format!("field `{}`", field.name), what));
    }
    if !summary.labels.is_empty() {
        let name = |one: &LabelCount| one.name.clone().unwrap_or_else(|| one.label.to_string());
        let counts = summary.labels.iter().map(|one| format!("{}: {}", name(one), one.count));
        rows.push(("labels".to_owned(), some(counts)));
    }
    let mut text = output::aligned(&rows);
    for field in summary.fields.iter().filter(|field| !field.columns.is_empty()) {
        text.push_str("\n\n");
        text.push_str(&describe_columns(&field.columns, summary.examples as u64));
    }
    text
}

/// A line a column: its kind, how much is missing, and its range or its levels.
fn describe_columns(columns: &[ColumnSummary], examples: u64) -> String {
    let row = |column: &ColumnSummary| {
        let share = 100.0 * column.missing as f64 / examples as f64;
        let missing = match column.missing {
            0 => "–".to_owned(),
            some => format!("{some} ({share:.1} %)"),
        };
        [column.name.clone(), column.kind.to_string(), missing, describe_values(column)]
    };
    let header = ["column", "kind", "missing", "values"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(header).chain(columns.iter().take(IN_TABLE).map(row)).collect();
    match columns.len().saturating_sub(IN_TABLE) {
        0 => output::columns(&rows),
        more => format!("{}\n… and {more} more, which --json lists", output::columns(&rows)),
    }
}

fn describe_values(column: &ColumnSummary) -> String {
    let infinite = match column.infinite {
        0 => String::new(),
        some => format!(", and {some} infinite"),
    };
    let levels = column.levels.iter().map(|one| format!("{} {}", one.level, one.count));
    match (column.min, column.max, column.mean, column.std) {
        (Some(min), Some(max), Some(mean), Some(std)) => {
            let [min, max, mean, std] = [min, max, mean, std].map(output::number);
            format!("{min} to {max}, mean {mean}, std {std}{infinite}")
        }
        _ if column.identifier => format!(
            "{} different words, like names or free text: leave it out with `data.exclude`",
            column.levels.len()
        ),
        _ if !column.levels.is_empty() => some(levels),
        _ => format!("none{infinite}: leave it out with `data.exclude`"),
    }
}

/// The first of some entries, and how many more there are.
fn some(entries: impl ExactSizeIterator<Item = String>) -> String {
    let more = entries.len().saturating_sub(IN_LIST);
    let mut shown: Vec<_> = entries.take(IN_LIST).collect();
    if more > 0 {
        shown.push(format!("… {more} more"));
    }
    shown.join(", ")
}

/// The first observations, for showing.
fn shown(dataset: &Dataset, count: usize) -> Result<(Vec<f32>, EventShape, Intensity), CliError> {
    let spec = dataset.require(Role::Observation)?;
    let rows: Vec<u64> = dataset.rows(Split::Train)?.take(count).iter().collect();
    let batch = dataset.read(&rows)?;
    let values = batch.field(Role::Observation).map(|field| field.array().to_f32()).unwrap_or_default();
    let intensity = match spec.dtype {
        DType::U8 => Intensity::Fixed { low: 0.0, high: 255.0 },
        _ => Intensity::Robust,
    };
    Ok((values, EventShape::of(&spec.shape), intensity))
}

fn picture(dataset: &Dataset) -> Result<crate::picture::Scene, CliError> {
    let (values, shape, intensity) = shown(dataset, IN_GRID)?;
    Ok(grid::samples(&format!("Examples of {}", dataset.name()), &Events::new(&values, shape)?, intensity))
}

fn in_terminal(dataset: &Dataset) -> Result<String, CliError> {
    let (values, shape, intensity) = shown(dataset, IN_TERMINAL)?;
    let style = TerminalStyle::of_environment(|name| std::env::var(name).ok());
    Ok(terminal::images(&Events::new(&values, shape)?, intensity, WIDTH, style))
}
