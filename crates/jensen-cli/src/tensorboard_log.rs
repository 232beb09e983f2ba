//! The course of a training as TensorBoard's event files.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use jensen_infer::InferError;
use jensen_infer::fit::{Event, Observer};

use crate::tensorboard::EventWriter;

/// Steps between two points of a curve.
const EVERY: u64 = 10;

/// Writes scalars as a run goes.
pub struct TensorboardLog {
    folder: PathBuf,
    writer: Option<EventWriter<BufWriter<File>>>,
}

impl TensorboardLog {
    /// A log in a folder, which is made when the run starts.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), writer: None }
    }

    fn write(&mut self, event: &Event<'_>) -> std::io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        if let Event::Started { step, .. } = event {
            fs::create_dir_all(&self.folder)?;
            let (mut writer, _) = EventWriter::create(&self.folder, now)?;
            if *step > 0 {
                writer.restart(now, *step + 1)?;
            }
            self.writer = Some(writer);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        match event {
            Event::Step { step, report, learning_rate, warm_up, .. } if step % EVERY == 0 => {
                let terms: Vec<_> =
                    report.terms.iter().map(|(name, value)| (format!("{name}/train"), *value)).collect();
                let mut scalars = vec![("bound/train", report.objective)];
                scalars.extend(terms.iter().map(|(name, value)| (name.as_str(), *value)));
                scalars.push(("schedule/learning_rate", *learning_rate));
                scalars.push(("schedule/kl_warm_up", *warm_up));
                writer.scalars(now, *step, &scalars)
            }
            Event::Validated { step, metrics, .. } => {
                let named: Vec<_> =
                    metrics.means().map(|(name, mean)| (format!("{name}/valid"), mean)).collect();
                let scalars: Vec<_> = named.iter().map(|(name, mean)| (name.as_str(), *mean)).collect();
                writer.scalars(now, *step, &scalars)?;
                writer.flush()
            }
            Event::Finished(_) => writer.flush(),
            _ => Ok(()),
        }
    }
}

impl Observer for TensorboardLog {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        self.write(event).map_err(|source| InferError::Io {
            action: "write",
            path: self.folder.clone(),
            source,
        })
    }
}
