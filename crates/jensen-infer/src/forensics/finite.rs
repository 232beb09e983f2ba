//! What of a step has to be finite, and which examples it is the fault of where it is not.

use burn::tensor::Tensor;
use jensen_data::Batch;

use super::NonFinite;
use crate::InferError;
use crate::evaluation::per_example;
use crate::optimizer::NamedGradients;

/// The most examples whose gradients are taken one by one, to find those at fault.
const ONE_BY_ONE: usize = 1024;

/// The sum over examples, if each value is finite.
pub(crate) fn finite_sum(
    term: impl Into<String>,
    values: Tensor<1>,
    rows: &[u64],
    step: u64,
) -> Result<f64, InferError> {
    let values = per_example(values);
    let pairs = rows.iter().zip(&values);
    let at_fault: Vec<u64> = pairs.filter(|(_, value)| !value.is_finite()).map(|(row, _)| *row).collect();
    if at_fault.is_empty() {
        return Ok(values.iter().sum());
    }
    Err(NonFinite::new(term, step, &at_fault, rows.len()).into())
}

/// The norm of the gradients of a step, if it is finite; `of_one` gives those of a batch of one example.
pub(crate) fn finite_norm(
    gradients: &NamedGradients,
    batches: &[Batch],
    step: u64,
    of_one: impl Fn(&Batch) -> Result<NamedGradients, InferError>,
) -> Result<f64, InferError> {
    let norm = gradients.norm();
    if norm.is_finite() {
        return Ok(norm);
    }
    let parameter = gradients.non_finite().unwrap_or("a parameter");
    let is_at_fault = |one: &Batch| of_one(one).map_or(true, |own| !own.norm().is_finite());
    let failure =
        NonFinite::new(gradient_of(parameter), step, &rows_at_fault(batches, is_at_fault), len(batches));
    Err(failure.of_parameter(parameter).into())
}

/// The failure of an update that a parameter would not be finite after: no example's own.
pub(crate) fn unfit_update(parameter: &str, batches: &[Batch], step: u64) -> InferError {
    NonFinite::new(update_of(parameter), step, &all_rows(batches), len(batches))
        .of_parameter(parameter)
        .into()
}

/// The rows that are at fault each by itself; all, if there are none or there are too many to look at each.
fn rows_at_fault(batches: &[Batch], is_at_fault: impl Fn(&Batch) -> bool) -> Vec<u64> {
    let all = all_rows(batches);
    if all.len() > ONE_BY_ONE {
        return all;
    }
    let singles = batches.iter().flat_map(|batch| (0..batch.len()).map(|i| batch.select(&[i])));
    let at_fault: Vec<u64> = singles.filter(is_at_fault).map(|one| one.rows()[0]).collect();
    if at_fault.is_empty() { all } else { at_fault }
}

fn all_rows(batches: &[Batch]) -> Vec<u64> {
    batches.iter().flat_map(Batch::rows).copied().collect()
}

fn len(batches: &[Batch]) -> usize {
    batches.iter().map(Batch::len).sum()
}

pub(super) fn gradient_of(parameter: &str) -> String {
    format!("the gradient of {parameter}")
}

pub(super) fn update_of(parameter: &str) -> String {
    format!("the update of {parameter}")
}
