//! The continuous Bernoulli distribution with independent dimensions.

pub(crate) mod log_sinhc;

use burn::tensor::{Int, Tensor};

use crate::host::pointwise;
use crate::noise::uniform;
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Icdf, KlDivergence, Mean, Mode,
    Reparameterized, Rng, SelectRows, Variance,
};
use log_sinhc::{
    above_tangent, langevin, langevin_curvature, langevin_mean_slope, langevin_rest, langevin_slope,
    log_sinhc_excess,
};

/// The density that the Bernoulli likelihood of grey values stands for, made one: between 0 and 1 with
/// independent dimensions and logits `l`, `[rows, event]` (Loaiza-Ganem & Cunningham 2019).
///
/// `log p(x) = Σ_d l_d x_d − log((e^{l_d} − 1)/l_d)` where every `0 ≤ x_d ≤ 1`, and −∞ elsewhere. With
/// `λ = σ(l)` this is `C(λ) λˣ (1 − λ)^{1−x}`; at `λ = ½` all values are alike.
///
/// Everything is exact about `λ = ½` and at any logit, since in `l/2` it is made of `log (sinh h)/h` and its
/// derivatives.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{ContinuousBernoulli, Distribution, Mean};
///
/// let device = Device::flex();
/// let pixels = ContinuousBernoulli::from_logits(Tensor::from_data([[0.0f32, 1e-6, 50.0]], &device));
/// let mean = pixels.mean().into_data().try_into_vec::<f32>().expect("f32");
/// assert!(mean[0] == 0.5 && (mean[1] - 0.5).abs() < 1e-6 && (mean[2] - 0.98).abs() < 1e-6);
/// let at_one = pixels.log_prob(&Tensor::ones([1, 3], &device)).into_scalar::<f32>();
/// assert!((at_one - 50f32.ln()).abs() < 1e-5);
/// ```
#[derive(Clone, Debug)]
pub struct ContinuousBernoulli {
    logits: Tensor<2>,
}

impl ContinuousBernoulli {
    /// From logits `l = log(λ / (1 − λ))`, `[rows, event]`.
    pub fn from_logits(logits: Tensor<2>) -> Self {
        Self { logits }
    }

    /// `l`, `[rows, event]`.
    pub fn logits(&self) -> Tensor<2> {
        self.logits.clone()
    }

    /// A function of each logit and value, with its slopes for both.
    fn of_both(
        &self,
        value: &Tensor<2>,
        f: impl Fn([f64; 2]) -> f64,
        slopes: impl Fn([f64; 2], f64) -> [f64; 2],
    ) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), value.dims());
        meeting.unfold(pointwise([meeting.fold(self.logits()), meeting.fold(value.clone())], f, slopes))
    }
}

/// `F(x) = (e^{lx} − 1)/(e^l − 1)`
fn share(l: f64, x: f64) -> f64 {
    if l == 0.0 {
        x
    } else if l > 0.0 {
        // Both exponentials may leave the range.
        (-l * (1.0 - x)).exp() * libm::expm1(-l * x) / libm::expm1(-l)
    } else {
        libm::expm1(l * x) / libm::expm1(l)
    }
}

/// `dx/dl` at a fixed `F(x)`: `(F(x; −l) − x)/l`.
fn quantile_slope(l: f64, x: f64) -> f64 {
    if l.abs() < 1e-5 {
        0.5 * x * (1.0 - x) * (1.0 + l * (1.0 - 2.0 * x) / 6.0)
    } else {
        (share(-l, x) - x) / l
    }
}

/// `F⁻¹(p) = log(1 + p (e^l − 1))/l`
fn quantile(l: f64, p: f64) -> f64 {
    // For −l; where the exponential leaves nothing of 1 the other share has the digits.
    let falling = |l: f64, p: f64, rest: f64| {
        let fall = p * libm::expm1(-l);
        let log = if fall > -0.5 { fall.ln_1p() } else { (rest + p * (-l).exp()).ln() };
        -log / l
    };
    if l == 0.0 {
        p
    } else if l > 0.0 {
        1.0 - falling(l, 1.0 - p, p)
    } else {
        falling(-l, p, 1.0 - p)
    }
}

/// Not so of what is no number.
fn is_outside(x: f64) -> bool {
    !x.is_nan() && !(0.0..=1.0).contains(&x)
}

fn log_density(l: f64, x: f64) -> f64 {
    if is_outside(x) {
        f64::NEG_INFINITY
    } else {
        // l x − l/2 − S(l/2), without its two large terms.
        let far = if l > 0.0 { l * (x - 1.0) } else { l * x };
        far - log_sinhc_excess(0.5 * l)
    }
}

impl Distribution for ContinuousBernoulli {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.logits.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.detach_params().icdf(&uniform(rng, &self.logits))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for ContinuousBernoulli {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.icdf(&uniform(rng, &self.logits))
    }
}

impl Mean for ContinuousBernoulli {
    /// `½ (1 + coth l/2) − 1/l`
    fn mean(&self) -> Tensor<2> {
        let mean = |h: f64| if h < 0.0 { 0.5 * langevin_rest(-h) } else { 1.0 - 0.5 * langevin_rest(h) };
        pointwise([self.logits()], |[l]| mean(0.5 * l), |[l], _| [0.25 * langevin_slope(0.5 * l)])
    }
}

impl Variance for ContinuousBernoulli {
    /// `1/l² − 1/(4 sinh² l/2)`
    fn variance(&self) -> Tensor<2> {
        pointwise(
            [self.logits()],
            |[l]| 0.25 * langevin_slope(0.5 * l),
            |[l], _| [0.125 * langevin_curvature(0.5 * l)],
        )
    }
}

impl Mode for ContinuousBernoulli {
    /// 1 where `l > 0`, 0 where `l < 0`; of all values alike, ½.
    fn mode(&self) -> Tensor<2> {
        self.logits.clone().inner().sign() * 0.5 + 0.5
    }
}

impl Entropy for ContinuousBernoulli {
    /// `Σ_d S(h) − h S′(h)` with `h = l/2` and `S(h) = log (sinh h)/h`
    fn entropy(&self) -> Tensor<1> {
        let entropy = |h: f64| log_sinhc_excess(h) + h.abs() * langevin_rest(h.abs());
        sum_event(pointwise(
            [self.logits()],
            |[l]| entropy(0.5 * l),
            |[l], _| [-0.25 * l * langevin_slope(0.5 * l)],
        ))
    }
}

impl Cdf for ContinuousBernoulli {
    /// `(e^{lx} − 1)/(e^l − 1)`, 0 below 0 and 1 above 1.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_both(
            value,
            |[l, x]| if x.is_nan() { x } else { share(l, x.clamp(0.0, 1.0)) },
            |[l, x], _| {
                let density = log_density(l, x).exp();
                [-density * quantile_slope(l, x.clamp(0.0, 1.0)), density]
            },
        )
    }
}

impl Icdf for ContinuousBernoulli {
    /// `log(1 + p (e^l − 1))/l`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        self.of_both(
            probability,
            |[l, p]| quantile(l, p),
            |[l, _], x| [quantile_slope(l, x), (-log_density(l, x)).exp()],
        )
    }
}

impl KlDivergence for ContinuousBernoulli {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for ContinuousBernoulli {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_both(
            value,
            |[l, x]| log_density(l, x),
            |[l, x], _| if is_outside(x) { [0.0; 2] } else { [x - 0.5 - 0.5 * langevin(0.5 * l), l] },
        )
    }

    /// `S(h_p) − S(h_q) − (h_p − h_q) S′(h_q)` with `h = l/2`: what the tangent of a convex function leaves.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        p.of_both(
            &self.logits,
            |[p, q]| above_tangent(0.5 * q, 0.5 * p),
            |[p, q], _| {
                let (p, q) = (0.5 * p, 0.5 * q);
                [0.5 * (p - q) * langevin_mean_slope(q, p), 0.5 * (q - p) * langevin_slope(q)]
            },
        )
    }
}

impl DetachParams for ContinuousBernoulli {
    fn detach_params(&self) -> Self {
        Self { logits: self.logits.clone().inner() }
    }
}

impl Expand for ContinuousBernoulli {
    fn expand(&self, samples: usize) -> Self {
        Self { logits: repeat_rows(self.logits(), self.rows(), samples) }
    }
}

impl SelectRows for ContinuousBernoulli {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { logits: select_rows(self.logits(), self.rows(), rows) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The power series takes over where the closed form still holds.
    #[test]
    fn a_series_meets_its_function() {
        for x in [0.01, 0.4, 0.9] {
            let [below, above] = [1e-5 * (1.0 - 1e-9), 1e-5 * (1.0 + 1e-9)].map(|l| quantile_slope(l, x));
            assert!((below / above - 1.0).abs() < 1e-8, "{below} and {above}");
        }
    }
}
