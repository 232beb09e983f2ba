//! The Weibull distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::{exponential, scalar};

use crate::host::pointwise;
use crate::positive::{Positive, positive_from_log};
use crate::rows::{Meeting, expand, sum_event};
use crate::special::{expm1, log_ratio};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Gumbel, Icdf, KlDivergence, Mean, Mode,
    Reparameterized, Rng, SelectRows, Variance,
};

/// `Weibull(x; k, λ)` on positive numbers with independent dimensions, concentration `k` and scale `λ`,
/// `[rows, event]`: times until the first of many parts fails.
///
/// `log p(x) = Σ_d log k_d/λ_d + (k_d − 1) log(x_d/λ_d) − (x_d/λ_d)^{k_d}`
///
/// It is `x = e^{−g}` of a Gumbel `g` with location `−log λ` and scale `1/k`. The scale may be shared by
/// rows, by dimensions or by both. A draw below the smallest normal number is that number, and so is 0.
///
/// Source: Johnson, Kotz & Balakrishnan 1994, *Continuous Univariate Distributions* 1, chapter 21.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Mean, Weibull};
///
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// let mean = Weibull::new(at(0.5), at(3.0)).mean().into_scalar::<f32>();
/// assert!((mean - 6.0).abs() < 1e-5); // λ Γ(1 + 1/k)
/// ```
#[derive(Clone, Debug)]
pub struct Weibull {
    concentration: Positive,
    scale: Positive,
    /// That of `−log x`.
    gumbel: Gumbel,
}

impl Weibull {
    /// From `k` and `λ`, both positive.
    ///
    /// # Panics
    /// If `scale` does not broadcast to the shape of `concentration`.
    pub fn new(concentration: Tensor<2>, scale: Tensor<2>) -> Self {
        Self::from_parts(Positive::new(concentration), Positive::new(scale))
    }

    /// From `log k` and `log λ`, any real numbers.
    ///
    /// # Panics
    /// If `log_scale` does not broadcast to the shape of `log_concentration`.
    pub fn from_logs(log_concentration: Tensor<2>, log_scale: Tensor<2>) -> Self {
        Self::from_parts(Positive::from_log(log_concentration), Positive::from_log(log_scale))
    }

    fn from_parts(concentration: Positive, scale: Positive) -> Self {
        let scale = scale.beside("a scale", &concentration.value(), "a concentration");
        let location = scale.log_in(concentration.value().dims()).neg();
        let gumbel = Gumbel::from_log_scale(location, concentration.log().neg());
        Self { concentration, scale, gumbel }
    }

    /// `k`, `[rows, event]`.
    pub fn concentration(&self) -> Tensor<2> {
        self.concentration.value()
    }

    /// `λ`, `[rows, event]`.
    pub fn scale(&self) -> Tensor<2> {
        self.scale.value_in(self.dims())
    }

    fn dims(&self) -> [usize; 2] {
        self.concentration().dims()
    }

    /// A function of `k log(x/λ)` and, folded alike, `log k`.
    fn of_scaled(&self, value: &Tensor<2>, f: impl FnOnce(Tensor<2>, Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.dims(), value.dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let distance = log_ratio(fold(value.clone()), fold(self.scale.value()), fold(self.scale.log()));
        meeting
            .unfold(f(distance * meeting.fold(self.concentration()), meeting.fold(self.concentration.log())))
    }
}

impl Distribution for Weibull {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        positive_from_log(self.gumbel.sample(rng).neg())
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for Weibull {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        positive_from_log(self.gumbel.rsample(rng).neg())
    }

    /// The logarithm of the draw is known.
    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let (gumbel, log_prob) = self.gumbel.rsample_with_log_prob(rng);
        (positive_from_log(gumbel.clone().neg()), log_prob + sum_event(gumbel))
    }
}

/// `Γ(1 + 2s) − Γ(1 + s)²`; both are near 1 where `s` is small.
fn standard_variance(step: f64) -> f64 {
    let (once, twice) = (scalar::log_gamma(1.0 + step), scalar::log_gamma(1.0 + 2.0 * step));
    (2.0 * once).exp() * libm::expm1(twice - 2.0 * once)
}

impl Mean for Weibull {
    /// `λ Γ(1 + 1/k)`
    fn mean(&self) -> Tensor<2> {
        let standard = pointwise(
            [self.concentration()],
            |[k]| scalar::log_gamma(1.0 + k.recip()).exp(),
            |[k], mean| [-mean * scalar::digamma(1.0 + k.recip()) / (k * k)],
        );
        standard * self.scale.value()
    }
}

impl Variance for Weibull {
    /// `λ² (Γ(1 + 2/k) − Γ(1 + 1/k)²)`
    fn variance(&self) -> Tensor<2> {
        let standard = pointwise(
            [self.concentration()],
            |[k]| standard_variance(k.recip()),
            |[k], variance| {
                let step = k.recip();
                let square = (2.0 * scalar::log_gamma(1.0 + step)).exp();
                let [once, twice] = [step, 2.0 * step].map(|s| scalar::digamma(1.0 + s));
                // Γ(1 + 2s) is the variance and the square.
                let slope = 2.0 * (variance * twice + square * (twice - once));
                [-slope / (k * k)]
            },
        );
        standard * self.scale.value().square()
    }
}

impl Mode for Weibull {
    /// `λ ((k − 1)/k)^{1/k}`, and 0 where `k ≤ 1`.
    fn mode(&self) -> Tensor<2> {
        let k = self.concentration();
        let is_falling = k.clone().lower_equal_elem(1.0);
        let k = k.mask_fill(is_falling.clone(), 2.0);
        let mode = exponential(k.clone().recip().neg().log1p() / k) * self.scale.value();
        mode.mask_fill(is_falling, 0.0)
    }
}

impl Entropy for Weibull {
    /// `Σ_d γ (1 − 1/k) + log(λ/k) + 1`
    fn entropy(&self) -> Tensor<1> {
        self.gumbel.entropy() - sum_event(expand(Mean::mean(&self.gumbel), self.dims()))
    }
}

impl Cdf for Weibull {
    /// `1 − e^{−(x/λ)ᵏ}`, and 0 up to 0.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let below = value.clone().lower_equal_elem(0.0);
        let meeting = Meeting::of(self.dims(), value.dims());
        let above = below.clone().bool_not().float().cast(value.dtype());
        let share =
            self.of_scaled(&value.clone().mask_fill(below, 1.0), |y, _| expm1(exponential(y).neg()).neg());
        meeting.unfold(meeting.fold(share) * meeting.fold(above))
    }
}

impl Icdf for Weibull {
    /// `λ (−log(1 − p))^{1/k}`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.dims(), probability.dims());
        let surprise = meeting.fold(probability.clone()).neg().log1p().neg();
        let quantile = exponential(surprise.log() / meeting.fold(self.concentration()));
        meeting.unfold(quantile * meeting.fold(self.scale.value()))
    }
}

impl KlDivergence for Weibull {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Weibull {
    /// `log k + y − e^y − log x` with `y = k log(x/λ)`
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let value = value.clone().mask_fill(value.clone().equal_elem(0.0), f32::MIN_POSITIVE);
        let meeting = Meeting::of(self.dims(), value.dims());
        let density = self.of_scaled(&value, |y, log_k| log_k + y.clone() - exponential(y));
        meeting.unfold(meeting.fold(density) - meeting.fold(value.log()))
    }

    /// That of `−log x`: a divergence does not depend on how values are written.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        self.gumbel.kl_per_dim(&p.gumbel)
    }
}

impl DetachParams for Weibull {
    fn detach_params(&self) -> Self {
        let [concentration, scale] = [&self.concentration, &self.scale].map(Positive::inner);
        Self { concentration, scale, gumbel: self.gumbel.detach_params() }
    }
}

impl Expand for Weibull {
    fn expand(&self, samples: usize) -> Self {
        let [concentration, scale] =
            [&self.concentration, &self.scale].map(|p| p.repeat(self.rows(), samples));
        Self { concentration, scale, gumbel: self.gumbel.expand(samples) }
    }
}

impl SelectRows for Weibull {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let [concentration, scale] = [&self.concentration, &self.scale].map(|p| p.select(self.rows(), rows));
        Self { concentration, scale, gumbel: self.gumbel.select_rows(rows) }
    }
}
