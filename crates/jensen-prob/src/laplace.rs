//! The Laplace distribution with independent dimensions.

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use crate::{Divergence, LocationScale, Moments, Shape};

/// `Laplace(x; μ, b)` with independent dimensions, `[rows, event]`: errors in absolute value.
///
/// `log p(x) = Σ_d −|x_d − μ_d|/b_d − log 2b_d`
///
/// Source: Johnson, Kotz & Balakrishnan 1995, *Continuous Univariate Distributions* 2, chapter 24.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, Entropy, Laplace};
///
/// let noise = Laplace::standard(1, 1, &Device::flex());
/// let x = Tensor::from_data([[-3.0f32]], &Device::flex());
/// assert!((noise.log_prob(&x).into_scalar::<f32>() + 3.0 + 2f32.ln()).abs() < 1e-6);
/// assert!((noise.entropy().into_scalar::<f32>() - 1.0 - 2f32.ln()).abs() < 1e-6);
/// ```
pub type Laplace = LocationScale<LaplaceShape>;

/// `f(z) = ½ e^{−|z|}`
#[derive(Clone, Copy, Debug)]
pub enum LaplaceShape {}

impl Shape for LaplaceShape {
    const ENTROPY: f64 = 1.0 + std::f64::consts::LN_2;

    fn log_density(z: Tensor<2>) -> Tensor<2> {
        z.abs().neg() - std::f64::consts::LN_2
    }

    /// `½ e^z` below 0, where it keeps its digits, and its complement above.
    fn cdf(z: Tensor<2>) -> Tensor<2> {
        let tail = exponential(z.clone().abs().neg()) * 0.5;
        let above = z.greater_elem(0.0);
        tail.clone().mask_where(above, tail.neg() + 1.0)
    }

    /// `log 2u` below ½, `−log 2(1 − u)` above.
    fn quantile(u: Tensor<2>) -> Tensor<2> {
        let above = u.clone().greater_elem(0.5);
        let tail = u.clone().mask_where(above.clone(), u.neg() + 1.0);
        let quantile = (tail * 2.0).log();
        quantile.clone().mask_where(above, quantile.neg())
    }
}

impl Moments for LaplaceShape {
    const MEAN: f64 = 0.0;
    const VARIANCE: f64 = 2.0;
}

impl Divergence for LaplaceShape {
    /// `r e^{−|δ|/r} + |δ| − 1 − log r` with `δ = (μ_q − μ_p)/b_p` and `r = b_q/b_p` (Meyer 2021,
    /// "An alternative probabilistic interpretation of the Huber loss", eq. 17).
    fn kl(distance: Tensor<2>, log_ratio: Tensor<2>) -> Tensor<2> {
        let (distance, ratio) = (distance.abs(), exponential(log_ratio.clone()));
        let overlap = exponential((distance.clone() / ratio.clone()).neg());
        ratio * overlap + distance - 1.0 - log_ratio
    }
}
