//! `metrics.jsonl`: one JSON object a line.

use std::fs::{File, OpenOptions, read};
use std::io::Write;
use std::path::{Path, PathBuf};

use jensen_data::replace_file;
use serde::Deserialize;

use super::record::{EpochRecord, IncidentRecord, Record, StepRecord};
use super::{Event, Observer, Warning, active_units};
use crate::forensics::NonFinite;
use crate::{InferError, Metrics};

/// Writes the log of a run as it goes: every `n`th step and every epoch.
///
/// When a run goes on from a checkpoint, the lines past it are cut, so that the log is that of a
/// run that was never interrupted.
#[derive(Debug)]
pub struct MetricsLog {
    path: PathBuf,
    every: u64,
    file: Option<File>,
}

impl MetricsLog {
    /// A log at `path` of every `every`th step; 0 logs epochs alone. Nothing is written before the
    /// run starts.
    pub fn new(path: impl Into<PathBuf>, every: u64) -> Self {
        Self { path: path.into(), every, file: None }
    }

    /// Reads a log, in the order in which it was written.
    ///
    /// An unfinished last line, which a killed run leaves, is passed over.
    ///
    /// # Errors
    /// [`InferError::Io`] if the file cannot be read, [`InferError::Damaged`] with the line that is
    /// not a record.
    pub fn read(path: &Path) -> Result<Vec<Record>, InferError> {
        Ok(lines::<Record>(path)?.into_iter().map(|(_, record)| record).collect())
    }

    /// Cuts the lines past `step` and opens the file for those to come.
    fn start(&mut self, step: u64) -> Result<(), InferError> {
        #[derive(Deserialize)]
        struct Stamp {
            step: u64,
        }
        let kept = match lines::<Stamp>(&self.path) {
            Ok(lines) if step > 0 => lines
                .into_iter()
                .filter(|(_, stamp)| stamp.step <= step)
                .map(|(line, _)| line + "\n")
                .collect(),
            Err(InferError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                String::new()
            }
            Err(error) if step > 0 => return Err(error),
            _ => String::new(),
        };
        replace_file(&self.path, |file| file.write_all(kept.as_bytes()))
            .map_err(|source| self.failed(source))?;
        let opened = OpenOptions::new().append(true).open(&self.path);
        self.file = Some(opened.map_err(|source| self.failed(source))?);
        Ok(())
    }

    /// A whole line in one write, unbuffered: a process that is killed leaves whole lines.
    fn write(&mut self, record: &Record) -> Result<(), InferError> {
        let mut line = serde_json::to_string(record).expect("numbers and text are JSON");
        line.push('\n');
        match &mut self.file {
            Some(file) => file.write_all(line.as_bytes()).map_err(|source| self.failed(source)),
            None => Ok(()),
        }
    }

    /// Flushes the lines so far to the disk.
    fn sync(&self) -> Result<(), InferError> {
        self.file.as_ref().map_or(Ok(()), |file| file.sync_data().map_err(|source| self.failed(source)))
    }

    fn failed(&self, source: std::io::Error) -> InferError {
        InferError::Io { action: "write", path: self.path.clone(), source }
    }
}

impl Observer for MetricsLog {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        match *event {
            Event::Started { step, .. } => self.start(step),
            Event::Checkpointing { .. } => self.sync(),
            Event::Step {
                step, epoch, report, learning_rate, warm_up, examples_per_second, seconds, ..
            } if self.every > 0 && step.is_multiple_of(self.every) => self.write(&Record::Step(StepRecord {
                step,
                epoch,
                objective: report.objective,
                terms: report.terms.iter().map(|&(name, value)| (name.to_owned(), value)).collect(),
                gradient_norm: report.gradient_norm,
                learning_rate,
                warm_up,
                examples_per_second,
                seconds,
            })),
            Event::EpochEnd { step, epoch, train, validation, monitored, examples_per_second, seconds } => {
                let norm = train.gradient_norm.map(|norm| ("gradient_norm".to_owned(), norm));
                let objective = ("objective".to_owned(), train.objective);
                self.write(&Record::Epoch(EpochRecord {
                    step,
                    epoch,
                    train: train.terms.iter().cloned().chain([objective]).chain(norm).collect(),
                    validation: validation.into_iter().flat_map(named_means).collect(),
                    monitored: monitored.to_owned(),
                    kl_per_dim: validation.and_then(|metrics| metrics.mean_per_dim("kl")).unwrap_or_default(),
                    active_units: validation.and_then(active_units),
                    examples_per_second,
                    seconds,
                }))
            }
            Event::Warning(Warning::Skipped { failure, step, epoch, .. }) => {
                self.write(&Record::Skipped(incident(failure, *step, *epoch, None)))
            }
            Event::Warning(Warning::RolledBack { failure, step, epoch, learning_rate_factor, .. }) => {
                self.write(&Record::RolledBack(incident(failure, *step, *epoch, Some(*learning_rate_factor))))
            }
            _ => Ok(()),
        }
    }
}

fn incident(failure: &NonFinite, step: u64, epoch: u64, learning_rate_factor: Option<f64>) -> IncidentRecord {
    IncidentRecord {
        step,
        epoch,
        term: failure.term.clone(),
        origin: failure.origin.clone(),
        rows: failure.rows.clone(),
        at_fault: failure.at_fault,
        learning_rate_factor,
    }
}

fn named_means(metrics: &Metrics) -> impl Iterator<Item = (String, f64)> {
    metrics.means().map(|(name, mean)| (name.to_owned(), mean))
}

/// Every line with what it holds.
fn lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Vec<(String, T)>, InferError> {
    let bytes =
        read(path).map_err(|source| InferError::Io { action: "read", path: path.to_owned(), source })?;
    let text = String::from_utf8_lossy(&bytes);
    let count = text.lines().count();
    let mut read = Vec::with_capacity(count);
    for (i, line) in text.lines().enumerate() {
        match serde_json::from_str(line) {
            Ok(value) => read.push((line.to_owned(), value)),
            Err(_) if i + 1 == count => {}
            Err(error) => {
                return Err(InferError::Damaged {
                    path: path.to_owned(),
                    detail: format!("line {} is not a record: {error}", i + 1),
                    remedy: "remove that line",
                });
            }
        }
    }
    Ok(read)
}
