//! The Cauchy distribution with independent dimensions.

use std::f64::consts::{FRAC_1_PI, PI};

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use crate::{Divergence, LocationScale, Shape};

/// `Cauchy(x; μ, s)` with independent dimensions, `[rows, event]`: tails so heavy that it has neither
/// mean nor variance.
///
/// `log p(x) = Σ_d −log(1 + z_d²) − log π s_d` with `z = (x − μ)/s`
///
/// Source: Johnson, Kotz & Balakrishnan 1994, *Continuous Univariate Distributions* 1, chapter 16.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Cauchy, Icdf};
///
/// let noise = Cauchy::standard(1, 1, &Device::flex());
/// let quartile = noise.icdf(&Tensor::from_data([[0.75f32]], &Device::flex()));
/// assert!((quartile.into_scalar::<f32>() - 1.0).abs() < 1e-6);
/// ```
pub type Cauchy = LocationScale<CauchyShape>;

/// `f(z) = 1 / π(1 + z²)`
#[derive(Clone, Copy, Debug)]
pub enum CauchyShape {}

/// Beyond this `1 + z²` is `z²` in single precision, which has an end that `2 log z` has not.
const FAR: f64 = 1e6;

impl Shape for CauchyShape {
    /// `log 4π`
    const ENTROPY: f64 = 2.531_024_246_969_291;

    fn log_density(z: Tensor<2>) -> Tensor<2> {
        const LOG_PI: f64 = 1.144_729_885_849_400_2;
        let z = z.abs();
        let far = z.clone().greater_elem(FAR);
        let near = z.clone().mask_fill(far.clone(), 0.0).square().log1p();
        let far_away = z.mask_fill(far.clone().bool_not(), 1.0).log() * 2.0;
        near.mask_where(far, far_away).neg() - LOG_PI
    }

    /// `atan(−1/z)/π` below −1, where the difference to ½ would cancel.
    fn cdf(z: Tensor<2>) -> Tensor<2> {
        let low = z.clone().lower_elem(-1.0);
        let tail = (z.clone().mask_fill(low.clone().bool_not(), -1.0).recip().neg()).atan() * FRAC_1_PI;
        let middle = z.mask_fill(low.clone(), 0.0).atan() * FRAC_1_PI + 0.5;
        middle.mask_where(low, tail)
    }

    /// `tan π(u − ½)`; within a quarter of an end as `∓1/tan πt` of the distance `t` to it, as the
    /// tangent near its pole has no digits left.
    fn quantile(u: Tensor<2>) -> Tensor<2> {
        let above = u.clone().greater_elem(0.5);
        let tail = u.clone().mask_where(above.clone(), u.neg() + 1.0);
        let outer = tail.clone().lower_elem(0.25);
        let middle = ((tail.clone() - 0.5) * PI).tan();
        let quantile = middle.mask_where(outer, (tail * PI).tan().recip().neg());
        quantile.clone().mask_where(above, quantile.neg())
    }
}

impl Divergence for CauchyShape {
    /// `log(1 + ((1 − r)² + δ²) / 4r)` with `δ = (μ_q − μ_p)/s_p` and `r = s_q/s_p` (Chyzak & Nielsen
    /// 2019, "A closed-form formula for the Kullback–Leibler divergence between Cauchy distributions").
    fn kl(distance: Tensor<2>, log_ratio: Tensor<2>) -> Tensor<2> {
        let ratio = exponential(log_ratio);
        let apart = (ratio.clone() - 1.0).square() + distance.square();
        (apart / (ratio * 4.0)).log1p()
    }
}
