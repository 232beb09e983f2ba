//! The multinomial distribution.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};

use crate::counts::{binomial_draws, common_total, deviance, deviance_by_ratio, log_factorial_remainder};
use crate::enumeration::{check_enumerable, for_each_row};
use crate::host::OnHost;
use crate::rows::{Meeting, check_fits, expand, repeat_rows, select_rows, sum_event, sum_of_others};
use crate::{DetachParams, Distribution, Enumerable, Expand, KlDivergence, Mean, Rng, SelectRows, Variance};

/// Counts of `C` categories that add up to `n`, `[rows, categories]`: words of a document, answers to a poll.
///
/// `log p(x) = log n! + Σ_c x_c log p_c − log x_c!` with `log p = log softmax(l)`
///
/// Total counts, a column `[rows, 1]` or `[1, 1]`, and values are whole numbers and never differentiated. Of a
/// value that does not add up to `n`, but for a millionth of it, the density is not a number. Draws are exact, of one category after the
/// other from the binomial distribution that the former leave.
///
/// Source: Johnson, Kotz & Balakrishnan 1997, *Discrete Multivariate Distributions*, chapter 35.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, Multinomial};
///
/// let device = Device::flex();
/// let dice = Multinomial::from_logits(Tensor::from_data([[3.0f32]], &device), Tensor::zeros([1, 6], &device));
/// let faces = Tensor::from_data([[1.0f32, 0.0, 1.0, 0.0, 1.0, 0.0]], &device);
/// assert!((dice.log_prob(&faces).into_scalar::<f32>() - (6.0f32 / 216.0).ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Multinomial {
    total_count: Tensor<2>,
    log_probs: Tensor<2>,
}

impl Multinomial {
    /// From total counts `n`, `[rows, 1]`, and finite logits `[rows, categories]`, each row up to a constant.
    ///
    /// # Panics
    /// If `total_count` has several columns or does not broadcast to the shape of `logits`.
    pub fn from_logits(total_count: Tensor<2>, logits: Tensor<2>) -> Self {
        assert_eq!(total_count.dims()[1], 1, "a total count is one number a row");
        check_fits("a total count", &total_count, "logits", &logits);
        Self { total_count: total_count.inner(), log_probs: log_softmax(logits, 1) }
    }

    /// `n` beside each category, `[rows, categories]`.
    pub fn total_count(&self) -> Tensor<2> {
        expand(self.total_count.clone(), self.log_probs.dims())
    }

    /// `log p` of every category, `[rows, categories]`.
    pub fn log_probs(&self) -> Tensor<2> {
        self.log_probs.clone()
    }

    fn categories(&self) -> usize {
        self.log_probs.dims()[1]
    }
}

/// The log-odds of each category against all that follow it.
fn odds_against_later(log_probs: &[f64]) -> Vec<f64> {
    let mut later = 0.0;
    let odds = log_probs.iter().rev().map(|&log_p| {
        let odds = log_p - f64::ln(later);
        later += log_p.exp();
        odds
    });
    let mut odds: Vec<f64> = odds.collect();
    odds.reverse();
    odds
}

/// Every way to have `total` in `categories` parts.
fn compositions(total: usize, categories: usize) -> Vec<Vec<usize>> {
    if categories == 1 {
        return vec![vec![total]];
    }
    let starting_with = |first: usize| {
        compositions(total - first, categories - 1).into_iter().map(move |mut rest| {
            rest.insert(0, first);
            rest
        })
    };
    (0..=total).flat_map(starting_with).collect()
}

impl Distribution for Multinomial {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.log_probs.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let (log_probs, categories) = (OnHost::of(&self.log_probs), self.categories());
        let odds: Vec<f64> =
            log_probs.numbers.chunks_exact(categories).flat_map(odds_against_later).collect();
        let mut left = OnHost::of(&expand(self.total_count.clone(), [self.rows(), 1])).numbers;
        let mut draws = vec![0.0; odds.len()];
        for category in 0..categories {
            if left.iter().all(|&n| n == 0.0) {
                break;
            }
            let of_category: Vec<f64> = odds.iter().skip(category).step_by(categories).copied().collect();
            let counts = binomial_draws(&left, &of_category, self.rows(), &rng.at(category as u64));
            for (row, count) in counts.into_iter().enumerate() {
                draws[row * categories + category] = count;
                left[row] -= count;
            }
        }
        log_probs.tensor(draws)
    }

    /// With `S(x) = log x! − x log x + x` as `S(n) − Σ_c S(x_c)` less the deviances of the counts from their
    /// expectations: near the mean of large counts terms of size `n` would cancel. What depends on counts alone
    /// is computed in `f64`.
    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let meeting = Meeting::of(self.log_probs.dims(), value.dims());
        let value = value.clone().inner();
        let (count, total) = (meeting.fold(value.clone()), meeting.fold(self.total_count()));
        let missing = meeting.fold(value.clone().sum_dim(1).expand(value.dims())) - total.clone();
        // Sums of large counts are rounded.
        let is_outside = (missing.clone().abs() - total.clone() * 1e-6).greater_elem(0.0);
        let outside = missing.zeros_like().mask_fill(is_outside, f64::NAN);
        let of_all = (log_factorial_remainder(&total) + outside) / self.categories() as f64;
        let of_each =
            log_factorial_remainder(&count) + deviance(count, total, meeting.fold(self.log_probs.clone()));
        sum_event(meeting.unfold(of_all - of_each))
    }
}

impl Mean for Multinomial {
    /// `n p_c`
    fn mean(&self) -> Tensor<2> {
        self.total_count() * self.log_probs.clone().exp()
    }
}

impl Variance for Multinomial {
    /// `n p_c (1 − p_c)`
    fn variance(&self) -> Tensor<2> {
        Mean::mean(self) * sum_of_others(self.log_probs.clone().exp())
    }
}

/// Of equal total counts; not a number where they differ, where there is no closed form.
impl KlDivergence for Multinomial {
    /// The deviances of the expected counts under `q` from those under `p`.
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        let meeting = Meeting::of(self.log_probs.dims(), p.log_probs.dims());
        let (total, other) = (meeting.fold(self.total_count()), meeting.fold(p.total_count()));
        let difference = total.clone() - other;
        let total = total + difference.clone().mask_fill(difference.not_equal_elem(0.0), f64::NAN);
        let [log_q, log_p] = [self, p].map(|d| meeting.fold(d.log_probs.clone()));
        let [expected_q, expected_p] = [&log_q, &log_p].map(|log| total.clone() * log.clone().exp());
        sum_event(meeting.unfold(deviance_by_ratio(expected_q, expected_p, log_p - log_q)))
    }
}

impl Enumerable for Multinomial {
    /// All `(n + C − 1)! / n! (C − 1)!` ways to have `n` in `C` parts.
    ///
    /// # Panics
    /// If the total counts differ, or there are more than 2²⁰ values.
    fn enumerate(&self) -> Tensor<2> {
        let (total, categories) = (common_total(&self.total_count), self.categories());
        let count = (1..categories).fold(1.0, |count, i| count * (total + i) as f64 / i as f64);
        check_enumerable(count);
        for_each_row(&self.log_probs, compositions(total, categories).into_iter())
    }
}

impl DetachParams for Multinomial {
    fn detach_params(&self) -> Self {
        Self { total_count: self.total_count.clone(), log_probs: self.log_probs.clone().inner() }
    }
}

impl Expand for Multinomial {
    fn expand(&self, samples: usize) -> Self {
        let repeat = |t: &Tensor<2>| repeat_rows(t.clone(), self.rows(), samples);
        Self { total_count: repeat(&self.total_count), log_probs: repeat(&self.log_probs) }
    }
}

impl SelectRows for Multinomial {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let select = |t: &Tensor<2>| select_rows(t.clone(), self.rows(), rows);
        Self { total_count: select(&self.total_count), log_probs: select(&self.log_probs) }
    }
}
