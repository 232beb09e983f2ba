//! The logistic distribution with independent dimensions.

use burn::tensor::Tensor;

use crate::special::{sigmoid, softplus};
use crate::{LocationScale, Moments, Shape};

/// `Logistic(x; μ, s)` with independent dimensions, `[rows, event]`: what `log(u / (1 − u))` of a
/// uniform number has, so the noise of relaxed bits.
///
/// `log p(x) = Σ_d −z_d − 2 softplus(−z_d) − log s_d` with `z = (x − μ)/s`
///
/// Source: Johnson, Kotz & Balakrishnan 1995, *Continuous Univariate Distributions* 2, chapter 23.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Cdf, Logistic};
///
/// let noise = Logistic::standard(1, 1, &Device::flex());
/// let below = noise.cdf(&Tensor::from_data([[2.0f32]], &Device::flex())).into_scalar::<f32>();
/// assert!((below - 1.0 / (1.0 + (-2f32).exp())).abs() < 1e-6);
/// ```
pub type Logistic = LocationScale<LogisticShape>;

/// `f(z) = e^{−z} / (1 + e^{−z})²`
#[derive(Clone, Copy, Debug)]
pub enum LogisticShape {}

impl Shape for LogisticShape {
    const ENTROPY: f64 = 2.0;

    /// Of `|z|`, as the density is even: no two large terms cancel.
    fn log_density(z: Tensor<2>) -> Tensor<2> {
        let z = z.abs();
        softplus(z.clone().neg()) * -2.0 - z
    }

    fn cdf(z: Tensor<2>) -> Tensor<2> {
        sigmoid(z)
    }

    fn quantile(u: Tensor<2>) -> Tensor<2> {
        u.clone().log() - u.neg().log1p()
    }
}

impl Moments for LogisticShape {
    const MEAN: f64 = 0.0;
    /// `π²/3`
    const VARIANCE: f64 = std::f64::consts::PI * std::f64::consts::PI / 3.0;
}
