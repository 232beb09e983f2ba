//! The net of a coupling layer.

use burn::{
    module::{Module, Param},
    nn::Linear,
    tensor::{Int, Tensor},
};
use jensen_prob::bijector::{Conditioner, SelectMaps};

use super::{Activation, Mlp, Scope};

/// Fully connected layers and a linear one: from the kept dimensions of a coupling to the parameters of the
/// map of the others.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_models::nets::{Activation, ConditionerNet, Scope};
/// use jensen_prob::bijector::{AffineMaps, Bijector, Coupling, MapFamily};
/// use jensen_random::Rng;
///
/// let device = Device::flex();
/// let (scope, maps) = (Scope::new(Rng::seed(1), &device), AffineMaps::default());
/// let net = ConditionerNet::init(2, &[16], maps.width() * 3, Activation::Tanh, &scope);
/// let layer = Coupling::new(net, maps, 2); // two of five dimensions kept
/// let x = Tensor::<2>::ones([4, 5], &device);
/// let back = layer.inverse(layer.forward(x.clone()));
/// assert!(back.all_close(x, Some(1e-5), Some(1e-5)));
/// ```
#[derive(Module, Debug)]
pub struct ConditionerNet {
    net: Mlp,
    output: Linear,
}

impl ConditionerNet {
    /// Hidden layers of the given widths between `inputs` and `outputs` numbers.
    pub fn init(
        inputs: usize,
        widths: &[usize],
        outputs: usize,
        activation: Activation,
        scope: &Scope,
    ) -> Self {
        Self {
            net: Mlp::init(inputs, widths, activation, &scope.child("net")),
            output: scope.child("output").linear(*widths.last().unwrap_or(&inputs), outputs),
        }
    }

    /// The same net with an output of 0 for everything, from where it can learn: a flow whose nets start so
    /// starts at the identity.
    pub fn starting_at_zero(mut self) -> Self {
        self.output.weight = zeroed(self.output.weight);
        self.output.bias = self.output.bias.map(zeroed);
        self
    }
}

impl Conditioner for ConditionerNet {
    fn parameters(&self, x: Tensor<2>) -> Tensor<2> {
        self.output.forward(self.net.forward(x))
    }

    fn detach_params(&self) -> Self {
        self.valid()
    }
}

/// All rows share the net.
impl SelectMaps for ConditionerNet {
    fn select_maps(&self, _: &Tensor<1, Int>) -> Self {
        self.clone()
    }
}

/// The parameter at 0.
fn zeroed<const D: usize>(parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
    let (shape, device) = (parameter.val().dims(), parameter.val().device());
    Param::initialized(parameter.id, Tensor::zeros(shape, &device)).set_require_grad(true)
}
