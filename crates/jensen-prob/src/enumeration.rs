//! Lists of all values.

use burn::tensor::{Tensor, TensorData};

/// The most values that are listed for each row.
const MOST: f64 = (1 << 20) as f64;

/// # Panics
/// If there are more than 2²⁰ values.
pub(crate) fn check_enumerable(count: f64) {
    assert!(count <= MOST, "{count} values are too many to enumerate: use at most 2^20");
}

/// Values for each row, value-major, in the type and place of `parameter`, off the gradient graph.
pub(crate) fn for_each_row(parameter: &Tensor<2>, values: impl Iterator<Item = Vec<usize>>) -> Tensor<2> {
    let parameter = parameter.clone().inner();
    let [rows, event] = parameter.dims();
    let numbers: Vec<f64> = values.flat_map(|value| value.repeat(rows)).map(|number| number as f64).collect();
    let shape = [numbers.len() / event.max(1), event];
    Tensor::from_data(TensorData::new(numbers, shape), (&parameter.device(), parameter.dtype()))
}

/// The `digits` digits of every number of so many in a base, the lowest first.
///
/// # Panics
/// If there are more than 2²⁰.
pub(crate) fn numerals(base: usize, digits: usize) -> impl Iterator<Item = Vec<usize>> {
    check_enumerable((base as f64).powf(digits as f64));
    let powers: Vec<usize> = (0..digits as u32).map(|digit| base.pow(digit)).collect();
    (0..base.pow(digits as u32)).map(move |number| powers.iter().map(|power| number / power % base).collect())
}
