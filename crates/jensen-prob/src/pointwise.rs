//! Functions of a few numbers at a time, in `f64` on the host.
//!
//! For functions that tensor operations cannot compose without loss, such as those that take a loop; an
//! accelerator waits for the host.

use burn::tensor::{Tensor, TensorData};

/// `value` of the numbers at each place, rounded once, with the gradients that `slopes` gives from the same
/// numbers and the value. Arguments broadcast.
///
/// An infinite slope counts as the largest number of single precision, and an infinite argument has the
/// gradient 0.
pub(crate) fn pointwise<const N: usize, const D: usize>(
    arguments: [Tensor<D>; N],
    value: impl Fn([f64; N]) -> f64,
    slopes: impl Fn([f64; N], f64) -> [f64; N],
) -> Tensor<D> {
    let shape = std::array::from_fn(|axis| arguments.iter().map(|a| a.dims()[axis]).max().unwrap_or(1));
    let arguments = arguments.map(|a| if a.dims() == shape { a } else { a.expand::<D, [usize; D]>(shape) });
    let options = (arguments[0].clone().inner().device(), arguments[0].dtype());
    let tensor =
        |numbers: Vec<f64>| Tensor::<D>::from_data(TensorData::new(numbers, shape), (&options.0, options.1));

    let columns =
        arguments.each_ref().map(|a| a.clone().inner().into_data().iter::<f64>().collect::<Vec<_>>());
    let points = || (0..columns[0].len()).map(|at| columns.each_ref().map(|column| column[at]));
    let values: Vec<f64> = points().map(&value).collect();
    if !arguments.iter().any(Tensor::is_tracked) {
        return tensor(values);
    }
    let slopes: Vec<[f64; N]> = points().zip(&values).map(|(point, &value)| slopes(point, value)).collect();
    arguments.into_iter().enumerate().filter(|(_, argument)| argument.is_tracked()).fold(
        tensor(values),
        |sum, (which, argument)| {
            const LARGEST: f64 = f32::MAX as f64;
            let slope = slopes.iter().map(|s| s[which].clamp(-LARGEST, LARGEST)).collect();
            // 0, but for its gradient.
            let argument = argument.clone().mask_fill(argument.is_inf(), 0.0);
            sum + (argument.clone() - argument.detach()) * tensor(slope)
        },
    )
}
