//! The gamma distribution with independent dimensions.

use burn::tensor::{Int, Tensor};

use crate::implicit::{rsample_log_gamma, sample_log_gamma};
use crate::positive::{Positive, positive_from_log};
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::special::{
    digamma_remainder, incomplete_gamma, log_gamma_remainder, product_excess, ratio_excess,
};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, KlDivergence, Mean, Mode, Reparameterized,
    Rng, SelectRows, Variance,
};

/// `Gamma(x; α, β)` on positive numbers with independent dimensions, concentration `α` and rate `β`,
/// `[rows, event]`.
///
/// `log p(x) = Σ_d α_d log β_d + (α_d − 1) log x_d − β_d x_d − log Γ(α_d)`
///
/// The rate may be shared by rows, by dimensions or by both (`[1, event]`, `[rows, 1]`, `[1, 1]`); it is
/// not repeated. Draws carry their gradient by implicit reparameterisation (Figurnov et al. 2018). A
/// draw below the smallest normal number, which concentrations below 0.1 give, is that number, and so is 0.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use jensen_prob::{Gamma, Mean, Reparameterized, Rng};
///
/// let device = Device::flex().autodiff();
/// let concentration = Tensor::<2>::from_data([[3.0f32]], &device).require_grad();
/// let family = Gamma::new(concentration.clone(), Tensor::from_data([[2.0f32]], &device));
/// assert_eq!(family.mean().into_scalar::<f32>(), 1.5);
/// let gradients = family.rsample(&Rng::seed(0)).sum().backward();
/// assert!(concentration.grad(&gradients).is_some_and(|slope| slope.into_scalar::<f32>() > 0.0));
/// ```
#[derive(Clone, Debug)]
pub struct Gamma {
    concentration: Tensor<2>,
    rate: Positive,
}

impl Gamma {
    /// From `α` and `β`, both positive.
    ///
    /// # Panics
    /// If `rate` does not broadcast to the shape of `concentration`.
    pub fn new(concentration: Tensor<2>, rate: Tensor<2>) -> Self {
        Self::from_parts(concentration, Positive::new(rate))
    }

    /// From `α`, which must be positive, and `log β`, any real numbers.
    ///
    /// # Panics
    /// If `log_rate` does not broadcast to the shape of `concentration`.
    pub fn from_log_rate(concentration: Tensor<2>, log_rate: Tensor<2>) -> Self {
        Self::from_parts(concentration, Positive::from_log(log_rate))
    }

    pub(crate) fn from_parts(concentration: Tensor<2>, rate: Positive) -> Self {
        let rate = rate.beside("a rate", &concentration, "a concentration");
        Self { concentration, rate }
    }

    /// `α`, `[rows, event]`.
    pub fn concentration(&self) -> Tensor<2> {
        self.concentration.clone()
    }

    /// `β`, `[rows, event]`.
    pub fn rate(&self) -> Tensor<2> {
        self.rate.value_in(self.concentration.dims())
    }

    /// `log β`, `[rows, event]`.
    pub fn log_rate(&self) -> Tensor<2> {
        self.rate.log_in(self.concentration.dims())
    }
}

impl Distribution for Gamma {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.concentration.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        positive_from_log(sample_log_gamma(&self.concentration, rng)) / self.rate.value().inner()
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for Gamma {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        positive_from_log(rsample_log_gamma(&self.concentration, rng)) / self.rate.value()
    }
}

impl Mean for Gamma {
    /// `α/β`
    fn mean(&self) -> Tensor<2> {
        self.concentration.clone() / self.rate.value()
    }
}

impl Variance for Gamma {
    /// `α/β²`
    fn variance(&self) -> Tensor<2> {
        self.concentration.clone() / self.rate.value().square()
    }
}

impl Mode for Gamma {
    /// `(α − 1)/β`, and 0 where `α < 1`, where the density has no bound.
    fn mode(&self) -> Tensor<2> {
        (self.concentration.clone() - 1.0).clamp_min(0.0) / self.rate.value()
    }
}

impl Cdf for Gamma {
    /// `P(α, βx)`, and 0 below 0.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.concentration.dims(), value.dims());
        let value = value.clone().mask_fill(value.clone().lower_elem(0.0), 0.0);
        let x = meeting.fold(value) * meeting.fold(self.rate.value());
        meeting.unfold(incomplete_gamma(meeting.fold(self.concentration.clone()), x))
    }
}

impl Entropy for Gamma {
    /// `Σ_d α_d − log β_d + log Γ(α_d) + (1 − α_d) ψ(α_d)`, the terms of size `α log α` left out.
    fn entropy(&self) -> Tensor<1> {
        let alpha = self.concentration.clone();
        let spread = (alpha.clone() - 1.0) * digamma_remainder(alpha.clone());
        let log_mean = alpha.clone().log() - self.rate.log_in(alpha.dims());
        sum_event(log_mean + log_gamma_remainder(alpha) - spread)
    }
}

impl KlDivergence for Gamma {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Gamma {
    /// With `r = βx/α` as `−α (r − 1 − log r) − log x − R(α)`, where `R(α) = log Γ(α) − α log α + α`: near
    /// the mean of a large concentration terms of size `α log α` would cancel.
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.concentration.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        // At 0 the two logarithms of it are infinite, and their difference need not be.
        let value = value.clone().mask_fill(value.clone().equal_elem(0.0), f32::MIN_POSITIVE);
        let (alpha, value) = (fold(&self.concentration), fold(&value));
        let excess = product_excess(value.clone(), meeting.fold(self.rate.value()) / alpha.clone());
        meeting.unfold((alpha.clone() * excess + value.log() + log_gamma_remainder(alpha)).neg())
    }

    /// `α_p (s − 1 − log s) + (α_q − α_p)(ψ(α_q) − log α_q) + R(α_p) − R(α_q)` with the ratio of the means
    /// `s` and `R(α) = log Γ(α) − α log α + α`: the form in which every term is small where `q` is near `p`.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.concentration.dims(), p.concentration.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let (alpha_q, alpha_p) = (fold(&self.concentration), fold(&p.concentration));
        let mean = |alpha: &Tensor<2>, d: &Self| alpha.clone() / meeting.fold(d.rate.value());
        let means = alpha_p.clone() * ratio_excess(mean(&alpha_q, self) / mean(&alpha_p, p));
        let shapes = (alpha_q.clone() - alpha_p.clone()) * digamma_remainder(alpha_q.clone());
        meeting.unfold(means + shapes + log_gamma_remainder(alpha_p) - log_gamma_remainder(alpha_q))
    }
}

impl DetachParams for Gamma {
    fn detach_params(&self) -> Self {
        Self { concentration: self.concentration.clone().inner(), rate: self.rate.inner() }
    }
}

impl Expand for Gamma {
    fn expand(&self, samples: usize) -> Self {
        let concentration = repeat_rows(self.concentration.clone(), self.rows(), samples);
        Self { concentration, rate: self.rate.repeat(self.rows(), samples) }
    }
}

impl SelectRows for Gamma {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let concentration = select_rows(self.concentration.clone(), self.rows(), rows);
        Self { concentration, rate: self.rate.select(self.rows(), rows) }
    }
}
