//! The negative binomial distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;

use crate::counts::{
    deviance, deviance_by_ratio, distribution_function, log_factorial_remainder, poisson_draws,
};
use crate::host::OnHost;
use crate::implicit::sample_log_gamma;
use crate::rows::{Meeting, check_fits, expand, repeat_rows, select_rows, sum_event};
use crate::special::{incomplete_beta_of_logits, log_gamma_remainder, log_sigmoid, sigmoid};
use crate::{
    Cdf, DetachParams, Distribution, Expand, Factorized, KlDivergence, Mean, Mode, Rng, SelectRows, Variance,
};

/// `NegativeBinomial(x; r, σ(l))` on `0, 1, 2, …` with independent dimensions, total count `r` and logits `l`,
/// `[rows, event]`: counts that vary more than those of a [`Poisson`](crate::Poisson) distribution; for whole `r`,
/// successes before `r` failures.
///
/// `log p(x) = Σ_d log Γ(x_d + r_d) − log Γ(r_d) − log x_d! + x_d log σ(l_d) + r_d log σ(−l_d)`
///
/// The mean is `μ = r e^l` and the variance `μ + μ²/r`. The total count may be shared by rows, by dimensions or
/// by both (`[1, event]`, `[rows, 1]`, `[1, 1]`). Values are whole numbers and never differentiated. Draws are
/// exact, from Poisson distributions of gamma rates. Single precision holds every whole number up to 2²⁴;
/// larger draws are rounded.
///
/// Source: Johnson, Kemp & Kotz 2005, *Univariate Discrete Distributions*, chapter 5.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{NegativeBinomial, Variance};
///
/// let number = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// let reads = NegativeBinomial::from_log_mean(number(2.0), number(10f32.ln()));
/// assert!((reads.variance().into_scalar::<f32>() - 60.0).abs() < 1e-4); // 10 + 10²/2
/// ```
#[derive(Clone, Debug)]
pub struct NegativeBinomial {
    total_count: Tensor<2>,
    logits: Tensor<2>,
}

impl NegativeBinomial {
    /// From the positive `r` and the logits of a success, `[rows, event]`.
    ///
    /// # Panics
    /// If `total_count` does not broadcast to the shape of `logits`.
    pub fn from_logits(total_count: Tensor<2>, logits: Tensor<2>) -> Self {
        check_fits("a total count", &total_count, "logits", &logits);
        Self { total_count, logits }
    }

    /// From the positive `r`, here the inverse of the dispersion, and `log μ`, `[rows, event]`.
    ///
    /// # Panics
    /// If `total_count` does not broadcast to the shape of `log_mean`.
    pub fn from_log_mean(total_count: Tensor<2>, log_mean: Tensor<2>) -> Self {
        check_fits("a total count", &total_count, "a mean", &log_mean);
        let logits = log_mean - total_count.clone().log();
        Self { total_count, logits }
    }

    /// `r`, `[rows, event]`.
    pub fn total_count(&self) -> Tensor<2> {
        expand(self.total_count.clone(), self.logits.dims())
    }

    /// `l`, `[rows, event]`.
    pub fn logits(&self) -> Tensor<2> {
        self.logits.clone()
    }
}

impl Distribution for NegativeBinomial {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.logits.dims()[0]
    }

    /// A draw from `Poisson(e^l g)` with a draw `g` from `Gamma(r, 1)`.
    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let log_gamma = sample_log_gamma(&self.total_count(), &rng.fork("gamma"));
        let (log_gamma, logits) = (OnHost::of(&log_gamma), OnHost::of(&self.logits));
        let rates = logits.numbers.iter().zip(log_gamma.numbers).map(|(l, log_g)| (l + log_g).exp());
        let rates: Vec<f64> = rates.collect();
        logits.tensor(poisson_draws(&rates, self.rows(), &rng.fork("poisson")))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Mean for NegativeBinomial {
    /// `r e^l`
    fn mean(&self) -> Tensor<2> {
        self.total_count.clone() * exponential(self.logits.clone())
    }
}

impl Variance for NegativeBinomial {
    /// `r e^l / σ(−l)`
    fn variance(&self) -> Tensor<2> {
        self.mean() / sigmoid(self.logits.clone().neg())
    }
}

impl Mode for NegativeBinomial {
    /// `⌊(r − 1) e^l⌋`, and 0 where `r < 1`
    fn mode(&self) -> Tensor<2> {
        let above = (self.total_count().inner() - 1.0).clamp_min(0.0);
        (above * exponential(self.logits.clone().inner())).floor()
    }
}

impl Cdf for NegativeBinomial {
    /// `I_{σ(−l)}(r, ⌊x⌋ + 1)` of the incomplete beta function.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), value.dims());
        let (r, logits) = (meeting.fold(self.total_count()), meeting.fold(self.logits.clone()));
        let last = logits.clone().inner().ones_like() * f32::INFINITY;
        meeting.unfold(distribution_function(meeting.fold(value.clone()), last, |count| {
            incomplete_beta_of_logits(r, count + 1.0, logits)
        }))
    }
}

/// Of equal total counts; not a number where they differ, where there is no closed form.
impl KlDivergence for NegativeBinomial {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for NegativeBinomial {
    /// With `S(x) = log x! − x log x + x` and `R(r) = log Γ(r) − r log r + r` as `R(x + r) − R(r) − S(x)` less the
    /// deviances of `x` and `r` from their expected shares in `x + r`: near the mean of large counts, and at any
    /// count for large `r`, great terms would cancel.
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), value.dims());
        let (r, l) = (meeting.fold(self.total_count()), meeting.fold(self.logits.clone()));
        let value = meeting.fold(value.clone().inner());
        let total = value.clone() + r.clone();
        let remainders = log_gamma_remainder(total.clone())
            - log_gamma_remainder(r.clone())
            - log_factorial_remainder(&value);
        let successes = deviance(value, total.clone(), log_sigmoid(l.clone()));
        let failures = deviance(r, total, log_sigmoid(l.neg()));
        meeting.unfold(remainders - successes - failures)
    }

    /// The deviances of `r` failures and `r e^l` successes under `q` from what `p` expects in as many trials: every
    /// term is small where `q` is near `p`.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), p.logits.dims());
        let [l_q, l_p] = [self, p].map(|d| meeting.fold(d.logits.clone()));
        let [r_q, r_p] = [self, p].map(|d| meeting.fold(d.total_count()));
        let difference = (r_q.clone() - r_p).inner();
        let r = r_q + difference.clone().mask_fill(difference.not_equal_elem(0.0), f64::NAN);
        let odds = exponential(l_q.clone());
        let trials = r.clone() * (odds.clone() + 1.0);
        let of_one = |count: Tensor<2>, q: Tensor<2>, p: Tensor<2>| {
            let expected = trials.clone() * sigmoid(p.clone());
            deviance_by_ratio(count, expected, log_sigmoid(p) - log_sigmoid(q))
        };
        let successes = of_one(r.clone() * odds, l_q.clone(), l_p.clone());
        meeting.unfold(successes + of_one(r, l_q.neg(), l_p.neg()))
    }
}

impl DetachParams for NegativeBinomial {
    fn detach_params(&self) -> Self {
        let [total_count, logits] = [&self.total_count, &self.logits].map(|t| t.clone().inner());
        Self { total_count, logits }
    }
}

impl Expand for NegativeBinomial {
    fn expand(&self, samples: usize) -> Self {
        let repeat = |t: &Tensor<2>| repeat_rows(t.clone(), self.rows(), samples);
        Self { total_count: repeat(&self.total_count), logits: repeat(&self.logits) }
    }
}

impl SelectRows for NegativeBinomial {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let select = |t: &Tensor<2>| select_rows(t.clone(), self.rows(), rows);
        Self { total_count: select(&self.total_count), logits: select(&self.logits) }
    }
}
