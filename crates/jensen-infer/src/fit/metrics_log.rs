//! `metrics.jsonl`: one JSON object a line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use jensen_data::replace_file;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::record::{EpochRecord, IncidentRecord, Record, StepRecord};
use super::{Event, Observer, Warning, active_units};
use crate::forensics::NonFinite;
use crate::{InferError, Metrics};

/// Writes the log of a run as it goes: every `n`th step, each at which the gradient's noise was measured, and every epoch.
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
        let mut records = Vec::new();
        Self::visit(path, |record| records.push(record))?;
        Ok(records)
    }

    /// Visits the records of a log, as [`read`](Self::read) reads them, one at a time: the log of a long run
    /// need not fit into memory.
    ///
    /// # Errors
    /// As those of [`read`](Self::read).
    pub fn visit(path: &Path, mut visit: impl FnMut(Record)) -> Result<(), InferError> {
        for_each_line(path, |_, record| visit(record))
    }

    /// Cuts the lines past `step` and this many whole epochs, and opens the file for those to come.
    ///
    /// A run that was interrupted in a validation goes on at the step that the epoch's line has.
    fn start(&mut self, step: u64, epochs: u64) -> Result<(), InferError> {
        #[derive(Deserialize)]
        struct Stamp {
            #[serde(rename = "type")]
            kind: String,
            step: u64,
            epoch: u64,
        }
        let mut damage = Ok(());
        let kept = replace_file(&self.path, |file| {
            let mut out = BufWriter::new(file);
            let mut written = Ok(());
            let copy = |line: &str, stamp: Stamp| {
                let is_of_later = stamp.step > step || (stamp.kind == "epoch" && stamp.epoch > epochs);
                if !is_of_later && written.is_ok() {
                    written = writeln!(out, "{line}");
                }
            };
            match if step > 0 { for_each_line(&self.path, copy) } else { Ok(()) } {
                Err(InferError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    damage = Err(error);
                    return Err(io::Error::other("the log cannot be copied"));
                }
                Ok(()) => {}
            }
            written?;
            out.flush()
        });
        damage?;
        kept.map_err(|source| self.failed(source))?;
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
            Event::Started { step, epoch, .. } => self.start(step, epoch),
            Event::Checkpointing { .. } => self.sync(),
            Event::Step {
                step, epoch, report, learning_rate, warm_up, examples_per_second, seconds, ..
            } if self.every > 0 && (step.is_multiple_of(self.every) || report.gradient_noise.is_some()) => {
                self.write(&Record::Step(StepRecord {
                    step,
                    epoch,
                    objective: report.objective,
                    terms: report.terms.iter().map(|&(name, value)| (name.to_owned(), value)).collect(),
                    gradient_norm: report.gradient_norm,
                    gradient_noise: report.gradient_noise,
                    learning_rate,
                    warm_up,
                    examples_per_second,
                    seconds,
                }))
            }
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

/// Visits every line with what it holds; an unfinished last line is passed over.
fn for_each_line<T: DeserializeOwned>(path: &Path, mut visit: impl FnMut(&str, T)) -> Result<(), InferError> {
    let failed = |source| InferError::Io { action: "read", path: path.to_owned(), source };
    let lines = BufReader::new(File::open(path).map_err(failed)?).split(b'\n');
    let mut broken = None;
    for (i, line) in lines.enumerate() {
        if let Some(error) = broken {
            return Err(error); // it was not the last
        }
        let line = line.map_err(failed)?;
        let text = String::from_utf8_lossy(&line);
        match serde_json::from_str(&text) {
            Ok(value) => visit(&text, value),
            Err(error) => {
                broken = Some(InferError::Damaged {
                    path: path.to_owned(),
                    detail: format!("line {} is not a record: {error}", i + 1),
                    remedy: "remove that line",
                });
            }
        }
    }
    Ok(())
}
