//! The Poisson distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;

use crate::counts::{
    deviance, deviance_by_ratio, distribution_function, log_factorial_remainder, poisson_draws,
};
use crate::host::OnHost;
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::special::incomplete_gamma_complement;
use crate::{
    Cdf, DetachParams, Distribution, Expand, Factorized, KlDivergence, Mean, Mode, Rng, SelectRows, Variance,
};

/// `Poisson(x; λ)` on `0, 1, 2, …` with independent dimensions and `log λ`, `[rows, event]`.
///
/// `log p(x) = Σ_d x_d log λ_d − λ_d − log x_d!`
///
/// A value is never differentiated: `log x!` is a constant of the data. Draws are exact at a cost that does not
/// grow with the rate: by inversion below 10, above by transformed rejection (Hörmann 1993). Single precision
/// holds every whole number up to 2²⁴; larger draws are rounded.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, Poisson};
///
/// let device = Device::flex();
/// let counts = Poisson::from_log_rate(Tensor::from_data([[2f32.ln()]], &device));
/// let log_prob = counts.log_prob(&Tensor::from_data([[3.0f32]], &device)).into_scalar::<f32>();
/// assert!((log_prob - (8.0f32 / 6.0).ln() + 2.0).abs() < 1e-6); // 2³ e⁻² / 3!
/// ```
#[derive(Clone, Debug)]
pub struct Poisson {
    log_rate: Tensor<2>,
}

impl Poisson {
    /// From `log λ`, `[rows, event]`; `λ` must be finite.
    pub fn from_log_rate(log_rate: Tensor<2>) -> Self {
        Self { log_rate }
    }

    /// `log λ`, `[rows, event]`.
    pub fn log_rate(&self) -> Tensor<2> {
        self.log_rate.clone()
    }
}

impl Distribution for Poisson {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.log_rate.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let log_rate = OnHost::of(&self.log_rate);
        let rates: Vec<f64> = log_rate.numbers.iter().map(|log_rate| log_rate.exp()).collect();
        log_rate.tensor(poisson_draws(&rates, self.rows(), rng))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Mean for Poisson {
    /// `λ`
    fn mean(&self) -> Tensor<2> {
        exponential(self.log_rate.clone())
    }
}

impl Variance for Poisson {
    /// `λ`
    fn variance(&self) -> Tensor<2> {
        exponential(self.log_rate.clone())
    }
}

impl Mode for Poisson {
    /// `⌊λ⌋`
    fn mode(&self) -> Tensor<2> {
        exponential(self.log_rate.clone().inner()).floor()
    }
}

impl Cdf for Poisson {
    /// `Q(⌊x⌋ + 1, λ)` of the incomplete gamma function.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.log_rate.dims(), value.dims());
        let rate = meeting.fold(exponential(self.log_rate.clone()));
        let last = rate.clone().inner().ones_like() * f32::INFINITY;
        meeting.unfold(distribution_function(meeting.fold(value.clone()), last, |count| {
            incomplete_gamma_complement(count + 1.0, rate)
        }))
    }
}

impl KlDivergence for Poisson {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Poisson {
    /// `−(x log (x/λ) + λ − x) − (log x! − x log x + x)`: near `λ = x` two terms of size `x log x` would
    /// cancel. What depends on the value alone is computed in `f64`.
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.log_rate.dims(), value.dims());
        let count = meeting.fold(value.clone().inner());
        let log_rate = meeting.fold(self.log_rate.clone());
        let remainder = log_factorial_remainder(&count);
        meeting.unfold((deviance(count.clone(), count.ones_like(), log_rate) + remainder).neg())
    }

    /// `λ_q log (λ_q/λ_p) + λ_p − λ_q`
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.log_rate.dims(), p.log_rate.dims());
        let [log_q, log_p] = [self, p].map(|d| meeting.fold(d.log_rate.clone()));
        let [rate_q, rate_p] = [&log_q, &log_p].map(|log| exponential(log.clone()));
        meeting.unfold(deviance_by_ratio(rate_q, rate_p, log_p - log_q))
    }
}

impl DetachParams for Poisson {
    fn detach_params(&self) -> Self {
        Self { log_rate: self.log_rate.clone().inner() }
    }
}

impl Expand for Poisson {
    fn expand(&self, samples: usize) -> Self {
        Self { log_rate: repeat_rows(self.log_rate.clone(), self.rows(), samples) }
    }
}

impl SelectRows for Poisson {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { log_rate: select_rows(self.log_rate.clone(), self.rows(), rows) }
    }
}
