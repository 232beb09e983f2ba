//! What is computed number by number in `f64` on the host.

use burn::tensor::{DType, Device, Tensor, TensorData};
use jensen_random::Rng;

/// The numbers of a tensor, and the way back to its place and type.
pub(crate) struct OnHost {
    pub(crate) numbers: Vec<f64>,
    pub(crate) shape: [usize; 2],
    options: (Device, DType),
}

impl OnHost {
    pub(crate) fn of(tensor: &Tensor<2>) -> Self {
        let tensor = tensor.clone().inner();
        let (shape, options) = (tensor.dims(), (tensor.device(), tensor.dtype()));
        Self { numbers: tensor.into_data().iter().collect(), shape, options }
    }

    pub(crate) fn tensor(&self, numbers: Vec<f64>) -> Tensor<2> {
        let (device, dtype) = &self.options;
        Tensor::from_data(TensorData::new(numbers, self.shape), (device, *dtype))
    }
}

/// A function of each number and its slope: `f(x̸) + (x − x̸) f′(x̸)`, where `x̸` carries no gradient, has the value of
/// the function and its slope.
pub(crate) fn differentiable<const D: usize>(
    x: Tensor<D>,
    value: impl Fn(f64) -> f64,
    slope: impl Fn(f64) -> f64,
) -> Tensor<D> {
    let inner = x.clone().inner();
    let (shape, options) = (inner.dims(), (inner.device(), inner.dtype()));
    let numbers: Vec<f64> = inner.into_data().iter().collect();
    let of_each = |f: &dyn Fn(f64) -> f64| {
        let numbers: Vec<f64> = numbers.iter().map(|&x| f(x)).collect();
        Tensor::from_data(TensorData::new(numbers, shape), (&options.0, options.1))
    };
    let values = of_each(&value);
    if x.is_tracked() { (x.clone() - x.detach()) * of_each(&slope) + values } else { values }
}

/// Numbers uniform on `[0, 1)` with 48 bits.
pub(crate) fn uniforms(rng: &Rng, [rows, columns]: [usize; 2]) -> Vec<f64> {
    let halves = rng.uniforms(rows, 2 * columns);
    halves.chunks_exact(2).map(|pair| f64::from(pair[0]) + f64::from(pair[1]) * 2f64.powi(-24)).collect()
}
