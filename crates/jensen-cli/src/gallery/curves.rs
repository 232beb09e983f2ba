//! The course of the training.

use std::collections::BTreeMap;
use std::path::Path;

use jensen_infer::Quantity;
use jensen_infer::fit::{EpochRecord, MetricsLog, Record};

use super::thinned::Thinned;
use super::{Encoding, Picture};
use crate::error::CliError;
use crate::picture::plot::{BoundTerms, ScheduleStep, schedule, training_curves};

/// More points than this do not make a curve any clearer.
const POINTS: usize = 800;

/// Curves of the bound on `quantity` and its terms, or of that itself, and of the schedules, from a log of any length;
/// `beta` is the configured weight of the KL term, which warm-up leads to.
pub(super) fn pictures(log: &Path, quantity: Quantity, beta: f64) -> Result<Vec<Picture>, CliError> {
    let [mut train, mut validation] = [Thinned::new(POINTS), Thinned::new(POINTS)];
    let mut steps = Thinned::new(POINTS);
    MetricsLog::visit(log, |record| match record {
        Record::Epoch(record) => {
            train.push(terms(&record, &record.train, "objective"));
            if !record.validation.is_empty() {
                validation.push(terms(&record, &record.validation, &record.monitored));
            }
        }
        Record::Step(record) => steps.push(ScheduleStep {
            step: record.step as f64,
            learning_rate: record.learning_rate,
            kl_weight: beta * record.warm_up,
        }),
        _ => {}
    })?;
    let (train, validation, steps) = (train.into_vec(), validation.into_vec(), steps.into_vec());
    let mut pictures = Vec::new();
    let is_exact = train.iter().all(|terms| terms.kl.is_nan());
    let title = if is_exact { "The likelihood" } else { "The bound and its two terms" };
    if !train.is_empty() {
        pictures.push(Picture {
            file: "training.svg",
            scene: training_curves(title, quantity, &train, &validation)?,
            encoding: Encoding::Svg,
            caption: "Training shows the objective that was climbed, its weights and warm-up included; validation the \
                      plain bound.",
        });
    }
    if !steps.is_empty() {
        pictures.push(Picture {
            file: "schedule.svg",
            scene: schedule("Schedules", &steps)?,
            encoding: Encoding::Svg,
            caption: "What the schedules prescribed: the learning rate, and the weight of the KL term.",
        });
    }
    Ok(pictures)
}

/// The curve of the likelihood, from a log of iterations.
pub(super) fn of_iterations(log: &Path, quantity: Quantity) -> Result<Vec<Picture>, CliError> {
    let pictures = pictures(log, quantity, 0.0)?.into_iter().filter(|picture| picture.file == "training.svg");
    let caption = "The mean log-likelihood of the examples before each iteration.";
    Ok(pictures.map(|picture| Picture { caption, ..picture }).collect())
}

/// The curve of a likelihood that is climbed by its gradient.
pub(super) fn of_likelihood(log: &Path, quantity: Quantity) -> Result<Vec<Picture>, CliError> {
    let pictures = pictures(log, quantity, 0.0)?.into_iter().filter(|picture| picture.file == "training.svg");
    let caption = "The mean log-likelihood of the training examples, and of those of validation.";
    Ok(pictures.map(|picture| Picture { caption, ..picture }).collect())
}

fn terms(record: &EpochRecord, means: &BTreeMap<String, f64>, bound: &str) -> BoundTerms {
    let mean = |name: &str| means.get(name).copied().unwrap_or(f64::NAN);
    BoundTerms {
        epoch: record.epoch as f64,
        bound: mean(bound),
        reconstruction: mean("reconstruction"),
        kl: mean("kl"),
    }
}
