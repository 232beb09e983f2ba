//! Measuring the validation examples, and refusing to go on from numbers that are not finite.

use jensen_data::{Batch, Loader};
use jensen_random::Rng;

use super::MONITORED;
use crate::{InferError, Learner, Metrics, StepReport};

/// How many rows at fault an error lists.
const ROWS_TOLD: usize = 8;

/// The learner's metrics over all examples of `loader`, in their fixed order.
///
/// # Errors
/// [`InferError::NonFinite`] if the bound is not finite, with the rows of the first batch at fault.
pub(super) fn validate(
    learner: &dyn Learner,
    loader: &Loader<'_>,
    rng: Rng<'_>,
    step: u64,
) -> Result<Metrics, InferError> {
    let mut all = Metrics::default();
    for batch in loader.ordered() {
        let batch = batch?;
        let metrics = learner.evaluate(&batch, rng)?;
        if metrics.mean(MONITORED).is_some_and(|bound| !bound.is_finite()) {
            return Err(non_finite(
                format!("the validation {MONITORED}"),
                step,
                std::slice::from_ref(&batch),
            ));
        }
        all.merge(metrics);
    }
    Ok(all)
}

/// A second look at what a learner reports, which should have refused the step itself.
pub(super) fn check_report(report: &StepReport, step: u64, batches: &[Batch]) -> Result<(), InferError> {
    let terms = [
        ("log p(x|z)", report.reconstruction),
        ("KL(q‖p)", report.kl),
        ("the objective", report.objective),
        ("the norm of the gradient", report.gradient_norm.unwrap_or(0.0)),
    ];
    match terms.into_iter().find(|(_, value)| !value.is_finite()) {
        Some((term, _)) => Err(non_finite(term.to_owned(), step, batches)),
        None => Ok(()),
    }
}

fn non_finite(term: String, step: u64, batches: &[Batch]) -> InferError {
    let rows = batches.iter().flat_map(Batch::rows).copied().take(ROWS_TOLD).collect();
    InferError::NonFinite { term, step, rows }
}
