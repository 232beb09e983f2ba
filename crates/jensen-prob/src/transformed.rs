//! Normalizing flows.

use burn::tensor::{Int, Tensor};

use crate::bijector::{Bijector, SelectMaps};
use crate::columns::repeat_to;
use crate::{DetachParams, Distribution, Expand, Reparameterized, Rng, SelectRows};

/// The distribution of `y = f(x)` for `x` from a base distribution: a normalizing flow (Rezende & Mohamed
/// 2015).
///
/// `log p(y) = log p_base(f⁻¹(y)) + log |det ∂f⁻¹/∂y|`
///
/// Draws go forward and their density with them, without the inverse; densities of given values go backward.
/// The base has at least as many rows as the parameters of the map.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::bijector::Exp;
/// use jensen_prob::{Distribution, Normal, Transformed};
///
/// let log_normal = Transformed::new(Normal::standard(1, 1, &Device::flex()), Exp::new());
/// let x = Tensor::<2>::from_data([[std::f32::consts::E]], &Device::flex());
/// let log_prob = log_normal.log_prob(&x).into_scalar::<f32>();
/// assert!((log_prob + 0.5 * std::f32::consts::TAU.ln() + 1.5).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Transformed<D, B> {
    base: D,
    bijector: B,
}

impl<D: Distribution<Value = Tensor<2>>, B: Bijector> Transformed<D, B> {
    /// The distribution of `bijector` of draws from `base`.
    pub fn new(base: D, bijector: B) -> Self {
        Self { base, bijector }
    }

    /// The distribution of `x`.
    pub fn base(&self) -> &D {
        &self.base
    }

    /// `f`
    pub fn bijector(&self) -> &B {
        &self.bijector
    }

    /// # Panics
    /// If the map has made more rows of the draws: these would not be independent.
    fn check_rows(&self, draws: Tensor<2>) -> Tensor<2> {
        let (rows, made) = (self.rows(), draws.dims()[0]);
        assert_eq!(made, rows, "a map of {made} rows needs as many of its base, which has {rows}");
        draws
    }
}

impl<D: Distribution<Value = Tensor<2>>, B: Bijector> Distribution for Transformed<D, B> {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.base.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.check_rows(self.bijector.detach_params().forward(self.base.sample(rng)))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let (x, log_det) = self.bijector.inverse_with_log_det(value.clone());
        let log_prob = self.base.log_prob(&x);
        let rows = log_prob.dims()[0];
        log_prob + repeat_to(log_det, rows)
    }

    /// `log p_base(x) − log |det ∂f/∂x|` at the draw `x` of the base, off the gradient graph.
    fn sample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let (x, log_prob) = self.base.sample_with_log_prob(rng);
        let (y, log_det) = self.bijector.detach_params().forward_with_log_det(x);
        let y = self.check_rows(y);
        (y, log_prob.inner() - repeat_to(log_det, self.rows()))
    }
}

impl<D: Reparameterized + Distribution<Value = Tensor<2>>, B: Bijector> Reparameterized
    for Transformed<D, B>
{
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.check_rows(self.bijector.forward(self.base.rsample(rng)))
    }

    /// `log p_base(x) − log |det ∂f/∂x|` at the draw `x` of the base.
    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let (x, log_prob) = self.base.rsample_with_log_prob(rng);
        let (y, log_det) = self.bijector.forward_with_log_det(x);
        let y = self.check_rows(y);
        (y, log_prob - repeat_to(log_det, self.rows()))
    }
}

impl<D: DetachParams + Distribution<Value = Tensor<2>>, B: Bijector> DetachParams for Transformed<D, B> {
    fn detach_params(&self) -> Self {
        Self { base: self.base.detach_params(), bijector: self.bijector.detach_params() }
    }
}

impl<D: Expand + Distribution<Value = Tensor<2>>, B: Bijector> Expand for Transformed<D, B> {
    /// The map stays as it is: its rows meet those of the base sample-major.
    fn expand(&self, samples: usize) -> Self {
        Self { base: self.base.expand(samples), bijector: self.bijector.clone() }
    }
}

impl<D: SelectRows + Distribution<Value = Tensor<2>>, B: Bijector + SelectMaps> SelectRows
    for Transformed<D, B>
{
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { base: self.base.select_rows(rows), bijector: self.bijector.select_maps(rows) }
    }
}
