//! The exponential distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;

use crate::noise::uniform;
use crate::positive::Positive;
use crate::rows::{Meeting, sum_event};
use crate::special::{expm1, ratio_excess};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Gamma, Icdf, KlDivergence, Mean, Mode,
    Reparameterized, Rng, SelectRows, Variance,
};

/// `Exponential(x; λ)` on positive numbers with independent dimensions and rate `λ`, `[rows, event]`: times
/// between events that do not wait for one another.
///
/// `log p(x) = Σ_d log λ_d − λ_d x_d` where every `x_d ≥ 0`, and −∞ elsewhere.
///
/// Source: Johnson, Kotz & Balakrishnan 1994, *Continuous Univariate Distributions* 1, chapter 19.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Cdf, Exponential, Mean};
///
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// let wait = Exponential::new(at(4.0));
/// assert_eq!(wait.mean().into_scalar::<f32>(), 0.25);
/// assert!((wait.cdf(&at(1e-8)).into_scalar::<f32>() - 4e-8).abs() < 1e-14);
/// ```
#[derive(Clone, Debug)]
pub struct Exponential {
    rate: Positive,
}

impl Exponential {
    /// From `λ`, which must be positive, `[rows, event]`.
    pub fn new(rate: Tensor<2>) -> Self {
        Self { rate: Positive::new(rate) }
    }

    /// From `log λ`, any real numbers, `[rows, event]`.
    pub fn from_log_rate(log_rate: Tensor<2>) -> Self {
        Self { rate: Positive::from_log(log_rate) }
    }

    /// `λ`, `[rows, event]`.
    pub fn rate(&self) -> Tensor<2> {
        self.rate.value()
    }

    /// `log λ`, `[rows, event]`.
    pub fn log_rate(&self) -> Tensor<2> {
        self.rate.log()
    }

    /// The same as a gamma distribution, of concentration 1.
    pub(crate) fn to_gamma(&self) -> Gamma {
        let one = self.rate().inner().ones_like();
        Gamma::from_parts(one, self.rate.clone())
    }

    fn dims(&self) -> [usize; 2] {
        self.rate.value().dims()
    }

    /// `1/λ`, by its logarithm: the slope of a quotient would be divided by `λ²`.
    fn scale(&self) -> Tensor<2> {
        exponential(self.rate.log().neg())
    }

    /// Draws for `λ = 1`.
    fn noise(&self, rng: &Rng) -> Tensor<2> {
        uniform(rng, &self.rate.value()).log().neg()
    }

    /// A function of `λx`, and `log λ` beside it.
    fn of_scaled(&self, value: &Tensor<2>, f: impl FnOnce(Tensor<2>, Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.dims(), value.dims());
        let scaled = meeting.fold(value.clone()) * meeting.fold(self.rate.value());
        meeting.unfold(f(scaled, meeting.fold(self.rate.log())))
    }
}

impl Distribution for Exponential {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.noise(rng) * self.scale().inner()
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for Exponential {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.noise(rng) * self.scale()
    }

    /// The density of the draw is that of its noise, and `log λ`.
    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let noise = self.noise(rng);
        (noise.clone() * self.scale(), sum_event(self.rate.log() - noise))
    }
}

impl Mean for Exponential {
    /// `1/λ`
    fn mean(&self) -> Tensor<2> {
        self.rate.value().recip()
    }
}

impl Variance for Exponential {
    /// `1/λ²`
    fn variance(&self) -> Tensor<2> {
        self.mean().square()
    }
}

impl Mode for Exponential {
    /// 0
    fn mode(&self) -> Tensor<2> {
        self.rate.value().inner().zeros_like()
    }
}

impl Entropy for Exponential {
    /// `Σ_d 1 − log λ_d`
    fn entropy(&self) -> Tensor<1> {
        sum_event(self.rate.log().neg() + 1.0)
    }
}

impl Cdf for Exponential {
    /// `1 − e^(−λx)`, and 0 below 0.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_scaled(value, |x, _| {
            let x = x.clone().mask_fill(x.lower_elem(0.0), 0.0);
            expm1(x.neg()).neg()
        })
    }
}

impl Icdf for Exponential {
    /// `−log(1 − p)/λ`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.dims(), probability.dims());
        let quantile = meeting.fold(probability.clone()).neg().log1p().neg();
        meeting.unfold(quantile / meeting.fold(self.rate.value()))
    }
}

impl KlDivergence for Exponential {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Exponential {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_scaled(value, |x, log_rate| {
            let below = x.clone().lower_elem(0.0);
            (log_rate - x).mask_fill(below, f32::NEG_INFINITY)
        })
    }

    /// `r − 1 − log r` with `r = λ_p/λ_q`
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.dims(), p.dims());
        meeting.unfold(ratio_excess(meeting.fold(p.rate.value()) / meeting.fold(self.rate.value())))
    }
}

impl DetachParams for Exponential {
    fn detach_params(&self) -> Self {
        Self { rate: self.rate.inner() }
    }
}

impl Expand for Exponential {
    fn expand(&self, samples: usize) -> Self {
        Self { rate: self.rate.repeat(self.rows(), samples) }
    }
}

impl SelectRows for Exponential {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { rate: self.rate.select(self.rows(), rows) }
    }
}
