//! A run with its model, and the data it is asked about.

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use jensen_data::{Batch, DataConfig, DataError, Dataset, Draws, Loader, Role, Rows, Split};
use jensen_infer::StateDict;
use jensen_random::Rng;

use crate::config::RunConfig;
use crate::data_source;
use crate::error::CliError;
use crate::evaluation::Evidence;
use crate::memory::{self, Holder};
use crate::model::{self, Examples, Model};
use crate::run_directory::{RunDirectory, RunError, RunRecord};
use crate::verbs::DataOptions;

/// Examples that are read at once for evaluation, and bytes of them: fewer examples if they are large. Draws do
/// not depend on it.
const BATCH: usize = 250;
const BATCH_BYTES: usize = 16 << 20;

/// A run, loaded.
pub struct TrainedRun {
    /// Where it is.
    pub directory: RunDirectory,
    /// What it was trained with.
    pub config: RunConfig,
    /// What it found out about its data.
    pub record: RunRecord,
    /// The model.
    pub model: Box<dyn Model>,
}

impl TrainedRun {
    /// Loads a run by name or path.
    ///
    /// # Errors
    /// If there is none, it has no model yet, or one of its files is damaged.
    pub fn open(run: &str, device: &Device) -> Result<Self, CliError> {
        Self::load(RunDirectory::open(run)?, device)
    }

    /// Loads the run of a directory.
    ///
    /// # Errors
    /// If it has no model yet, or one of its files is damaged.
    pub fn load(directory: RunDirectory, device: &Device) -> Result<Self, CliError> {
        let config = directory.config()?;
        memory::advise(config.model.takes_less_memory());
        let path = directory.weights_path();
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let (path, run) = (directory.path().to_owned(), directory.name());
                let busy = matches!(directory.lock(), Err(RunError::Busy { .. }));
                let error =
                    if busy { RunError::InTraining { path } } else { RunError::Untrained { path, run } };
                return Err(error.into());
            }
            bytes => bytes.map_err(CliError::file("read", &path))?,
        };
        let record = directory.record()?;
        let read = if record.has_sealed_weights() {
            StateDict::from_safetensors
        } else {
            StateDict::from_unsealed_safetensors
        };
        let (weights, _) = read(&bytes).map_err(|detail| RunError::Damaged { path: path.clone(), detail })?;
        let broken = weights.iter().find(|(_, data)| data.iter::<f64>().any(|value| !value.is_finite()));
        if let Some((name, _)) = broken {
            let detail = format!("the weights `{name}` hold a value that is not finite");
            return Err(RunError::Damaged { path, detail }.into());
        }
        let model = memory::held(Holder::Weights, || model::trained(&config, &record, &weights, device))?;
        Ok(Self { directory, config, record, model })
    }

    /// Opens the data that a verb asks for, by default the run's own. Those have the splits of the
    /// training; other data have only the splits that they bring.
    ///
    /// # Errors
    /// If the data cannot be read or are of another shape.
    pub fn dataset(&self, source: Option<&str>) -> Result<Dataset, CliError> {
        let mut spec = self.config.data.spec();
        if let Some(source) = source {
            source.clone_into(&mut spec.source);
        }
        let table = self.record.preprocessing.table();
        // Other data need not have what was left out of the training.
        let chosen = spec.columns.is_some() || !spec.exclude.is_empty();
        if let (Some(schema), true, false) = (table, chosen, self.is_own(&spec.source)) {
            spec.columns = Some(schema.columns.iter().map(|column| column.name.clone()).collect());
            spec.exclude.clear();
        }
        let target = self.record.preprocessing.target().filter(|_| !self.is_own(&spec.source));
        if let Some(target) = target.filter(|target| !target.inputs().is_empty()) {
            spec.columns = Some(target.inputs().to_vec());
            spec.exclude.clear();
        }
        let dataset = loop {
            match memory::held(Holder::Data, || data_source::open(&spec)) {
                // What is to be predicted need not be known.
                Err(CliError::Data(DataError::UnknownColumn { column, .. }))
                    if target.is_some() && spec.target_columns.contains(&column) =>
                {
                    spec.target_columns.clear();
                }
                // Other rows may count once each.
                Err(CliError::Data(DataError::UnknownColumn { column, .. }))
                    if spec.weight_column.as_ref() == Some(&column) && !self.is_own(&spec.source) =>
                {
                    spec.weight_column = None;
                }
                dataset => break dataset?,
            }
        };
        let dataset = if self.is_own(&spec.source) {
            dataset.with_validation(self.config.data.validation, self.config.seed)?
        } else {
            dataset
        };
        let shape = &dataset.require(Role::Observation)?.shape;
        // The columns of a table are found by their names.
        if table.is_none() && *shape != self.record.shape {
            return Err(CliError::usage(
                format!(
                    "{} has examples of shape {shape:?}, but {} was trained on {:?}",
                    dataset.name(),
                    self.directory.name(),
                    self.record.shape
                ),
                "give data of the same shape",
            ));
        }
        Ok(dataset)
    }

    /// What is known of the evidence of the training examples, if the model is a posterior over parameters.
    ///
    /// # Errors
    /// If the run's data cannot be read.
    pub fn evidence(&self) -> Result<Option<Evidence>, CliError> {
        let dataset = self.dataset(None)?;
        let train = dataset.rows(Split::Train)?;
        let examples =
            Examples { dataset: &dataset, train: &train, preprocessing: &self.record.preprocessing };
        self.model.evidence(&examples).transpose()
    }

    /// Whether a source is what the run was trained on.
    fn is_own(&self, source: &str) -> bool {
        let asked = DataConfig { source: source.to_owned(), ..self.config.data.clone() };
        let asked = data_source::anywhere(asked);
        // As paths: `digits/` is `digits`.
        Path::new(&asked.source) == Path::new(&self.config.data.source)
    }

    /// Some rows as one batch, with the binarisation of evaluation.
    ///
    /// # Errors
    /// If a row does not exist.
    pub fn batch(&self, dataset: &Dataset, rows: &Rows) -> Result<Batch, CliError> {
        let batch = dataset.read(&rows.iter().collect::<Vec<_>>())?;
        Ok(self.record.preprocessing.apply(batch, Draws::Evaluation)?)
    }

    /// Batches of some rows in their order, with the binarisation of evaluation.
    ///
    /// # Errors
    /// If there are no rows.
    pub fn loader<'a>(&'a self, dataset: &'a Dataset, rows: Rows) -> Result<Loader<'a>, CliError> {
        let example = self.record.shape.iter().product::<usize>().max(1) * size_of::<f32>();
        let batch = (BATCH_BYTES / example).clamp(1, BATCH);
        Ok(Loader::new(dataset, rows, &self.record.preprocessing, batch, Rng::seed(self.config.seed))?)
    }
}

/// The rows that a verb asks for, and the split they are of.
///
/// # Errors
/// If the data have no such split.
pub fn rows_of(dataset: &Dataset, options: &DataOptions, default: Split) -> Result<(Rows, Split), CliError> {
    let split = match options.split.unwrap_or(default) {
        Split::Test => dataset.evaluation_split(),
        split => split,
    };
    let rows = dataset.rows(split)?;
    let rows = options.limit.map_or(rows.clone(), |limit| rows.take(limit.get()));
    Ok((rows, split))
}
