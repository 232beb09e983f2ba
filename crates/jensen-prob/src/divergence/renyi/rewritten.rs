//! Families that are others, written differently: a divergence does not depend on how values are written.

use burn::tensor::Tensor;

use crate::{HalfNormal, InverseGamma, LogNormal, Normal, RenyiDivergence, TanhNormal};

impl RenyiDivergence for LogNormal {
    /// That of the logarithms.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        self.log().renyi_divergence(p.log(), alpha)
    }
}

impl RenyiDivergence for TanhNormal {
    /// That of the normal distributions that are squashed.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        self.normal().renyi_divergence(p.normal(), alpha)
    }
}

impl RenyiDivergence for InverseGamma {
    /// That of the reciprocals.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        self.inverse().renyi_divergence(p.inverse(), alpha)
    }
}

impl RenyiDivergence for HalfNormal {
    /// That of the normal distributions of mean 0, which are twice theirs on both sides.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let of_scale = |d: &Self| Normal::new(d.scale().inner().zeros_like(), d.scale());
        of_scale(self).renyi_divergence(&of_scale(p), alpha)
    }
}
