//! Autoregressive flows, fast in one direction each.

use burn::tensor::{Int, Tensor};

use super::{Bijector, Conditioner, MapFamily, SelectMaps};

/// `y_i = f(x_i; θ_i(y_1, …, y_{i−1}))` (Papamakarios, Pavlakou & Murray 2017): densities of given
/// values in one pass of the net, draws in as many as there are dimensions.
///
/// The conditioner must be autoregressive: what it gives for dimension `i` depends on the dimensions before
/// `i` alone, as in a masked autoencoder (Germain et al. 2015). That is not checked.
#[derive(Clone, Debug)]
pub struct MaskedAutoregressive<C, F> {
    conditioner: C,
    maps: F,
}

/// `y_i = f(x_i; θ_i(x_1, …, x_{i−1}))` (Kingma et al. 2016): draws with their density in one pass of
/// the net, as posteriors need them, densities of given values in as many as there are dimensions.
///
/// The conditioner is that of [`MaskedAutoregressive`].
#[derive(Clone, Debug)]
pub struct InverseAutoregressive<C, F> {
    conditioner: C,
    maps: F,
}

impl<C: Conditioner, F: MapFamily> MaskedAutoregressive<C, F> {
    /// From an autoregressive conditioner, `d` numbers to `maps.width() · d`.
    pub fn new(conditioner: C, maps: F) -> Self {
        Self { conditioner, maps }
    }
}

impl<C: Conditioner, F: MapFamily> InverseAutoregressive<C, F> {
    /// From an autoregressive conditioner, `d` numbers to `maps.width() · d`.
    pub fn new(conditioner: C, maps: F) -> Self {
        Self { conditioner, maps }
    }
}

/// The map whose own result gives its parameters, `z = change(map(θ(z)))`, dimension by dimension: once those
/// before are right, so is the next. The parameters of the last do not depend on it.
fn unroll<C: Conditioner, F: MapFamily>(
    conditioner: &C,
    maps: &F,
    like: &Tensor<2>,
    change: impl Fn(F::Map) -> Tensor<2>,
) -> F::Map {
    let d = like.dims()[1];
    let mut z = like.clone().inner().zeros_like();
    for i in 1..d {
        let known = change(maps.map(conditioner.parameters(z.clone()))).narrow(1, 0, i);
        z = Tensor::cat(vec![known, z.narrow(1, i, d - i)], 1);
    }
    maps.map(conditioner.parameters(z))
}

impl<C: Conditioner, F: MapFamily> Bijector for MaskedAutoregressive<C, F> {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let map = unroll(&self.conditioner, &self.maps, &x, |map| map.forward(x.clone()));
        map.forward_with_log_det(x)
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        self.maps.map(self.conditioner.parameters(y.clone())).inverse_with_log_det(y)
    }

    fn detach_params(&self) -> Self {
        Self { conditioner: self.conditioner.detach_params(), maps: self.maps.clone() }
    }
}

impl<C: Conditioner, F: MapFamily> Bijector for InverseAutoregressive<C, F> {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        self.maps.map(self.conditioner.parameters(x.clone())).forward_with_log_det(x)
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let map = unroll(&self.conditioner, &self.maps, &y, |map| map.inverse(y.clone()));
        map.inverse_with_log_det(y)
    }

    fn detach_params(&self) -> Self {
        Self { conditioner: self.conditioner.detach_params(), maps: self.maps.clone() }
    }
}

impl<C: SelectMaps, F: Clone> SelectMaps for MaskedAutoregressive<C, F> {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        Self { conditioner: self.conditioner.select_maps(rows), maps: self.maps.clone() }
    }
}

impl<C: SelectMaps, F: Clone> SelectMaps for InverseAutoregressive<C, F> {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        Self { conditioner: self.conditioner.select_maps(rows), maps: self.maps.clone() }
    }
}
