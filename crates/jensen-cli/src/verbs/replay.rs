//! `jensen replay`.

use std::path::{Path, PathBuf};

use clap::Args;
use jensen_data::Field;
use jensen_infer::fit::instruction_set;
use jensen_infer::forensics::{
    Bundle, Circumstances, NonFinite, Place, Replay as Replayed, Stage, StageKind,
};
use serde::Serialize;

use crate::config::{Layers, RunConfig};
use crate::error::CliError;
use crate::model;
use crate::output;
use crate::run_directory::{RunError, RunRecord};
use crate::session::Session;

/// The documents that a bundle rebuilds its learner from.
pub const CONFIG: &str = "config.toml";
pub const RECORD: &str = "run.json";

/// Make a failed training step again from its bundle, and show the values on the way to it
#[derive(Debug, Args)]
#[command(
    after_help = "A training that meets a value that is not finite leaves a bundle in RUN/failures/step-N. It holds all \
                  that the step was made from: neither the run nor its data are needed.\n\nThe exit code is 0 if the \
                  failure shows again, else 1.\n\nExample:\n  jensen replay runs/a/failures/step-312"
)]
pub struct Replay {
    /// The folder of the bundle
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

/// The object that `replay --json` prints.
#[derive(Serialize)]
struct Report<'a> {
    bundle: String,
    reproduced: bool,
    bit_for_bit: bool,
    /// What was wrong in the training.
    stored: &'a NonFinite,
    /// What is wrong here.
    found: Option<&'a NonFinite>,
    circumstances: &'a Circumstances,
    stages: &'a [Stage],
}

impl Replay {
    /// Makes the step again.
    ///
    /// # Errors
    /// If the bundle cannot be read or is damaged; [`CliError::NotReproduced`] if the step does not
    /// fail here as it did then.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let bundle = Bundle::read(&self.bundle)?;
        let config = config(&self.bundle, &bundle)?;
        let record = record(&self.bundle, &bundle)?;
        let mut learner = model::blank_learner(&config, &record, session.device())?;
        let replayed = bundle.replay(learner.as_mut())?;
        if self.json {
            output::json(&Report {
                bundle: self.bundle.display().to_string(),
                reproduced: replayed.is_reproduced,
                bit_for_bit: replayed.is_bit_for_bit,
                stored: &bundle.failure,
                found: replayed.failure.as_ref(),
                circumstances: &bundle.circumstances,
                stages: &replayed.autopsy.stages,
            })?;
        } else {
            output::line(text(&bundle, &replayed))?;
        }
        if replayed.is_reproduced {
            return Ok(());
        }
        let found = replayed.failure.map_or("the step succeeds".to_owned(), |failure| failure.to_string());
        Err(CliError::NotReproduced(found))
    }
}

/// A document of the bundle.
fn document<'b>(folder: &Path, bundle: &'b Bundle, name: &str) -> Result<&'b str, CliError> {
    let found = bundle.documents.get(name).map(String::as_str);
    found.ok_or_else(|| damaged(folder, name, "it is missing: the bundle is of another program".to_owned()))
}

fn damaged(folder: &Path, name: &str, detail: String) -> CliError {
    RunError::Damaged { path: folder.join(name), detail }.into()
}

fn config(folder: &Path, bundle: &Bundle) -> Result<RunConfig, CliError> {
    let text = document(folder, bundle, CONFIG)?;
    let layers = Layers::over(&RunConfig::default()).with_text(&folder.join(CONFIG), text.to_owned());
    let config = layers.and_then(|layers| layers.resolve::<RunConfig>());
    config.map_err(|error| damaged(folder, CONFIG, error.to_string()))
}

fn record(folder: &Path, bundle: &Bundle) -> Result<RunRecord, CliError> {
    let text = document(folder, bundle, RECORD)?;
    serde_json::from_str(text).map_err(|error| damaged(folder, RECORD, error.to_string()))
}

/// What was wrong, whether it is so again, and the values on the way.
fn text(bundle: &Bundle, replayed: &Replayed) -> String {
    let Circumstances { step, epoch, learning_rate, warm_up, seed, provenance } = &bundle.circumstances;
    let rows: Vec<String> =
        bundle.batches.iter().flat_map(jensen_data::Batch::rows).map(u64::to_string).collect();
    let shown = if rows.len() > 12 { format!("{}, …", rows[..12].join(", ")) } else { rows.join(", ") };
    let source = bundle.batches.first().map_or("", |batch| batch.dataset());
    let verdict = match (replayed.is_reproduced, replayed.is_bit_for_bit) {
        (true, true) => "yes, bit for bit".to_owned(),
        (true, false) if provenance.instruction_set == instruction_set() => "yes, with other bits".to_owned(),
        (true, false) => {
            format!(
                "yes, with other bits: it was {} and is {}",
                provenance.instruction_set,
                instruction_set()
            )
        }
        (false, _) => "no".to_owned(),
    };
    let facts = [
        ("failure", bundle.failure.to_string()),
        ("step", format!("{step} in epoch {}, seed {seed}", epoch + 1)),
        ("rate", format!("{}, KL warm-up {}", output::number(*learning_rate), output::number(*warm_up))),
        ("batch", format!("{} examples of {source}, rows {shown}", rows.len())),
        ("reproduced", verdict),
    ];
    let mut parts = vec![output::aligned(&facts), String::new(), table(&replayed.autopsy.stages)];
    if let Some(origin) = replayed.autopsy.origin() {
        parts.push(format!(
            "\n▶ the first value at fault: {}{}{}",
            origin.name,
            place(origin.first.as_ref()),
            column(bundle, origin, origin.first.as_ref())
        ));
    }
    for data in replayed.autopsy.stages.iter().filter(|stage| field(bundle, stage).is_some()) {
        let at = data.largest.as_ref();
        parts.push(format!("  the largest number of {}{}{}", data.name, place(at), column(bundle, data, at)));
    }
    parts.join("\n")
}

/// ` is inf at [3, 17], in row 12 of the data`.
fn place(place: Option<&Place>) -> String {
    let Some(Place { index, row, value }) = place else { return String::new() };
    let row = row.map(|row| format!(", in row {row} of the data")).unwrap_or_default();
    let value = value.parse().map_or_else(|_| value.clone(), output::number);
    format!(" is {value} at {index:?}{row}")
}

/// `, column age` of a place in the data.
fn column(bundle: &Bundle, stage: &Stage, place: Option<&Place>) -> String {
    match (field(bundle, stage), place) {
        (Some(field), Some(Place { index, .. })) if index.len() == 2 => {
            format!(", column {}", field.spec().feature_name(index[1]))
        }
        _ => String::new(),
    }
}

/// The field of the data that a value is.
fn field<'b>(bundle: &'b Bundle, stage: &Stage) -> Option<&'b Field> {
    let is_of = |field: &&Field| {
        let own = format!("{} `{}`", field.spec().role, field.spec().name);
        stage.kind == StageKind::Data && stage.name.ends_with(&own)
    };
    bundle.batches.first()?.fields().iter().find(is_of)
}

/// A line a value; of the optimizer's memory only what is at fault.
fn table(stages: &[Stage]) -> String {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), output::number);
    let count = |n: usize| if n == 0 { "–".to_owned() } else { n.to_string() };
    let is_memory = |stage: &&Stage| stage.kind == StageKind::Optimizer || stage.name.contains(" optimizer.");
    let origin = stages.iter().find(|stage| !stage.is_sound());
    let line = |stage: &Stage| {
        let is_origin = origin.is_some_and(|origin| std::ptr::eq(origin, stage));
        let mark = if is_origin { '▶' } else { ' ' };
        vec![
            format!("{mark} {}", stage.name),
            format!("{:?}", stage.shape),
            number(stage.min),
            number(stage.max),
            number(stage.mean),
            count(stage.nan),
            count(stage.infinite),
        ]
    };
    let shown = stages.iter().filter(|stage| !is_memory(stage) || !stage.is_sound());
    let rows: Vec<_> = shown.map(line).collect();
    output::table(&["  value", "shape", "min", "max", "mean", "NaN", "inf"], &rows)
}
