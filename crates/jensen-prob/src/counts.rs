//! Counts: their draws in `f64` on the host, exact but for the 48 bits of a uniform number, and densities in
//! a form that does not cancel where counts are large.

use burn::tensor::Tensor;
use jensen_kernels::scalar::log_gamma_remainder;
use jensen_kernels::{exponential, tanh};
use jensen_random::Rng;

use crate::host::OnHost;
use crate::noise::{uniforms, until_accepted};
use crate::rows::expand;

/// Below this expectation a draw is found by adding up probabilities from 0, above by rejection.
const LARGE: f64 = 10.0;

/// `log x! − x log x + x` of counts, which grows as `½ log x`; off the gradient graph.
pub(crate) fn log_factorial_remainder(counts: &Tensor<2>) -> Tensor<2> {
    let of = OnHost::of(counts);
    of.tensor(of.numbers.iter().map(|&x| factorial_remainder(x)).collect())
}

/// `x log (x/λ) + λ − x` of counts `x` and expectations `λ = n p`, given as `n` and `log p`: what a probability
/// falls behind that of the most likely expectation (the deviance of Loader 2000, "Fast and accurate
/// computation of binomial probabilities").
pub(crate) fn deviance(count: Tensor<2>, total: Tensor<2>, log_p: Tensor<2>) -> Tensor<2> {
    let expected = total.clone() * exponential(log_p.clone());
    let is_zero = count.clone().equal_elem(0.0);
    let some = count.clone().mask_fill(is_zero, 1.0);
    deviance_by_ratio(count, expected, log_p - (some / total).log())
}

/// [`deviance`] with `u = log (λ/x)`: near 0 as `x (eᵘ − 1 − u)`, where `eᵘ − 1 = tanh(u/2) (eᵘ + 1)`, and
/// else as it stands, since `eᵘ` may leave the range.
pub(crate) fn deviance_by_ratio(count: Tensor<2>, expected: Tensor<2>, log_ratio: Tensor<2>) -> Tensor<2> {
    let parts = [count, expected, log_ratio];
    let shape = [0, 1].map(|axis| parts.iter().map(|t| t.dims()[axis]).max().unwrap_or_default());
    let [count, expected, u] = parts.map(|t| expand(t, shape));
    let is_zero = count.clone().equal_elem(0.0);
    let u = u.mask_fill(is_zero.clone(), 0.0);
    let is_far = u.clone().abs().greater_elem(1.0).bool_or(is_zero);
    let near = u.clone().mask_fill(is_far.clone(), 0.0);
    let excess = tanh(near.clone() * 0.5) * (exponential(near.clone()) + 1.0) - near;
    let far = expected - count.clone() - count.clone() * u;
    (count * excess).mask_where(is_far, far)
}

/// A distribution function of counts: `f(⌊x⌋)` where that is at least 0 and below the `last` count, 0 below and 1
/// from there on. Values are not differentiated.
pub(crate) fn distribution_function(
    value: Tensor<2>,
    last: Tensor<2>,
    f: impl FnOnce(Tensor<2>) -> Tensor<2>,
) -> Tensor<2> {
    let count = value.inner().floor();
    let shape = [0, 1].map(|axis| count.dims()[axis].max(last.dims()[axis]));
    let [count, last] = [count, last].map(|t| expand(t, shape));
    let is_below = count.clone().lower_elem(0.0);
    let is_above = count.clone().greater_equal(last);
    let inside = count.mask_fill(is_below.clone().bool_or(is_above.clone()), 0.0);
    f(inside).mask_fill(is_below, 0.0).mask_fill(is_above, 1.0)
}

/// What stands in a tensor of total counts that are all the same.
///
/// # Panics
/// If they differ.
pub(crate) fn common_total(total_count: &Tensor<2>) -> usize {
    let totals = OnHost::of(total_count).numbers;
    let total = totals.first().copied().unwrap_or_default();
    assert!(totals.iter().all(|&n| n == total), "total counts that differ cannot be enumerated together");
    total as usize
}

/// A draw of `Poisson(λ)` for each of `rows · event` values of `λ`: by inversion below 10, above by the
/// transformed rejection of Hörmann 1993, "The transformed rejection method for generating Poisson random
/// variables", whose cost does not grow with `λ`.
pub(crate) fn poisson_draws(rates: &[f64], rows: usize, rng: &Rng) -> Vec<f64> {
    from_pairs(rates.len(), rows, rng, |at, [u, v]| {
        let rate = rates[at];
        if rate.is_nan() || rate < 0.0 {
            return Some(f64::NAN);
        }
        if rate.is_infinite() {
            return Some(rate);
        }
        if rate < LARGE {
            return Some(invert(u, (-rate).exp(), |k| rate / (k + 1.0)));
        }
        let b = 0.931 + 2.53 * rate.sqrt();
        let a = -0.059 + 0.024_83 * b;
        let hat = Hat { a, b, centre: rate + 0.43, inside: 0.9277 - 3.6224 / (b - 2.0) };
        let scale = 1.1239 + 1.1328 / (b - 3.4);
        hat.accept(u, v, f64::INFINITY, scale, |k| -scalar_deviance(k, rate) - factorial_remainder(k))
    })
}

/// A draw of `Binomial(n, σ(l))` for each of `rows · event` pairs: by inversion where the smaller of the two
/// expected counts is below 10, above by the transformed rejection of Hörmann 1993, "The generation of
/// binomial random variates", whose cost does not grow with `n`.
pub(crate) fn binomial_draws(totals: &[f64], logits: &[f64], rows: usize, rng: &Rng) -> Vec<f64> {
    from_pairs(totals.len(), rows, rng, |at, [u, v]| {
        let (n, odds) = (totals[at], (-logits[at].abs()).exp());
        if !(n >= 0.0 && n.is_finite()) || odds.is_nan() {
            return Some(f64::NAN);
        }
        // The less probable of the two outcomes.
        let p = odds / (1.0 + odds);
        let draw = if n * p < LARGE {
            let none = (-n * odds.ln_1p()).exp();
            Some(invert(u, none, |k| odds * (n - k) / (k + 1.0)))
        } else {
            let deviation = (n * p * (1.0 - p)).sqrt();
            let b = 1.15 + 2.53 * deviation;
            let a = -0.0873 + 0.0248 * b + 0.01 * p;
            let hat = Hat { a, b, centre: n * p + 0.5, inside: 0.92 - 4.2 / b };
            let log_prob = |k: f64| {
                let of = |k: f64, p: f64| scalar_deviance(k, n * p) + factorial_remainder(k);
                -of(k, p) - of(n - k, 1.0 - p)
            };
            let at_mode = log_prob(((n + 1.0) * p).floor());
            hat.accept(u, v, n, (2.83 + 5.1 / b) * deviation, |k| log_prob(k) - at_mode)
        };
        draw.map(|k| if logits[at] > 0.0 { n - k } else { k })
    })
}

/// The table mountain under which a density lies, transformed to a uniform number.
struct Hat {
    a: f64,
    b: f64,
    centre: f64,
    /// Of the second uniform number, below which nothing of the density needs to be computed.
    inside: f64,
}

impl Hat {
    /// The count that two uniform numbers stand for, at most `largest`, unless they are rejected: `scale`
    /// times the second lies below the probability, given up to the factor that belongs to `scale`.
    fn accept(&self, u: f64, v: f64, largest: f64, scale: f64, log_prob: impl Fn(f64) -> f64) -> Option<f64> {
        let u = u - 0.5;
        let edge = 0.5 - u.abs();
        let k = ((2.0 * self.a / edge + self.b) * u + self.centre).floor();
        if !(0.0..=largest).contains(&k) || !k.is_finite() {
            return None;
        }
        let is_inside = edge >= 0.07 && v <= self.inside;
        let accepts = || (v * scale / (self.a / (edge * edge) + self.b)).ln() <= log_prob(k);
        (is_inside || accepts()).then_some(k)
    }
}

/// The count at which probabilities, added up from 0, pass `u`.
fn invert(u: f64, mut probability: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut left, mut k) = (u, 0.0);
    loop {
        left -= probability;
        // What is left where probabilities vanish is rounding.
        if left < 0.0 || probability < 1e-20 {
            return k;
        }
        probability *= ratio(k);
        k += 1.0;
    }
}

/// [`log_factorial_remainder`] of one number.
fn factorial_remainder(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.ln() + log_gamma_remainder(x) }
}

/// [`deviance`] of one number.
fn scalar_deviance(count: f64, expected: f64) -> f64 {
    let excess = (expected - count) / count;
    if count == 0.0 { expected } else { count * (excess - excess.ln_1p()) }
}

/// [`until_accepted`] of pairs of uniform numbers of 48 bits.
fn from_pairs(
    numbers: usize,
    rows: usize,
    rng: &Rng,
    attempt: impl Fn(usize, [f64; 2]) -> Option<f64>,
) -> Vec<f64> {
    let event = numbers / rows.max(1);
    let pairs = |rng: &Rng| uniforms(rng, [rows, 2 * event]);
    until_accepted([rows, event], rng, pairs, |at, uniforms| {
        attempt(at, [uniforms[2 * at], uniforms[2 * at + 1]])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest distance between the distribution function of draws and `cdf`, halfway in each step.
    fn distance(mut draws: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
        draws.sort_by(f64::total_cmp);
        let n = draws.len() as f64;
        let off = |(i, &k): (usize, &f64)| ((i as f64 + 0.5) / n - cdf(k)).abs();
        draws.iter().enumerate().map(off).fold(0.0, f64::max)
    }

    /// `Φ`, to 1e-7 (Abramowitz & Stegun 7.1.26).
    fn normal_cdf(z: f64) -> f64 {
        let x = z.abs() * std::f64::consts::FRAC_1_SQRT_2;
        let t = 1.0 / (1.0 + 0.327_591_1 * x);
        let polynomial = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
        let tail = 0.5 * polynomial.iter().fold(0.0, |sum, c| (sum + c) * t) * (-x * x).exp();
        if z > 0.0 { 1.0 - tail } else { tail }
    }

    /// Where counts are so large that they are normal, up to a skewness below 1e-3: false alarm 1e-9 each.
    #[test]
    fn large_counts_are_normal() {
        const DRAWS: usize = 20_000;
        // √(log(2/α)/2n) of Dvoretzky, Kiefer & Wolfowitz.
        let radius = ((2.0 / 1e-9f64).ln() / (2.0 * DRAWS as f64)).sqrt();
        for rate in [1e7f64, 1e12, 1e15] {
            let draws = poisson_draws(&vec![rate; DRAWS], DRAWS, &Rng::seed(3));
            let off = distance(draws, |k| normal_cdf((k - rate) / rate.sqrt()));
            assert!(off < radius, "λ = {rate}: {off}");
        }
        for (n, logit) in [(1e8f64, 0.0f64), (1e12, -9.0), (1e15, 3.0)] {
            let draws = binomial_draws(&vec![n; DRAWS], &vec![logit; DRAWS], DRAWS, &Rng::seed(4));
            let p = 1.0 / (1.0 + (-logit).exp());
            let deviation = (n * p * (1.0 - p)).sqrt();
            let off = distance(draws, |k| normal_cdf((k - n * p) / deviation));
            assert!(off < radius, "n = {n}, l = {logit}: {off}");
        }
    }

    /// Whether `n` draws have these probabilities, by the statistic of Pearson with the bound of Laurent & Massart
    /// 2000 (lemma 1) at a false alarm of 1e-9.
    fn follow(draws: &[f64], log_prob: impl Fn(f64) -> f64) -> Result<(), String> {
        let n = draws.len() as f64;
        let highest = draws.iter().copied().fold(0.0, f64::max);
        let mut counts = vec![0.0; highest as usize + 1];
        for &k in draws {
            counts[k as usize] += 1.0;
        }
        let (mut statistic, mut cells, mut rest) = (0.0, 0.0, (n, n));
        let mut add = |observed: f64, expected: f64| {
            statistic += (observed - expected).powi(2) / expected;
            cells += 1.0;
        };
        for (k, &observed) in counts.iter().enumerate() {
            let expected = n * log_prob(k as f64).exp();
            // What is expected less than 20 times is one cell together.
            if expected >= 20.0 {
                add(observed, expected);
                rest = (rest.0 - observed, rest.1 - expected);
            }
        }
        add(rest.0, rest.1);
        let (freedom, x) = (cells - 1.0, 1e9f64.ln());
        let bound = freedom + 2.0 * (freedom * x).sqrt() + 2.0 * x;
        if statistic <= bound { Ok(()) } else { Err(format!("{statistic} above {bound}")) }
    }

    /// Inversion and rejection on both sides of where one takes over from the other, and far beyond.
    #[test]
    fn draws_have_the_probabilities_of_the_family() {
        const DRAWS: usize = 200_000;
        for rate in [9.9, 10.1, 70.0, 900.0] {
            let draws = poisson_draws(&vec![rate; DRAWS], DRAWS, &Rng::seed(3));
            let log_prob = |k: f64| k * rate.ln() - rate - libm::lgamma(k + 1.0);
            follow(&draws, log_prob).unwrap_or_else(|e| panic!("λ = {rate}: {e}"));
        }
        for (n, logit) in [(30.0, -0.8f64), (40.0, -0.9), (21.0, 0.0), (1000.0, 1.5), (5000.0, -3.0)] {
            let draws = binomial_draws(&vec![n; DRAWS], &vec![logit; DRAWS], DRAWS, &Rng::seed(4));
            let [win, lose] = [-logit, logit].map(|l| -l.exp().ln_1p());
            let log_choices =
                |k: f64| libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
            let log_prob = |k: f64| log_choices(k) + k * win + (n - k) * lose;
            follow(&draws, log_prob).unwrap_or_else(|e| panic!("n = {n}, l = {logit}: {e}"));
        }
        let draws = poisson_draws(&vec![70.0; DRAWS], DRAWS, &Rng::seed(3));
        let other = |k: f64| k * 70.4f64.ln() - 70.4 - libm::lgamma(k + 1.0);
        assert!(follow(&draws, other).is_err(), "a rate of another half percent");
    }

    #[test]
    fn parameters_that_are_none_end_in_no_number() {
        let none = [f64::NAN, -1.0];
        assert!(poisson_draws(&none, 1, &Rng::seed(0)).iter().all(|k| k.is_nan()));
        assert!(binomial_draws(&none, &[0.0; 2], 1, &Rng::seed(0)).iter().all(|k| k.is_nan()));
        assert!(binomial_draws(&[5.0], &[f64::NAN], 1, &Rng::seed(0))[0].is_nan());
        let certain = [f64::NEG_INFINITY, -1e4, 1e4, f64::INFINITY];
        assert_eq!(binomial_draws(&[1e9; 4], &certain, 2, &Rng::seed(0)), [0.0, 0.0, 1e9, 1e9]);
        assert_eq!(poisson_draws(&[0.0, 1e-300], 2, &Rng::seed(0)), [0.0, 0.0]);
    }
}
