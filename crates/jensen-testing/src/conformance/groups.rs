//! Checks that go together.

use burn::tensor::Tensor;
use jensen_prob::{
    DetachParams, Distribution, Entropy, Expand, Factorized, KlDivergence, Mode, SelectRows, Variance,
};

use super::Conformance;
use crate::Value;

impl<D: Distribution<Value: Value>> Conformance<D> {
    /// What every family has: [`addressed`](Self::addressed), [`rows`](Self::rows),
    /// [`expand`](Self::expand), [`select_rows`](Self::select_rows), [`detach_params`](Self::detach_params),
    /// [`parameter_gradients`](Self::parameter_gradients).
    pub fn basics(self) -> Self
    where
        D: Expand + SelectRows + DetachParams,
    {
        self.addressed().rows().expand().select_rows().detach_params().parameter_gradients()
    }

    /// An exact divergence: [`kl_divergence`](Self::kl_divergence), [`kl_rows`](Self::kl_rows),
    /// [`kl_gradients`](Self::kl_gradients).
    pub fn divergence(self) -> Self
    where
        D: KlDivergence,
    {
        self.kl_divergence().kl_rows().kl_gradients()
    }

    /// A closed-form entropy: [`entropy`](Self::entropy) and
    /// [`entropy_gradients`](Self::entropy_gradients).
    pub fn entropy_and_gradients(self) -> Self
    where
        D: Entropy,
    {
        self.entropy().entropy_gradients()
    }

    /// [`mean`](Self::mean), [`variance`](Self::variance) and [`mode`](Self::mode).
    pub fn moments(self) -> Self
    where
        D: Variance + Mode + Distribution<Value = Tensor<2>>,
    {
        self.mean().variance().mode()
    }

    /// Independent dimensions: [`events`](Self::events) and [`factorized`](Self::factorized).
    pub fn independent_dimensions(self) -> Self
    where
        D: Factorized + Distribution<Value = Tensor<2>>,
    {
        self.events().factorized()
    }
}
