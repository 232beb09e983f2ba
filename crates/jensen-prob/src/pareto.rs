//! The Pareto distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;

use crate::positive::Positive;
use crate::rows::{Meeting, expand, sum_event};
use crate::special::log_ratio;
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Exponential, Factorized, Icdf, KlDivergence, Mean,
    Mode, Reparameterized, Rng, SelectRows, Variance,
};

/// `Pareto(x; m, α)` of numbers above `m` with independent dimensions, `[rows, event]`: sizes without a
/// typical one.
///
/// `log p(x) = Σ_d log α_d + α_d log m_d − (α_d + 1) log x_d` where every `x_d ≥ m_d`, and −∞ elsewhere.
///
/// It is `x = m eʸ` of an exponential `y` with rate `α`. The scale may be shared by rows, by dimensions or by
/// both. A draw lies within `e^88 m`, which `α < 0.2` would leave.
///
/// Source: Johnson, Kotz & Balakrishnan 1994, *Continuous Univariate Distributions* 1, chapter 20.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Mean, Pareto};
///
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// assert_eq!(Pareto::new(at(3.0), at(2.0)).mean().into_scalar::<f32>(), 3.0); // αm/(α − 1)
/// ```
#[derive(Clone, Debug)]
pub struct Pareto {
    scale: Positive,
    /// That of `log x/m`.
    excess: Exponential,
}

impl Pareto {
    /// From `α` and `m`, both positive.
    ///
    /// # Panics
    /// If `scale` does not broadcast to the shape of `concentration`.
    pub fn new(concentration: Tensor<2>, scale: Tensor<2>) -> Self {
        let scale = Positive::new(scale).beside("a scale", &concentration, "a concentration");
        Self { scale, excess: Exponential::new(concentration) }
    }

    /// `α`, `[rows, event]`.
    pub fn concentration(&self) -> Tensor<2> {
        self.excess.rate()
    }

    /// `m`, `[rows, event]`.
    pub fn scale(&self) -> Tensor<2> {
        self.scale.value_in(self.dims())
    }

    fn dims(&self) -> [usize; 2] {
        self.concentration().dims()
    }

    /// `log x/m`, exactly 0 at `m`; of what is not positive, below 0.
    fn log_ratio(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.dims(), value.dims());
        let value = value.clone().mask_fill(value.clone().lower_equal_elem(0.0), f32::MIN_POSITIVE);
        let log_scale = meeting.fold(self.scale.log_in(self.dims()));
        meeting.unfold(log_ratio(meeting.fold(value), meeting.fold(self.scale()), log_scale))
    }
}

/// `eʸ` within the range.
fn within_range(y: Tensor<2>) -> Tensor<2> {
    const LARGEST: f64 = 88.0;
    exponential(y.clone().mask_fill(y.greater_elem(LARGEST), LARGEST))
}

impl Distribution for Pareto {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.excess.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        within_range(self.excess.sample(rng)) * self.scale.value().inner()
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for Pareto {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        within_range(self.excess.rsample(rng)) * self.scale.value()
    }
}

impl Mean for Pareto {
    /// `αm/(α − 1)`, infinite where `α ≤ 1`.
    fn mean(&self) -> Tensor<2> {
        let alpha = self.concentration();
        let has_none = alpha.clone().lower_equal_elem(1.0);
        let alpha = alpha.mask_fill(has_none.clone(), 2.0);
        (self.scale() * (alpha.clone() / (alpha - 1.0))).mask_fill(has_none, f32::INFINITY)
    }
}

impl Variance for Pareto {
    /// `αm²/((α − 1)² (α − 2))`, infinite where `α ≤ 2`.
    fn variance(&self) -> Tensor<2> {
        let alpha = self.concentration();
        let has_none = alpha.clone().lower_equal_elem(2.0);
        let alpha = alpha.mask_fill(has_none.clone(), 3.0);
        let square = (self.scale() / (alpha.clone() - 1.0)).square();
        (square * (alpha.clone() / (alpha - 2.0))).mask_fill(has_none, f32::INFINITY)
    }
}

impl Mode for Pareto {
    /// `m`
    fn mode(&self) -> Tensor<2> {
        self.scale()
    }
}

impl Entropy for Pareto {
    /// `Σ_d log(m/α) + 1/α + 1`
    fn entropy(&self) -> Tensor<1> {
        let log_mean = expand(self.excess.mean() + self.scale.log(), self.dims());
        self.excess.entropy() + sum_event(log_mean)
    }
}

impl Cdf for Pareto {
    /// `1 − (m/x)^α`, and 0 below `m`.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        self.excess.cdf(&self.log_ratio(value))
    }
}

impl Icdf for Pareto {
    /// `m (1 − p)^{−1/α}`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.dims(), probability.dims());
        let quantile = meeting.fold(self.excess.icdf(probability));
        meeting.unfold(exponential(quantile) * meeting.fold(self.scale.value()))
    }
}

impl KlDivergence for Pareto {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Pareto {
    /// `log Exponential(y; α) − y − log m` with `y = log x/m`
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.dims(), value.dims());
        let log_ratio = self.log_ratio(value);
        let density = self.excess.log_prob_per_dim(&log_ratio) - log_ratio;
        meeting.unfold(meeting.fold(density) - meeting.fold(self.scale.log()))
    }

    /// `r − 1 − log r + α_p log(m_q/m_p)` with `r = α_p/α_q`, infinite where `m_q < m_p`.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.dims(), p.dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let apart = log_ratio(fold(self.scale()), fold(p.scale()), fold(p.scale.log_in(p.dims())));
        let is_below = apart.clone().lower_elem(0.0);
        let divergence = fold(self.excess.kl_per_dim(&p.excess)) + fold(p.concentration()) * apart;
        meeting.unfold(divergence.mask_fill(is_below, f32::INFINITY))
    }
}

impl DetachParams for Pareto {
    fn detach_params(&self) -> Self {
        Self { scale: self.scale.inner(), excess: self.excess.detach_params() }
    }
}

impl Expand for Pareto {
    fn expand(&self, samples: usize) -> Self {
        Self { scale: self.scale.repeat(self.rows(), samples), excess: self.excess.expand(samples) }
    }
}

impl SelectRows for Pareto {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { scale: self.scale.select(self.rows(), rows), excess: self.excess.select_rows(rows) }
    }
}
