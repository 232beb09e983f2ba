//! Maps one after the other.

use burn::tensor::{Int, Tensor};

use super::{Bijector, SelectMaps, no_change};
use crate::columns::repeat_to;

/// `y = g(f(x))`: [`Bijector::then`].
#[derive(Clone, Debug)]
pub struct Chain<F, G> {
    first: F,
    then: G,
}

impl<F: Bijector, G: Bijector> Chain<F, G> {
    /// First `first`, then `then`.
    pub fn new(first: F, then: G) -> Self {
        Self { first, then }
    }
}

impl<F: Bijector, G: Bijector> Bijector for Chain<F, G> {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let (between, one) = self.first.forward_with_log_det(x);
        let (y, other) = self.then.forward_with_log_det(between);
        (y, sum(one, other))
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let (between, one) = self.then.inverse_with_log_det(y);
        let (x, other) = self.first.inverse_with_log_det(between);
        (x, sum(one, other))
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.then.forward(self.first.forward(x))
    }

    fn inverse(&self, y: Tensor<2>) -> Tensor<2> {
        self.first.inverse(self.then.inverse(y))
    }

    fn detach_params(&self) -> Self {
        Self { first: self.first.detach_params(), then: self.then.detach_params() }
    }
}

impl<F: SelectMaps, G: SelectMaps> SelectMaps for Chain<F, G> {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        Self { first: self.first.select_maps(rows), then: self.then.select_maps(rows) }
    }
}

/// Layers of one kind in their order; none is the identity.
impl<B: Bijector> Bijector for Vec<B> {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let start = no_change(&x);
        self.iter().fold((x, start), |(x, before), layer| {
            let (y, log_det) = layer.forward_with_log_det(x);
            (y, sum(before, log_det))
        })
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let start = no_change(&y);
        self.iter().rev().fold((y, start), |(y, before), layer| {
            let (x, log_det) = layer.inverse_with_log_det(y);
            (x, sum(before, log_det))
        })
    }

    fn detach_params(&self) -> Self {
        self.iter().map(Bijector::detach_params).collect()
    }
}

impl<B: SelectMaps> SelectMaps for Vec<B> {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        self.iter().map(|layer| layer.select_maps(rows)).collect()
    }
}

/// Of rows that one of both may have fewer of.
fn sum(a: Tensor<1>, b: Tensor<1>) -> Tensor<1> {
    let rows = a.dims()[0].max(b.dims()[0]);
    repeat_to(a, rows) + repeat_to(b, rows)
}
