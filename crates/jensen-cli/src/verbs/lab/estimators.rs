//! `jensen lab estimators`.

use std::collections::BTreeMap;

use clap::Args;
use jensen_infer::{EstimatorKind, ObjectiveKind};
use serde::Serialize;

use crate::config::ModelKind;
use crate::error::CliError;
use crate::output;

/// Which gradient estimator goes with which objective and which model
#[derive(Debug, Args)]
pub struct Estimators {
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

/// What an estimator goes with.
#[derive(Serialize)]
struct Row {
    needs: String,
    models: Vec<&'static str>,
    objectives: Vec<&'static str>,
    unbiased: bool,
}

impl Estimators {
    /// Prints the table.
    ///
    /// # Errors
    /// If standard output is closed.
    pub fn run(&self) -> Result<(), CliError> {
        if self.json {
            let rows: BTreeMap<_, _> =
                EstimatorKind::ALL.into_iter().map(|kind| (kind.name(), row(kind))).collect();
            return output::json(&rows);
        }
        let models = ModelKind::AUTOENCODERS.map(ModelKind::name);
        let header = ["estimator"]
            .into_iter()
            .chain(models)
            .chain(ObjectiveKind::ALL.map(ObjectiveKind::name))
            .chain(["unbiased"]);
        let header: Vec<String> = header.map(str::to_owned).collect();
        let mark = |holds: bool| if holds { "yes" } else { "·" }.to_owned();
        let lines = EstimatorKind::ALL.into_iter().map(|kind| {
            let Row { models, objectives, unbiased, .. } = row(kind);
            let mut cells = vec![kind.name().to_owned()];
            cells.extend(ModelKind::AUTOENCODERS.map(|model| mark(models.contains(&model.name()))));
            cells.extend(ObjectiveKind::ALL.map(|objective| mark(objectives.contains(&objective.name()))));
            cells.push(mark(unbiased));
            cells
        });
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        output::line(output::table(&header, &lines.collect::<Vec<_>>()))
    }
}

fn row(kind: EstimatorKind) -> Row {
    let models =
        ModelKind::AUTOENCODERS.into_iter().filter(|model| model.capabilities().contains(&kind.needs()));
    let models = models.map(ModelKind::name).collect();
    Row {
        needs: kind.needs().to_string(),
        models,
        objectives: kind.objectives(),
        unbiased: kind.is_unbiased(),
    }
}
