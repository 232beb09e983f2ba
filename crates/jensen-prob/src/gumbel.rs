//! The Gumbel distribution with independent dimensions.

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use crate::{LocationScale, Moments, Shape};

/// Euler's constant `γ`.
const EULER: f64 = 0.577_215_664_901_532_9;

/// `Gumbel(x; μ, β)` of the largest of many, with independent dimensions, `[rows, event]`. The index
/// of the largest of `logit_c + Gumbel` is a draw from the categorical distribution of the logits
/// (Gumbel-max).
///
/// `log p(x) = Σ_d −z_d − e^{−z_d} − log β_d` with `z = (x − μ)/β`
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Gumbel, Mean};
///
/// let noise = Gumbel::standard(1, 1, &Device::flex());
/// assert!((noise.mean().into_scalar::<f32>() - 0.577_215_7).abs() < 1e-6);
/// ```
pub type Gumbel = LocationScale<GumbelShape>;

/// `f(z) = e^{−z − e^{−z}}`
#[derive(Clone, Copy, Debug)]
pub enum GumbelShape {}

impl Shape for GumbelShape {
    const ENTROPY: f64 = 1.0 + EULER;

    fn log_density(z: Tensor<2>) -> Tensor<2> {
        (z.clone() + exponential(z.neg())).neg()
    }

    fn cdf(z: Tensor<2>) -> Tensor<2> {
        exponential(exponential(z.neg()).neg())
    }

    fn quantile(u: Tensor<2>) -> Tensor<2> {
        u.log().neg().log().neg()
    }
}

impl Moments for GumbelShape {
    const MEAN: f64 = EULER;
    /// `π²/6`
    const VARIANCE: f64 = std::f64::consts::PI * std::f64::consts::PI / 6.0;
}
