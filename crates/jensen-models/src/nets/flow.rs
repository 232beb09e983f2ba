//! The layers of normalizing flows, as modules.

use burn::{module::Module, tensor::Tensor};
use jensen_prob::bijector::{
    AffineMaps, Bijector, Chain, Coupling, GatedMaps, InverseAutoregressive, MapFamily, Permutation,
};

use super::{Activation, ConditionerNet, GivenContext, Made, Scope};

/// The maps of couplings, with scales between `e⁻²` and `e²`: a chain of wider ones has tails so heavy that no
/// number of samples is enough.
const COUPLED: AffineMaps = AffineMaps { max_log_scale: 2.0 };

/// The nets of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowLayers<'a> {
    /// How many maps one after the other.
    pub layers: usize,
    /// The widths of the hidden layers of each.
    pub hidden: &'a [usize],
}

/// The map of a [`CouplingFlow`].
pub type CouplingFlowMap<C> = Vec<Chain<Coupling<C, AffineMaps>, Permutation>>;

/// The map of an [`AutoregressiveFlow`].
pub type AutoregressiveFlowMap =
    Vec<Chain<InverseAutoregressive<GivenContext<Made>, GatedMaps>, Permutation>>;

/// Affine couplings (Dinh, Sohl-Dickstein & Bengio 2017), after each of which the dimensions change sides.
///
/// The last layer of every net starts at 0, so that the flow starts as a change of order.
#[derive(Module, Debug)]
pub struct CouplingFlow {
    layers: Vec<ConditionerNet>,
    dims: usize,
}

impl CouplingFlow {
    /// A flow of `dims` dimensions, told `context` further numbers.
    ///
    /// # Panics
    /// If there are fewer than two dimensions, of which one side can give the map of the other.
    pub fn init(dims: usize, context: usize, flow: FlowLayers<'_>, scope: &Scope) -> Self {
        assert!(dims > 1, "a coupling has two sides");
        let kept = dims / 2;
        let (inputs, outputs) = (context + kept, COUPLED.width() * (dims - kept));
        let scope = scope.child("layers");
        let net = |i| {
            ConditionerNet::init(inputs, flow.hidden, outputs, Activation::Tanh, &scope.child(i))
                .starting_at_zero()
        };
        Self { layers: (0..flow.layers).map(net).collect(), dims }
    }

    /// The map, if the flow is told nothing.
    pub fn map(&self) -> CouplingFlowMap<ConditionerNet> {
        self.layers.iter().map(|net| self.layer(net.clone())).collect()
    }

    /// The map at a context, `[rows, context]`.
    pub fn map_at(&self, context: &Tensor<2>) -> CouplingFlowMap<GivenContext<ConditionerNet>> {
        let given = |net: &ConditionerNet| GivenContext::new(net.clone(), context.clone());
        self.layers.iter().map(|net| self.layer(given(net))).collect()
    }

    fn layer<C: jensen_prob::bijector::Conditioner>(
        &self,
        conditioner: C,
    ) -> Chain<Coupling<C, AffineMaps>, Permutation> {
        Coupling::new(conditioner, COUPLED, self.dims / 2).then(Permutation::reversal(self.dims))
    }
}

/// Inverse autoregressive steps with gates (Kingma et al. 2016), after each of which the order of the dimensions
/// is turned round.
#[derive(Module, Debug)]
pub struct AutoregressiveFlow {
    layers: Vec<Made>,
    dims: usize,
}

impl AutoregressiveFlow {
    /// A flow of `dims` dimensions, told `context` further numbers.
    ///
    /// # Panics
    /// If there are no dimensions.
    pub fn init(dims: usize, context: usize, flow: FlowLayers<'_>, scope: &Scope) -> Self {
        let scope = scope.child("layers");
        let net =
            |i| Made::init(dims, context, flow.hidden, GatedMaps.width(), Activation::Elu, &scope.child(i));
        Self { layers: (0..flow.layers).map(net).collect(), dims }
    }

    /// The map at a context, `[rows, context]`.
    pub fn map_at(&self, context: &Tensor<2>) -> AutoregressiveFlowMap {
        let layer = |net: &Made| {
            InverseAutoregressive::new(net.given(context.clone()), GatedMaps)
                .then(Permutation::reversal(self.dims))
        };
        self.layers.iter().map(layer).collect()
    }
}
