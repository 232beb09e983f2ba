//! Measuring the validation examples, and refusing to go on from numbers that are not finite.

use std::sync::atomic::{AtomicBool, Ordering};

use jensen_data::{Batch, Loader};
use jensen_random::Rng;

use crate::forensics::NonFinite;
use crate::{InferError, Learner, Metrics, StepReport};

/// The learner's metrics over all examples of `loader`, in their fixed order; `None` if asked to stop before all are
/// measured.
///
/// # Errors
/// [`InferError::NonFinite`] if the monitored mean is not finite, with the rows at fault of
/// the first such batch.
pub(super) fn validate(
    learner: &dyn Learner,
    loader: &Loader<'_>,
    rng: Rng<'_>,
    step: u64,
    stop: &AtomicBool,
) -> Result<Option<Metrics>, InferError> {
    let monitored = learner.monitored();
    let mut all = Metrics::default();
    for batch in loader.ordered() {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let batch = batch?;
        let metrics = learner.evaluate(&batch, rng)?;
        let is_broken = |metrics: &Metrics| metrics.mean(monitored).is_some_and(|value| !value.is_finite());
        if is_broken(&metrics) {
            let mut at_fault = Vec::new();
            for (position, &row) in batch.rows().iter().enumerate() {
                if is_broken(&learner.evaluate(&batch.select(&[position]), rng)?) {
                    at_fault.push(row);
                }
            }
            let term = format!("the validation {monitored}");
            let failure = NonFinite::new(term, step, &at_fault, batch.len());
            return Err(NonFinite { in_validation: true, ..failure }.into());
        }
        all.merge(metrics);
    }
    Ok(Some(all))
}

/// A second look at what a learner reports, which should have refused the step itself.
pub(super) fn check_report(report: &StepReport, step: u64, batches: &[Batch]) -> Result<(), InferError> {
    let others = [
        ("the objective", report.objective),
        ("the norm of the gradient", report.gradient_norm.unwrap_or(0.0)),
    ];
    match report.terms.iter().copied().chain(others).find(|(_, value)| !value.is_finite()) {
        Some((term, _)) => {
            let rows: Vec<u64> = batches.iter().flat_map(Batch::rows).copied().collect();
            Err(NonFinite::new(term, step, &rows, rows.len()).into())
        }
        None => Ok(()),
    }
}
