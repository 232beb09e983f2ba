//! The log-normal distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;

use crate::positive::positive_from_log;
use crate::rows::{Meeting, sum_event};
use crate::special::expm1;
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Icdf, KlDivergence, Mean, Mode, Normal,
    Reparameterized, Rng, SelectRows, Variance,
};

/// `x = e^y` of a normal `y ~ N(μ, σ²)`, positive numbers with independent dimensions, `[rows, event]`:
/// errors in percent.
///
/// `log p(x) = Σ_d log N(log x_d; μ_d, σ_d²) − log x_d`
///
/// A draw below the smallest normal number is that number, and so is 0.
///
/// Source: Johnson, Kotz & Balakrishnan 1994, *Continuous Univariate Distributions* 1, chapter 14.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{LogNormal, Mean, Mode, Normal};
///
/// let family = LogNormal::new(Normal::standard(1, 1, &Device::flex()));
/// assert!((family.mean().into_scalar::<f32>() - 0.5f32.exp()).abs() < 1e-6);
/// assert!((family.mode().into_scalar::<f32>() - (-1f32).exp()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct LogNormal {
    log: Normal,
}

impl LogNormal {
    /// From the distribution of `log x`.
    pub fn new(log: Normal) -> Self {
        Self { log }
    }

    /// The distribution of `log x`.
    pub fn log(&self) -> &Normal {
        &self.log
    }

    fn log_variance(&self) -> Tensor<2> {
        self.log.variance()
    }
}

/// `log x`, with the smallest normal number in the place of 0.
fn log_of(value: &Tensor<2>) -> Tensor<2> {
    value.clone().mask_fill(value.clone().equal_elem(0.0), f32::MIN_POSITIVE).log()
}

impl Distribution for LogNormal {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.log.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        positive_from_log(self.log.sample(rng))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for LogNormal {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        positive_from_log(self.log.rsample(rng))
    }

    /// The logarithm of the draw is known.
    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let (log, log_prob) = self.log.rsample_with_log_prob(rng);
        (positive_from_log(log.clone()), log_prob - sum_event(log))
    }
}

impl Mean for LogNormal {
    /// `e^(μ + σ²/2)`
    fn mean(&self) -> Tensor<2> {
        exponential(self.log.mean() + self.log_variance() * 0.5)
    }
}

impl Variance for LogNormal {
    /// `(e^(σ²) − 1) e^(2μ + σ²)`
    fn variance(&self) -> Tensor<2> {
        expm1(self.log_variance()) * Mean::mean(self).square()
    }
}

impl Mode for LogNormal {
    /// `e^(μ − σ²)`
    fn mode(&self) -> Tensor<2> {
        exponential(self.log.mean() - self.log_variance())
    }
}

impl Entropy for LogNormal {
    /// `H[log x] + Σ_d μ_d`
    fn entropy(&self) -> Tensor<1> {
        self.log.entropy() + sum_event(self.log.mean())
    }
}

impl Cdf for LogNormal {
    /// `Φ((log x − μ)/σ)`, and 0 up to 0.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.log.mean().dims(), value.dims());
        let below = value.clone().lower_equal_elem(0.0);
        let above = below.clone().bool_not().float().cast(value.dtype());
        let share = self.log.cdf(&value.clone().mask_fill(below, 1.0).log());
        meeting.unfold(meeting.fold(share) * meeting.fold(above))
    }
}

impl Icdf for LogNormal {
    /// `e^(μ + σ Φ⁻¹(p))`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        exponential(self.log.icdf(probability))
    }
}

impl KlDivergence for LogNormal {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        self.log.kl_divergence(&p.log)
    }
}

impl Factorized for LogNormal {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let log = log_of(value);
        let meeting = Meeting::of(self.log.mean().dims(), log.dims());
        let density = self.log.log_prob_per_dim(&log);
        meeting.unfold(meeting.fold(density) - meeting.fold(log))
    }

    /// That of the logarithms: a divergence does not depend on how values are written.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        self.log.kl_per_dim(&p.log)
    }
}

impl DetachParams for LogNormal {
    fn detach_params(&self) -> Self {
        Self { log: self.log.detach_params() }
    }
}

impl Expand for LogNormal {
    fn expand(&self, samples: usize) -> Self {
        Self { log: self.log.expand(samples) }
    }
}

impl SelectRows for LogNormal {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { log: self.log.select_rows(rows) }
    }
}
