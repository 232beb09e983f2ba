//! Conditioners that are told something beside the dimensions.

use burn::tensor::{Int, Tensor};
use jensen_prob::bijector::{Conditioner, SelectMaps};

/// A net at a context: the context stands before the dimensions in what the net sees. Rows of the dimensions
/// meet those of the context sample-major.
#[derive(Clone, Debug)]
pub struct GivenContext<N> {
    net: N,
    context: Tensor<2>,
}

impl<N> GivenContext<N> {
    /// `net` at `context`, `[rows, context]`.
    pub fn new(net: N, context: Tensor<2>) -> Self {
        Self { net, context }
    }
}

impl<N: Conditioner> Conditioner for GivenContext<N> {
    /// # Panics
    /// If the rows of `x` are no multiple of those of the context.
    fn parameters(&self, x: Tensor<2>) -> Tensor<2> {
        let (rows, own) = (x.dims()[0], self.context.dims()[0]);
        assert!(rows.is_multiple_of(own), "{rows} rows do not repeat a context of {own} rows");
        let context = self.context.clone().repeat_dim(0, rows / own);
        self.net.parameters(Tensor::cat(vec![context, x], 1))
    }

    fn detach_params(&self) -> Self {
        Self { net: self.net.detach_params(), context: self.context.clone().inner() }
    }
}

impl<N: SelectMaps> SelectMaps for GivenContext<N> {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        let own = self.context.dims()[0] as u64;
        let context = self.context.clone().select(0, rows.clone().remainder_scalar(own));
        Self { net: self.net.select_maps(rows), context }
    }
}
