//! The small net of a baseline or control variate.

use burn::module::{Module, Param, ParamId};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use jensen_kernels::tanh;
use jensen_random::Rng;

/// Two layers with `tanh` between them and one output, which starts at 0 for every input.
#[derive(Module, Debug)]
pub struct Network {
    hidden: Linear,
    output: Linear,
}

impl Network {
    /// Of `inputs` numbers, its hidden weights drawn from `rng`, on an autodiff `device`.
    pub fn init(inputs: usize, hidden: usize, rng: &Rng, device: &Device) -> Self {
        // Glorot & Bengio 2010.
        let bound = (6.0 / (inputs + hidden) as f64).sqrt();
        let uniforms = rng.uniforms(inputs, hidden);
        let weights = uniforms.into_iter().map(|u| ((2.0 * f64::from(u) - 1.0) * bound) as f32).collect();
        let weight = Tensor::from_data(TensorData::new(weights, [inputs, hidden]), device);
        let zeros = |size: usize| Tensor::<1>::zeros([size], device);
        Self {
            hidden: Linear { weight: parameter(1, weight), bias: Some(parameter(2, zeros(hidden))) },
            output: Linear {
                weight: parameter(3, Tensor::zeros([hidden, 1], device)),
                bias: Some(parameter(4, zeros(1))),
            },
        }
    }

    /// `[rows, inputs]` to `[rows]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<1> {
        self.output.forward(tanh(self.hidden.forward(x))).squeeze_dim(1)
    }
}

/// A parameter that learns; its number is its own within the estimator.
pub fn parameter<const D: usize>(id: u64, value: Tensor<D>) -> Param<Tensor<D>> {
    Param::initialized(ParamId::from(id), value).set_require_grad(true)
}
