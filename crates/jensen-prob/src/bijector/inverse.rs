//! A map turned round.

use burn::tensor::{Int, Tensor};

use super::{Bijector, SelectMaps};

/// `y = f⁻¹(x)`: `Inverse(Exp::new())` is the logarithm.
#[derive(Clone, Debug)]
pub struct Inverse<B>(pub B);

impl<B: Bijector> Bijector for Inverse<B> {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        self.0.inverse_with_log_det(x)
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        self.0.forward_with_log_det(y)
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.0.inverse(x)
    }

    fn inverse(&self, y: Tensor<2>) -> Tensor<2> {
        self.0.forward(y)
    }

    fn detach_params(&self) -> Self {
        Self(self.0.detach_params())
    }
}

impl<B: SelectMaps> SelectMaps for Inverse<B> {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        Self(self.0.select_maps(rows))
    }
}
