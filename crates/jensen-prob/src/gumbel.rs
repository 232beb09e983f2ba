//! The Gumbel distribution with independent dimensions.

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use crate::special::log_gamma;
use crate::{Divergence, LocationScale, Moments, Shape};

/// Euler's constant `γ`.
const EULER: f64 = 0.577_215_664_901_532_9;

/// `Gumbel(x; μ, β)` of the largest of many, with independent dimensions, `[rows, event]`. The index
/// of the largest of `logit_c + Gumbel` is a draw from the categorical distribution of the logits
/// (Gumbel-max).
///
/// `log p(x) = Σ_d −z_d − e^{−z_d} − log β_d` with `z = (x − μ)/β`
///
/// Source: Johnson, Kotz & Balakrishnan 1995, *Continuous Univariate Distributions* 2, chapter 22.
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

impl Divergence for GumbelShape {
    /// `γ (r − 1) − log r + δ − 1 + e^{−δ} Γ(1 + r)` with `δ = (μ_q − μ_p)/β_p` and `r = β_q/β_p`: the
    /// expectation of `z_p + e^{−z_p}` under `q` less the entropy.
    fn kl(distance: Tensor<2>, log_ratio: Tensor<2>) -> Tensor<2> {
        let ratio = exponential(log_ratio.clone());
        let overlap = exponential(log_gamma(ratio.clone() + 1.0) - distance.clone());
        (ratio - 1.0) * EULER - log_ratio + distance - 1.0 + overlap
    }
}
