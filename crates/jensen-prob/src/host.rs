//! What is computed number by number in `f64` on the host: functions that tensor operations cannot compose without
//! loss, such as those that take a loop. An accelerator waits for it.

use burn::tensor::{DType, Device, Tensor, TensorData};

/// The numbers of a tensor, and the way back to its shape, type and place.
pub(crate) struct OnHost<const D: usize = 2> {
    pub(crate) numbers: Vec<f64>,
    pub(crate) shape: [usize; D],
    options: (Device, DType),
}

impl<const D: usize> OnHost<D> {
    pub(crate) fn of(tensor: &Tensor<D>) -> Self {
        let tensor = tensor.clone().inner();
        let (shape, options) = (tensor.dims(), (tensor.device(), tensor.dtype()));
        Self { numbers: tensor.into_data().iter().collect(), shape, options }
    }

    /// Off the gradient graph.
    pub(crate) fn tensor(&self, numbers: Vec<f64>) -> Tensor<D> {
        let (device, dtype) = &self.options;
        Tensor::from_data(TensorData::new(numbers, self.shape), (device, *dtype))
    }

    /// Numbers that move with the tensor these are the numbers of, by the slope at each.
    pub(crate) fn moving_with(
        &self,
        tensor: &Tensor<D>,
        values: &[f64],
        slope: impl Fn(f64, f64) -> f64,
    ) -> Tensor<D> {
        let slopes = || self.numbers.iter().zip(values).map(|(&at, &value)| slope(at, value)).collect();
        self.add_gradient(self.tensor(values.to_vec()), tensor.clone(), slopes)
    }

    /// `value + (a − a̸) slope`, where `a̸` carries no gradient.
    ///
    /// An infinite slope counts as the largest number of single precision, and an infinite argument has the
    /// gradient 0.
    fn add_gradient(
        &self,
        value: Tensor<D>,
        argument: Tensor<D>,
        slopes: impl FnOnce() -> Vec<f64>,
    ) -> Tensor<D> {
        const LARGEST: f64 = f32::MAX as f64;
        if !argument.is_tracked() {
            return value;
        }
        let slopes = slopes().into_iter().map(|slope| slope.clamp(-LARGEST, LARGEST)).collect();
        let argument = argument.clone().mask_fill(argument.is_inf(), 0.0);
        value + (argument.clone() - argument.detach()) * self.tensor(slopes)
    }
}

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
    let columns = arguments.each_ref().map(OnHost::of);
    let host = &columns[0];
    let points = || (0..host.numbers.len()).map(|at| columns.each_ref().map(|column| column.numbers[at]));
    let values: Vec<f64> = points().map(&value).collect();
    if !arguments.iter().any(Tensor::is_tracked) {
        return host.tensor(values);
    }
    let slopes: Vec<[f64; N]> = points().zip(&values).map(|(point, &value)| slopes(point, value)).collect();
    arguments.into_iter().enumerate().fold(host.tensor(values), |sum, (which, argument)| {
        host.add_gradient(sum, argument, || slopes.iter().map(|of_each| of_each[which]).collect())
    })
}

/// [`pointwise`] of one argument, whose slope is a function of it.
pub(crate) fn pointwise_of_one<const D: usize>(
    x: Tensor<D>,
    value: impl Fn(f64) -> f64,
    slope: impl Fn(f64) -> f64,
) -> Tensor<D> {
    pointwise([x], |[x]| value(x), |[x], _| [slope(x)])
}
