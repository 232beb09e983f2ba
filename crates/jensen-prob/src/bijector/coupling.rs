//! Coupling layers.

use burn::tensor::{Int, Tensor};

use super::{Bijector, Conditioner, MapFamily, SelectMaps};

/// The first `kept` dimensions stay as they are and give the map of the others: `y_2 = f(x_2; θ(x_1))`
/// (Dinh, Sohl-Dickstein & Bengio 2017, where the map is affine).
///
/// The net is not inverted, and both directions cost the same. A [`Permutation`](super::Permutation) between
/// layers gives every dimension its turn.
#[derive(Clone, Debug)]
pub struct Coupling<C, F> {
    conditioner: C,
    maps: F,
    kept: usize,
}

impl<C: Conditioner, F: MapFamily> Coupling<C, F> {
    /// From the conditioner, `kept` numbers to `maps.width()` for each of the other dimensions.
    pub fn new(conditioner: C, maps: F, kept: usize) -> Self {
        Self { conditioner, maps, kept }
    }

    /// Changes the rest by the map that the kept dimensions give.
    fn change(
        &self,
        x: Tensor<2>,
        by: impl FnOnce(F::Map, Tensor<2>) -> (Tensor<2>, Tensor<1>),
    ) -> (Tensor<2>, Tensor<1>) {
        let d = x.dims()[1];
        assert!(0 < self.kept && self.kept < d, "{} of {d} dimensions cannot be kept", self.kept);
        let kept = x.clone().narrow(1, 0, self.kept);
        let map = self.maps.map(self.conditioner.parameters(kept.clone()));
        let (rest, log_det) = by(map, x.narrow(1, self.kept, d - self.kept));
        (Tensor::cat(vec![kept, rest], 1), log_det)
    }
}

impl<C: Conditioner, F: MapFamily> Bijector for Coupling<C, F> {
    /// # Panics
    /// Also if `kept` is 0 or all dimensions.
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        self.change(x, |map, rest| map.forward_with_log_det(rest))
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        self.change(y, |map, rest| map.inverse_with_log_det(rest))
    }

    fn detach_params(&self) -> Self {
        Self { conditioner: self.conditioner.detach_params(), ..self.clone() }
    }
}

impl<C: SelectMaps, F: Clone> SelectMaps for Coupling<C, F> {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        let conditioner = self.conditioner.select_maps(rows);
        Self { conditioner, maps: self.maps.clone(), kept: self.kept }
    }
}
