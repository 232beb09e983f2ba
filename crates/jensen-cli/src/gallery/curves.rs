//! The course of the training.

use std::collections::BTreeMap;

use jensen_infer::fit::{EpochRecord, Record};

use super::{Encoding, Picture};
use crate::error::CliError;
use crate::picture::plot::{BoundTerms, ScheduleStep, schedule, training_curves};

/// More steps than this do not make the schedule any clearer.
const STEPS: usize = 400;

/// Curves of the bound and its terms, and of the schedules; `beta` is the configured weight of the KL
/// term, which warm-up leads to.
pub(super) fn pictures(records: &[Record], beta: f64) -> Result<Vec<Picture>, CliError> {
    let epochs: Vec<&EpochRecord> = records
        .iter()
        .filter_map(|record| match record {
            Record::Epoch(record) => Some(record),
            _ => None,
        })
        .collect();
    let train: Vec<_> = epochs.iter().map(|record| terms(record, &record.train, "objective")).collect();
    let validated = epochs.iter().filter(|record| !record.validation.is_empty());
    let validation: Vec<_> =
        validated.map(|record| terms(record, &record.validation, &record.monitored)).collect();
    let mut pictures = Vec::new();
    if !train.is_empty() {
        pictures.push(Picture {
            file: "training.svg",
            scene: training_curves("The bound and its two terms", &train, &validation)?,
            encoding: Encoding::Svg,
            caption: "Training shows the objective that was climbed, its weights and warm-up included; validation the \
                      plain bound.",
        });
    }
    let steps: Vec<ScheduleStep> = records
        .iter()
        .filter_map(|record| match record {
            Record::Step(record) => Some(ScheduleStep {
                step: record.step as f64,
                learning_rate: record.learning_rate,
                kl_weight: beta * record.warm_up,
            }),
            _ => None,
        })
        .collect();
    let thinned: Vec<ScheduleStep> =
        steps.iter().step_by(steps.len().div_ceil(STEPS).max(1)).copied().collect();
    if !thinned.is_empty() {
        pictures.push(Picture {
            file: "schedule.svg",
            scene: schedule("Schedules", &thinned)?,
            encoding: Encoding::Svg,
            caption: "What the schedules prescribed: the learning rate, and the weight of the KL term.",
        });
    }
    Ok(pictures)
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
