//! Where in a model a parameter stands: its name, its identity and its random numbers.

use burn::{
    module::{Param, ParamId},
    nn::Linear,
    tensor::{Device, Tensor, TensorData},
};
use jensen_random::Rng;

use super::activation::glorot_bound;

/// A path in a model, under which parameters are made.
///
/// The path gives a parameter its [`ParamId`], by a hash, and its initial values, by
/// `rng.fork(path)`. So models of the same seed are equal bit for bit, whatever the order in which
/// their parts are made, and their files too. Use the path that Burn gives the module, field names
/// and indices joined by dots, and no path twice in a model.
///
/// ```
/// use burn::tensor::Device;
/// use jensen_models::nets::{Activation, Mlp, Scope};
/// use jensen_random::Rng;
///
/// let device = Device::flex();
/// let scope = Scope::new(Rng::seed(1), &device);
/// let net = Mlp::init(3, &[8, 8], Activation::Tanh, &scope.child("net"));
/// ```
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    rng: Rng<'a>,
    device: &'a Device,
    path: String,
}

impl<'a> Scope<'a> {
    /// The root of a model, with the stream of its initial values and the device they go to.
    pub fn new(rng: Rng<'a>, device: &'a Device) -> Self {
        Self { rng, device, path: String::new() }
    }

    /// The place of a field, or of an element by its index.
    pub fn child(&self, name: impl std::fmt::Display) -> Self {
        let path = if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) };
        Self { path, ..*self }
    }

    /// A trained parameter drawn uniformly from `[−bound, bound)`.
    pub fn uniform<const D: usize>(&self, name: &str, shape: [usize; D], bound: f64) -> Param<Tensor<D>> {
        let place = self.child(name);
        let columns: usize = shape[1..].iter().product();
        let mut values = self.rng.fork(&place.path).uniforms(shape[0], columns);
        for value in &mut values {
            *value = (f64::from(*value).mul_add(2.0, -1.0) * bound) as f32;
        }
        place.trained(Tensor::from_data(TensorData::new(values, shape), self.device))
    }

    /// A trained parameter that starts at `value`.
    pub fn constant<const D: usize>(&self, name: &str, shape: [usize; D], value: f64) -> Param<Tensor<D>> {
        self.child(name).trained(Tensor::full(shape, value, self.device))
    }

    /// A fully connected layer, its weights uniform within Glorot's bound `√(6 / (inputs + outputs))`
    /// (Glorot & Bengio 2010, eq. 16), its biases 0.
    pub fn linear(&self, inputs: usize, outputs: usize) -> Linear {
        self.linear_within(inputs, outputs, glorot_bound(inputs as f64, outputs as f64))
    }

    /// A fully connected layer with weights from `[−bound, bound)` and biases 0.
    pub(crate) fn linear_within(&self, inputs: usize, outputs: usize, bound: f64) -> Linear {
        Linear {
            weight: self.uniform("weight", [inputs, outputs], bound),
            bias: Some(self.constant("bias", [outputs], 0.0)),
        }
    }

    fn trained<const D: usize>(&self, values: Tensor<D>) -> Param<Tensor<D>> {
        Param::initialized(parameter_id(&self.path), values).set_require_grad(true)
    }
}

/// FNV-1a of the path (Fowler, Noll & Vo).
pub(crate) fn parameter_id(path: &str) -> ParamId {
    let hash = path
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
    ParamId::from(hash)
}
