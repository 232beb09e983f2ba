//! `jensen runs`.

use std::num::NonZeroUsize;

use clap::{Args, Subcommand};
use jensen_data::Split;
use serde::Serialize;
use serde_json::json;

use super::options::{DataOptions, RunOption, at_least_one};
use crate::comparison::Comparison;
use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation};
use crate::output;
use crate::run_directory::{RunDirectory, all_runs};
use crate::session::Session;

/// List, show and compare runs
#[derive(Debug, Args)]
pub struct Runs {
    #[command(subcommand)]
    what: Option<What>,
    /// Prints one JSON object
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the runs under runs/
    List,
    /// Show what is known of a run
    Show(RunOption),
    /// Hold one run against another: what was configured differently, what came out, where they part
    ///
    /// Two runs that are to be the same and are not: the first step whose log lines differ, what differs
    /// in them, and the first weights that differ among the checkpoints. With --iwae K also the paired difference of log p(x) on the same examples.
    Compare {
        /// A run: its name under runs/, or its path
        #[arg(value_name = "A")]
        a: String,
        /// Another run
        #[arg(value_name = "B")]
        b: String,
        /// Estimates log p(x) of both on the same examples with exactly K draws each
        #[arg(long, value_name = "K", value_parser = at_least_one, allow_negative_numbers = true)]
        iwae: Option<NonZeroUsize>,
        #[command(flatten)]
        data: DataOptions,
        /// Moves the draws; never the examples of a split nor their binarisation
        #[arg(long, value_name = "S", default_value_t = 0)]
        seed: u64,
    },
}

/// A line of the list.
#[derive(Serialize)]
struct Listed {
    name: String,
    model: String,
    data: String,
    created: Option<String>,
    seconds: Option<f64>,
    elbo: Option<f64>,
    log_likelihood: Option<f64>,
}

impl Runs {
    /// Prints what is asked for.
    ///
    /// # Errors
    /// If a run cannot be read.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        match self.what.as_ref().unwrap_or(&What::List) {
            What::List => self.list(),
            What::Show(run) => self.show(&RunDirectory::open(&run.run)?),
            What::Compare { a, b, iwae, data, seed } => {
                let draws = Draws { seed: *seed, iwae: iwae.map(NonZeroUsize::get) };
                let comparison = Comparison::of([a, b], data, Split::Test, draws, session)?;
                if self.json { output::json(&comparison) } else { output::line(comparison.to_text()) }
            }
        }
    }

    fn list(&self) -> Result<(), CliError> {
        let mut runs: Vec<Listed> = all_runs().iter().filter_map(listed).collect();
        runs.sort_by(|a, b| (&a.created, &a.name).cmp(&(&b.created, &b.name)));
        if self.json {
            return output::json(&json!({ "runs": runs }));
        }
        if runs.is_empty() {
            return output::line("no runs yet: `jensen train` makes one");
        }
        let number =
            |value: Option<f64>, decimals| value.map_or("–".to_owned(), |x| format!("{x:.decimals$}"));
        let rows: Vec<_> = runs
            .into_iter()
            .map(|run| {
                vec![
                    run.name,
                    run.model,
                    run.data,
                    run.created.unwrap_or_default(),
                    number(run.seconds, 1),
                    number(run.elbo.or(run.log_likelihood), 2),
                ]
            })
            .collect();
        output::line(output::table(&["run", "model", "data", "begun", "seconds", "test bound, nats"], &rows))
    }

    fn show(&self, run: &RunDirectory) -> Result<(), CliError> {
        let config = run.config()?;
        let record = run.record()?;
        let evaluation = run.evaluation();
        if self.json {
            return output::json(&json!({
                "name": run.name(),
                "path": run.path(),
                "config": config,
                "record": record,
                "evaluation": evaluation,
            }));
        }
        let trained =
            record.training_seconds.map_or("not finished".to_owned(), |seconds| format!("{seconds:.1} s"));
        let mut rows = vec![
            ("run".to_owned(), run.path().display().to_string()),
            ("begun".to_owned(), record.created),
            ("trained".to_owned(), trained),
            ("machine".to_owned(), format!("{}, {}", record.device, record.instruction_set)),
            ("examples".to_owned(), format!("{} of shape {:?}", record.examples, record.shape)),
        ];
        let measured = evaluation.and_then(|json| serde_json::from_value::<Evaluation>(json).ok());
        rows.extend(measured.iter().flat_map(Evaluation::to_rows));
        output::line(output::aligned(&rows))?;
        output::line(format!("\n{}", config.to_plain_toml().trim_end()))
    }
}

/// A run that can be listed; a directory with a damaged configuration is passed over with a warning.
fn listed(run: &RunDirectory) -> Option<Listed> {
    let config =
        run.config().inspect_err(|error| tracing::warn!("{}: {error}", run.path().display())).ok()?;
    let record = run.record().ok();
    Some(Listed {
        name: run.name(),
        model: config.model.name().to_owned(),
        data: config.data.source,
        created: record.as_ref().map(|record| record.created.clone()),
        seconds: record.and_then(|record| record.training_seconds),
        elbo: run.evaluation().and_then(|evaluation| evaluation["elbo"].as_f64()),
        log_likelihood: run.evaluation().and_then(|evaluation| evaluation["log_likelihood"].as_f64()),
    })
}
