//! A flow whose base and context an encoder gives.

use burn::{
    module::Module,
    tensor::{Int, Tensor},
};
use jensen_prob::bijector::Bijector;
use jensen_prob::{
    DetachParams, Distribution, Expand, Normal, Reparameterized, Rng, SelectRows, Transformed,
};

use crate::nets::{
    AutoregressiveFlow, AutoregressiveFlowMap, ConditionerNet, CouplingFlow, CouplingFlowMap, GivenContext,
};

/// The nets of a flow that is told a context.
pub trait FlowAtContext: Module {
    /// The flow.
    type Map: Bijector;

    /// The flow at a context, `[rows, context]`.
    fn map_at(&self, context: &Tensor<2>) -> Self::Map;
}

impl FlowAtContext for AutoregressiveFlow {
    type Map = AutoregressiveFlowMap;

    fn map_at(&self, context: &Tensor<2>) -> Self::Map {
        self.map_at(context)
    }
}

impl FlowAtContext for CouplingFlow {
    type Map = CouplingFlowMap<GivenContext<ConditionerNet>>;

    fn map_at(&self, context: &Tensor<2>) -> Self::Map {
        self.map_at(context)
    }
}

/// `z = f(z_0; h)` for `z_0 ~ N(μ, diag σ²)`, with `μ`, `σ` and the context `h` from an encoder (Rezende & Mohamed
/// 2015; Kingma et al. 2016).
#[derive(Clone, Debug)]
pub struct AmortizedFlow<N> {
    base: Normal,
    context: Tensor<2>,
    net: N,
}

impl<N: FlowAtContext> AmortizedFlow<N> {
    /// From the base, the context of each of its rows and the nets.
    pub(crate) fn new(base: Normal, context: Tensor<2>, net: N) -> Self {
        Self { base, context, net }
    }

    /// The flow as a distribution.
    pub fn transformed(&self) -> Transformed<Normal, N::Map> {
        Transformed::new(self.base.clone(), self.net.map_at(&self.context))
    }

    /// Where the mean of the base goes, `f(μ; h)`.
    pub fn location(&self) -> Tensor<2> {
        self.transformed().bijector().forward(self.base.mean())
    }

    /// The same flow of a base whose deviations are `temperature` times as large.
    pub(crate) fn tempered(&self, temperature: f64) -> Self {
        let base = Normal::new(self.base.mean(), self.base.std() * temperature);
        Self { base, ..self.clone() }
    }
}

impl<N: FlowAtContext> Distribution for AmortizedFlow<N> {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.base.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.transformed().sample(rng)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        self.transformed().log_prob(value)
    }

    fn sample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        self.transformed().sample_with_log_prob(rng)
    }
}

impl<N: FlowAtContext> Reparameterized for AmortizedFlow<N> {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.transformed().rsample(rng)
    }

    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        self.transformed().rsample_with_log_prob(rng)
    }
}

impl<N: FlowAtContext> DetachParams for AmortizedFlow<N> {
    fn detach_params(&self) -> Self {
        Self { base: self.base.detach_params(), context: self.context.clone().inner(), net: self.net.valid() }
    }
}

impl<N: FlowAtContext> Expand for AmortizedFlow<N> {
    /// The context stays as it is: its rows meet those of the base sample-major.
    fn expand(&self, samples: usize) -> Self {
        Self { base: self.base.expand(samples), ..self.clone() }
    }
}

impl<N: FlowAtContext> SelectRows for AmortizedFlow<N> {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let contexts = self.context.dims()[0];
        let of_context = rows.clone().remainder_scalar(contexts as u64);
        let context = self.context.clone().select(0, of_context);
        Self { base: self.base.select_rows(rows), context, net: self.net.clone() }
    }
}
