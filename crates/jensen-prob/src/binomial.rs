//! The binomial distribution with independent dimensions.

use burn::tensor::{Int, Tensor};

use crate::counts::{
    binomial_draws, common_total, deviance, deviance_by_ratio, distribution_function, log_factorial_remainder,
};
use crate::enumeration::{for_each_row, numerals};
use crate::host::OnHost;
use crate::rows::{Meeting, check_fits, expand, repeat_rows, select_rows, sum_event};
use crate::special::{incomplete_beta_of_logits, log_sigmoid, sigmoid};
use crate::{
    Cdf, DetachParams, Distribution, Enumerable, Expand, Factorized, KlDivergence, Mean, Mode, Rng,
    SelectRows, Variance,
};

/// `Binomial(x; n, σ(l))` on `0 … n` with independent dimensions, total counts `n` and logits `l`,
/// `[rows, event]`: successes in `n` trials.
///
/// `log p(x) = Σ_d log n_d! − log x_d! − log (n_d − x_d)! + x_d log σ(l_d) + (n_d − x_d) log σ(−l_d)`
///
/// The total counts may be shared by rows, by dimensions or by both (`[1, event]`, `[rows, 1]`, `[1, 1]`); they
/// and the values are whole numbers and never differentiated; of a value outside `0 … n` the density is not a
/// number. Draws are exact at a cost that does not grow
/// with `n`: by inversion where fewer than ten successes or failures are expected, else by transformed
/// rejection (Hörmann 1993). Single precision holds every whole number up to 2²⁴; larger draws are rounded.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Binomial, Distribution};
///
/// let device = Device::flex();
/// let coins = Binomial::from_logits(Tensor::from_data([[4.0f32]], &device), Tensor::zeros([1, 1], &device));
/// let heads = coins.log_prob(&Tensor::from_data([[2.0f32]], &device)).into_scalar::<f32>();
/// assert!((heads - (6.0f32 / 16.0).ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Binomial {
    total_count: Tensor<2>,
    logits: Tensor<2>,
}

impl Binomial {
    /// From total counts `n` and logits of a success, `[rows, event]`.
    ///
    /// # Panics
    /// If `total_count` does not broadcast to the shape of `logits`.
    pub fn from_logits(total_count: Tensor<2>, logits: Tensor<2>) -> Self {
        check_fits("a total count", &total_count, "logits", &logits);
        Self { total_count: total_count.inner(), logits }
    }

    /// `n`, `[rows, event]`.
    pub fn total_count(&self) -> Tensor<2> {
        expand(self.total_count.clone(), self.logits.dims())
    }

    /// `l`, `[rows, event]`.
    pub fn logits(&self) -> Tensor<2> {
        self.logits.clone()
    }
}

impl Distribution for Binomial {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.logits.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let (totals, logits) = (OnHost::of(&self.total_count()), OnHost::of(&self.logits));
        logits.tensor(binomial_draws(&totals.numbers, &logits.numbers, self.rows(), rng))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Mean for Binomial {
    /// `n σ(l)`
    fn mean(&self) -> Tensor<2> {
        self.total_count() * sigmoid(self.logits.clone())
    }
}

impl Variance for Binomial {
    /// `n σ(l) σ(−l)`
    fn variance(&self) -> Tensor<2> {
        self.mean() * sigmoid(self.logits.clone().neg())
    }
}

impl Mode for Binomial {
    /// `⌊(n + 1) σ(l)⌋`, at most `n`
    fn mode(&self) -> Tensor<2> {
        let mode = ((self.total_count() + 1.0) * sigmoid(self.logits.clone().inner())).floor();
        mode.min_pair(self.total_count())
    }
}

impl Cdf for Binomial {
    /// `I_{σ(−l)}(n − ⌊x⌋, ⌊x⌋ + 1)` of the incomplete beta function.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), value.dims());
        let (total, logits) = (meeting.fold(self.total_count()), meeting.fold(self.logits.clone()));
        meeting.unfold(distribution_function(meeting.fold(value.clone()), total.clone(), |count| {
            // At least 1, but where there are no trials.
            let left = (total - count.clone()).clamp_min(1.0);
            incomplete_beta_of_logits(left, count + 1.0, logits)
        }))
    }
}

/// Of equal total counts; not a number where they differ, where there is no closed form.
impl KlDivergence for Binomial {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Binomial {
    /// With `S(x) = log x! − x log x + x` as `S(n) − S(x) − S(n − x)` less the deviances of both counts from their
    /// expectations: near the mean of large counts terms of size `n` would cancel. What depends on counts
    /// alone is computed in `f64`.
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), value.dims());
        let (total, logits) = (meeting.fold(self.total_count()), meeting.fold(self.logits.clone()));
        let successes = meeting.fold(value.clone().inner());
        let failures = total.clone() - successes.clone();
        let of_one = |count: Tensor<2>, logits: Tensor<2>| {
            log_factorial_remainder(&count) + deviance(count, total.clone(), log_sigmoid(logits))
        };
        let both = of_one(successes, logits.clone()) + of_one(failures, logits.neg());
        meeting.unfold(log_factorial_remainder(&total) - both)
    }

    /// The deviances of the expected counts under `q` from those under `p`: every term is small where `q` is
    /// near `p`.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), p.logits.dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let (total, other) = (fold(self.total_count()), fold(p.total_count()));
        let difference = total.clone() - other;
        let total = total + difference.clone().mask_fill(difference.not_equal_elem(0.0), f64::NAN);
        let of_one = |q: Tensor<2>, p: Tensor<2>| {
            let [expected_q, expected_p] = [&q, &p].map(|l| total.clone() * fold(sigmoid(l.clone())));
            deviance_by_ratio(expected_q, expected_p, fold(log_sigmoid(p)) - fold(log_sigmoid(q)))
        };
        let both = of_one(self.logits(), p.logits()) + of_one(self.logits().neg(), p.logits().neg());
        meeting.unfold(both)
    }
}

impl Enumerable for Binomial {
    /// All `(n + 1)^event` values; dimension `d` of value `v` is digit `d` of `v` in the base `n + 1`.
    ///
    /// # Panics
    /// If the total counts differ, or there are more than 2²⁰ values.
    fn enumerate(&self) -> Tensor<2> {
        let base = common_total(&self.total_count) + 1;
        for_each_row(&self.logits, numerals(base, self.logits.dims()[1]))
    }
}

impl DetachParams for Binomial {
    fn detach_params(&self) -> Self {
        Self { total_count: self.total_count.clone(), logits: self.logits.clone().inner() }
    }
}

impl Expand for Binomial {
    fn expand(&self, samples: usize) -> Self {
        let repeat = |t: &Tensor<2>| repeat_rows(t.clone(), self.rows(), samples);
        Self { total_count: repeat(&self.total_count), logits: repeat(&self.logits) }
    }
}

impl SelectRows for Binomial {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let select = |t: &Tensor<2>| select_rows(t.clone(), self.rows(), rows);
        Self { total_count: select(&self.total_count), logits: select(&self.logits) }
    }
}
