//! Measuring the validation examples, and refusing to go on from numbers that are not finite.

use jensen_data::{Batch, Loader};
use jensen_random::Rng;

use crate::{InferError, Learner, Metrics, StepReport};

/// How many rows at fault an error lists.
const ROWS_TOLD: usize = 8;

/// The learner's metrics over all examples of `loader`, in their fixed order.
///
/// # Errors
/// [`InferError::NonFinite`] if the monitored mean is not finite, with the rows of the first batch at fault.
pub(super) fn validate(
    learner: &dyn Learner,
    loader: &Loader<'_>,
    rng: Rng<'_>,
    step: u64,
) -> Result<Metrics, InferError> {
    let monitored = learner.monitored();
    let mut all = Metrics::default();
    for batch in loader.ordered() {
        let batch = batch?;
        let metrics = learner.evaluate(&batch, rng)?;
        if metrics.mean(monitored).is_some_and(|value| !value.is_finite()) {
            let term = format!("the validation {monitored}");
            return Err(non_finite(term, step, std::slice::from_ref(&batch)));
        }
        all.merge(metrics);
    }
    Ok(all)
}

/// A second look at what a learner reports, which should have refused the step itself.
pub(super) fn check_report(report: &StepReport, step: u64, batches: &[Batch]) -> Result<(), InferError> {
    let others = [
        ("the objective", report.objective),
        ("the norm of the gradient", report.gradient_norm.unwrap_or(0.0)),
    ];
    match report.terms.iter().copied().chain(others).find(|(_, value)| !value.is_finite()) {
        Some((term, _)) => Err(non_finite(term.to_owned(), step, batches)),
        None => Ok(()),
    }
}

fn non_finite(term: String, step: u64, batches: &[Batch]) -> InferError {
    let rows = batches.iter().flat_map(Batch::rows).copied().take(ROWS_TOLD).collect();
    InferError::NonFinite { term, step, rows }
}
