//! One training from its configuration to its report.

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::tensor::Device;
use jensen_data::{Dataset, Loader, Role, Split};
use jensen_infer::fit::{
    Checkpoints, Ending, Failures, Fit, MetricsLog, Observer, OnNonFinite, Outcome, Provenance,
    instruction_set,
};
use jensen_infer::{InferError, Learner, ObjectiveKind};
use jensen_models::mixture;
use jensen_random::Rng;
use serde::Serialize;

use crate::config::RunConfig;
use crate::data_source;
use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation};
use crate::interrupt::Orderly;
use crate::memory::{self, Holder};
use crate::model::{self, Examples};
use crate::narrow_columns;
use crate::output;
use crate::progress;
use crate::run_directory::{Existing, Lock, RunDirectory, RunRecord, default_name};
use crate::session::Session;
use crate::summary::conclude;
use crate::tensorboard_log::TensorboardLog;
use crate::trained_run::TrainedRun;
use crate::verbs::replay::{CONFIG, RECORD};

/// Steps between two lines of `metrics.jsonl`.
const LOG_EVERY: u64 = 10;

/// A training that can begin, or go on.
pub struct Training {
    config: RunConfig,
    /// Where they are open already.
    dataset: Option<Dataset>,
    from: From,
}

enum From {
    Start(Place),
    Checkpoint(RunDirectory),
}

/// Where a new run goes.
pub enum Place {
    /// Under a name that no run has.
    Free,
    /// There.
    Path(PathBuf, Existing),
}

/// How the result is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Printed {
    /// For a person.
    Text,
    /// As one JSON object.
    Json,
}

/// The object that `train --json` prints.
#[derive(Serialize)]
struct Trained<'a> {
    path: String,
    seconds: f64,
    epochs: u64,
    steps: u64,
    report: String,
    /// The most bytes that were allocated at any moment.
    peak_memory: u64,
    test: &'a Evaluation,
}

impl Training {
    /// A training from fresh weights on these examples.
    pub fn start(config: RunConfig, dataset: Dataset, place: Place) -> Self {
        Self { config, dataset: Some(dataset), from: From::Start(place) }
    }

    /// A training from the last checkpoint of a run, for another number of epochs, or with another way
    /// with steps that are not finite, if one is given.
    ///
    /// # Errors
    /// If there is no such run.
    pub fn resume(
        run: &str,
        epochs: Option<u32>,
        on_nonfinite: Option<OnNonFinite>,
    ) -> Result<Self, CliError> {
        let directory = RunDirectory::open(run)?;
        let mut config = directory.config()?;
        memory::advise(config.model.takes_less_memory());
        if let Some(epochs) = epochs {
            config.fit.epochs = u64::from(epochs);
            config.fit.validate()?;
        }
        if let Some(way) = on_nonfinite {
            if !config.model.reads("fit.on_nonfinite") {
                return Err(CliError::usage(
                    format!("`--on-nonfinite` is no option of the model {}", config.model.name()),
                    "leave it out: it is for models that learn by gradients",
                ));
            }
            config.fit.on_nonfinite = way;
        }
        Ok(Self { config, dataset: None, from: From::Checkpoint(directory) })
    }

    /// Trains, measures the test split, writes the report and prints what came out.
    ///
    /// # Errors
    /// If the directory cannot be used, the data do not fit or training fails;
    /// [`CliError::Interrupted`] after Ctrl-C, with everything saved.
    pub fn run(self, session: &Session, printed: Printed) -> Result<(), CliError> {
        let (run, evaluation, outcome) = self.complete(session)?;
        match printed {
            Printed::Json => output::json(&Trained {
                path: run.directory.path().display().to_string(),
                seconds: outcome.seconds,
                epochs: outcome.epochs,
                steps: outcome.steps,
                report: run.directory.report_path().display().to_string(),
                peak_memory: memory::peak().0,
                test: &evaluation,
            }),
            Printed::Text => output::line(text(&run, &evaluation, &outcome)),
        }
    }

    /// Trains, measures the test split and writes the report.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn complete(self, session: &Session) -> Result<(TrainedRun, Evaluation, Outcome), CliError> {
        // Held until the report is there: nobody replaces or resumes the run meanwhile.
        let (directory, _lock, outcome) = self.fit(session)?;
        if outcome.ending == Ending::Interrupted {
            // Not `say`: this line is the way back, even with --quiet.
            output::note(format_args!(
                "stopped at step {}; go on with: jensen train --resume {}",
                outcome.steps,
                called(&directory)
            ));
            return Err(CliError::Interrupted);
        }
        let run = TrainedRun::load(directory, session.device())?;
        // The ELBO says little of a run that climbed the importance-weighted bound.
        let objective = &run.config.objective;
        let iwae = (objective.kind == ObjectiveKind::Iwae).then_some(objective.samples);
        let evaluation = conclude(&run, Draws { seed: 0, iwae })?;
        if let Some(narrow) = narrow_columns::warning(&evaluation.narrow_columns, &run) {
            session.say(format!("warning: {}. {}", narrow.finding, narrow.advice));
        }
        Ok((run, evaluation, outcome))
    }

    /// Trains until the end or Ctrl-C, and stores the weights.
    fn fit(self, session: &Session) -> Result<(RunDirectory, Lock, Outcome), CliError> {
        let Self { config, dataset, from } = self;
        // What is wrong with data or model is found before there is a directory.
        let dataset = dataset
            .map_or_else(|| memory::held(Holder::Data, || data_source::open(&config.data.spec())), Ok)?;
        let dataset = dataset.with_validation(config.data.validation, config.seed)?;
        let train = dataset.rows(Split::Train)?;
        check_weights(&config, &dataset, session)?;
        let preprocessing = match &from {
            From::Start(_) => model::preprocessing(&config, &dataset, &train)?,
            From::Checkpoint(directory) => {
                let record = directory.record()?;
                record.check_same_data(&directory.name(), &dataset)?;
                record.preprocessing
            }
        };
        let examples = Examples { dataset: &dataset, train: &train, preprocessing: &preprocessing };
        let mut learner =
            memory::held(Holder::Weights, || model::learner(&config, &examples, session.device()))?;
        let loader =
            |rows| Loader::new(&dataset, rows, &preprocessing, config.fit.batch_size, Rng::seed(config.seed));
        let train_loader = loader(train.clone())?;
        let valid_loader = dataset.split(Split::Valid).map(loader).transpose()?;

        let document = config.to_toml_of_model();
        let resumed = matches!(from, From::Checkpoint(_));
        let orderly = Orderly::begin();
        let (directory, lock) = from.directory(&config)?;
        let mut record = if resumed {
            directory.record()?
        } else {
            RunRecord::new(device_name(session.device()), &dataset, preprocessing.clone())?
        };
        let checkpoints = Checkpoints::open(directory.checkpoints_path())?;
        let has_checkpoint = !checkpoints.steps()?.is_empty();
        let (mut stored, mut done) = (None, 0);
        if resumed {
            if has_checkpoint {
                let progress = checkpoints.latest()?.0.progress;
                check_work_left(&directory, &config, &record, progress.epoch)?;
                (stored, done) = (Some(progress.provenance), progress.epoch);
            } else {
                // Not `say`: whoever is quiet has to know that the work is done again.
                let path = directory.path().display();
                output::note(format_args!("warning: {path} has no checkpoint: it starts from the beginning"));
            }
        }
        directory.store_config(&document)?;
        // Not ended until this sitting has stored its weights: those that are there may be of a shorter run.
        record.training_seconds = None;
        directory.store_record(&record)?;
        let failures = failures(&directory, &document, &record)?;
        let mut fit = Fit::new(config.fit.clone(), config.seed, &train_loader)?
            .with_checkpoints(&checkpoints)
            .with_failures(&failures)
            .with_provenance(provenance(&config, session.device(), stored.as_ref()))
            .with_stop(orderly.flag());
        if let Some(loader) = &valid_loader {
            fit = fit.with_validation(loader);
        }
        session.say(format!("run {}", directory.path().display()));
        let mut observers = observers(&config, &directory, session);
        // A run that was killed before its first checkpoint begins again.
        let outcome = if resumed && has_checkpoint {
            fit.resume(learner.as_mut(), &mut observers)
        } else {
            fit.start(learner.as_mut(), &mut observers)
        };
        drop(observers);
        let outcome = outcome.inspect_err(|error| {
            note_replaced(&directory);
            if let Some(&step) = checkpoints.steps().ok().as_ref().and_then(|steps| steps.last()) {
                let way_back = match error {
                    // The disk failed, not the training.
                    InferError::Io { .. } => {
                        format!(": go on with: jensen train --resume {}", called(&directory))
                    }
                    _ => String::new(),
                };
                output::note(format_args!(
                    "the checkpoint of step {step} in {} stands{way_back}",
                    checkpoints.folder().display()
                ));
            }
        });
        let outcome = outcome.map_err(|error| match error {
            InferError::NonFinite(failure) => {
                CliError::NonFinite { failure, run: called(&directory), data: config.data.source.clone() }
            }
            error => error.into(),
        })?;
        if resumed && outcome.ending == Ending::Converged && outcome.epochs == done {
            say_converged(&directory, &config, done, session);
        }
        store_weights(&directory, learner.as_ref(), &outcome)?;
        if outcome.ending == Ending::Interrupted {
            note_replaced(&directory);
        } else {
            directory.remove_replaced()?;
            record.training_seconds = Some(outcome.seconds);
            directory.store_record(&record)?;
            orderly.end(format!(
                "interrupted: the model is trained and stored, the report is not; make it with: jensen report {}",
                called(&directory)
            ));
        }
        Ok((directory, lock, outcome))
    }
}

/// Says where the run is that this one was to replace.
fn note_replaced(directory: &RunDirectory) {
    let replaced = directory.replaced_path();
    if replaced.exists() {
        output::note(format_args!("the run that this one was to replace is in {}", replaced.display()));
    }
}

impl From {
    /// The directory of the run, made if it is new, and held.
    fn directory(self, config: &RunConfig) -> Result<(RunDirectory, Lock), CliError> {
        Ok(match self {
            Self::Checkpoint(directory) => {
                let lock = directory.lock()?;
                directory.sweep()?;
                (directory, lock)
            }
            Self::Start(Place::Path(path, existing)) => RunDirectory::create(path, existing)?,
            Self::Start(Place::Free) => {
                let path = default_name(config.model.name(), &data_source::short_name(&config.data.source));
                RunDirectory::create(path, Existing::Keep)?
            }
        })
    }
}

/// Says that weights are not read, and refuses a validation split in which nothing counts: there is no mean over it.
fn check_weights(config: &RunConfig, dataset: &Dataset, session: &Session) -> Result<(), CliError> {
    let Some(weights) = dataset.field(Role::Weight) else { return Ok(()) };
    if !config.model.reads_weights() {
        let (name, model) = (&weights.name, config.model.name());
        session.say(format!("warning: `{name}` is not read: {model} counts each example once"));
        return Ok(());
    }
    let Some(rows) = dataset.split(Split::Valid) else { return Ok(()) };
    let mut is_counted = false;
    dataset.for_each_chunk(&rows, |batch| {
        is_counted |=
            mixture::weights(batch).is_none_or(|weights| weights.iter().any(|weight| *weight != 0.0));
        Ok(())
    })?;
    if is_counted {
        return Ok(());
    }
    Err(CliError::usage(
        format!("all {} validation examples of {} have weight zero", rows.len(), dataset.name()),
        "keep more of them with `data.validation`, or others with `--seed`; `--set data.validation=0` keeps none",
    ))
}

/// Says of a run that nothing was left to learn.
fn say_converged(directory: &RunDirectory, config: &RunConfig, done: u64, session: &Session) {
    session.say(format!(
        "{} had converged at iteration {done}: no further one was made; for more of them train again with a smaller \
         `--set mixture.tolerance` (it was {})",
        directory.name(),
        config.mixture.tolerance
    ));
}

/// Refuses to go on where nothing is left to do.
fn check_work_left(
    directory: &RunDirectory,
    config: &RunConfig,
    record: &RunRecord,
    done: u64,
) -> Result<(), CliError> {
    // A run that was killed between its last checkpoint and its end has its weights still to store.
    let ended = record.training_seconds.is_some() && directory.weights_path().exists();
    if config.fit.epochs > done || (config.fit.epochs == done && !ended) {
        return Ok(());
    }
    Err(CliError::usage(
        format!(
            "{} has trained for {} already: nothing is left to do",
            directory.name(),
            output::count(done, "epoch")
        ),
        format!("give `--epochs N` with N above {done} to train on"),
    ))
}

/// Who watches: the log, the display, TensorBoard's files on request.
fn observers(config: &RunConfig, directory: &RunDirectory, session: &Session) -> Vec<Box<dyn Observer>> {
    let log = MetricsLog::new(directory.metrics_path(), LOG_EVERY);
    let display = progress::display(session.is_quiet(), config.model.quantity());
    let mut observers: Vec<Box<dyn Observer>> = vec![Box::new(log), display];
    if config.tensorboard {
        observers.push(Box::new(TensorboardLog::new(&directory.tensorboard_path())));
    }
    observers
}

/// Where failed steps are kept, each with all that rebuilds the learner.
fn failures(directory: &RunDirectory, config: &str, record: &RunRecord) -> Result<Failures, CliError> {
    let record = serde_json::to_string_pretty(record).map_err(std::io::Error::from)?;
    let failures = Failures::new(directory.failures_path());
    Ok(failures.with_document(CONFIG, config.to_owned()).with_document(RECORD, record))
}

/// Writes `model.safetensors`.
fn store_weights(directory: &RunDirectory, learner: &dyn Learner, outcome: &Outcome) -> Result<(), CliError> {
    // Nothing that differs between two runs of the same seed: the bytes are compared.
    let metadata = BTreeMap::from([
        ("format".to_owned(), "pt".to_owned()),
        ("step".to_owned(), outcome.weights_step.to_string()),
    ]);
    let bytes = learner.weights().to_safetensors(&metadata)?;
    directory.store_weights(&bytes)
}

/// Options that a resume may change: they say how long to train, where the data lie (a checksum holds
/// their content), what is written when and what comes after a step that cannot be made, and leave the
/// weights of a step as they are.
const FREE: [&str; 5] = ["fit.epochs", "data.source", "tensorboard", "fit.checkpoint.", "fit.on_nonfinite"];

/// What the bits of a run depend on.
///
/// An option that `stored` does not know was added after that checkpoint was written: it may stand at
/// its default. One that `stored` knows and that a resume may change now was not free then: it is as
/// it was.
fn provenance(config: &RunConfig, device: &Device, stored: Option<&Provenance>) -> Provenance {
    // What the model does not read it does not depend on.
    let is_free =
        |option: &String| FREE.iter().any(|free| option.starts_with(free)) || !config.model.reads(option);
    let defaults = RunConfig::default().options();
    let mut configuration = config.options();
    configuration.retain(|option, value| {
        let is_new = stored.is_some_and(|stored| !stored.configuration.contains_key(option));
        let is_default = defaults.get(option) == Some(value);
        !(is_free(option) || is_new && is_default)
    });
    let stored = stored.into_iter().flat_map(|stored| &stored.configuration);
    configuration.extend(stored.filter(|(option, _)| is_free(option)).map(|(k, v)| (k.clone(), v.clone())));
    Provenance { configuration, device: device_name(device), instruction_set: instruction_set() }
}

/// A device in words.
fn device_name(device: &Device) -> String {
    if *device == Device::flex() { "cpu".to_owned() } else { format!("{device:?}") }
}

/// What to call a run on the command line, quoted: its name if it is under `runs/`, else its path.
fn called(directory: &RunDirectory) -> String {
    let name = directory.name();
    match RunDirectory::open(&name) {
        Ok(found) if found.path().canonicalize().ok() == directory.path().canonicalize().ok() => {
            output::quoted(&name)
        }
        _ => output::quoted(&directory.path().display().to_string()),
    }
}

/// What came out, and what to try next.
fn text(run: &TrainedRun, evaluation: &Evaluation, outcome: &Outcome) -> String {
    let (name, source) = (called(&run.directory), output::quoted(&run.config.data.source));
    let ended = match outcome.ending {
        Ending::EarlyStopped => " (stopped early)",
        Ending::Converged => " (converged)",
        _ => "",
    };
    let (epochs, steps) = (output::count(outcome.epochs, "epoch"), output::count(outcome.steps, "step"));
    let rows = [
        ("run", run.directory.path().display().to_string()),
        ("trained", format!("{epochs}, {steps}{ended} in {:.1} s", outcome.seconds)),
        ("weights", format!("of step {}", outcome.weights_step)),
        ("report", run.directory.report_path().display().to_string()),
    ];
    let rows = rows
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .chain(evaluation.to_rows())
        .chain(memory::row());
    let mut next = Vec::new();
    let is_mixture = run.model.components().is_some();
    let is_predictor = run.model.target().is_some();
    if !is_mixture && !is_predictor {
        next.push(format!("jensen evaluate {name} --iwae 100"));
    }
    if is_predictor {
        next.push(format!("jensen evaluate {name}"));
        next.push(format!("jensen sample {name} -o samples.csv"));
    } else if run.record.preprocessing.table().is_some() {
        next.push(format!("jensen sample {name} -o samples.csv"));
        next.push(format!("jensen impute {name} --data {source} -o filled.csv"));
    } else {
        next.push(format!("jensen sample {name} -o samples.png"));
        if !is_mixture {
            next.push(format!("jensen traverse {name} -o traversal.png"));
        }
    }
    next.push(format!("jensen encode {name} --data {source} -o z.csv"));
    if is_mixture || is_predictor {
        next.push(format!("jensen score {name} --data {source} -o scores.csv"));
    }
    format!("{}\n\nnext:\n  {}", output::aligned(&rows.collect::<Vec<_>>()), next.join("\n  "))
}
