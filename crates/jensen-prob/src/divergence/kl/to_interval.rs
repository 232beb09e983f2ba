//! Divergences to families of numbers in an interval.

use burn::tensor::{Bool, Tensor};

use super::{infinite_where, inside_of, less_entropy, uniform_log_bend};
use crate::rows::Meeting;
use crate::special::{log_gamma_remainder, ratio_excess};
use crate::{Beta, ContinuousBernoulli, Entropy, Factorized, KlDivergence, Mean, Uniform};

/// Where an interval reaches beyond `[0, 1]`.
fn is_beyond_shares(q: &Uniform) -> Tensor<2, Bool> {
    q.low().lower_elem(0.0).bool_or(q.high().greater_elem(1.0))
}

impl KlDivergence<Beta> for Uniform {
    /// With the means `m` of `q` and `α/n` of `p`, `n = α + β`, `s = mn/α`, `Δ = E[log x] − log m`, the same
    /// of `1 − x` primed, and `R(a) = log Γ(a) − a log a + a` as `α (s − 1 − log s − Δ) + Δ + log m + R(α)`
    /// and its like, less `R(n) + H(q)`: no terms of size `n log n`, and none that cancel. `+∞`, with
    /// gradient 0, where the interval reaches beyond `[0, 1]`.
    fn kl_divergence(&self, p: &Beta) -> Tensor<1> {
        let is_outside = is_beyond_shares(self);
        let up = inside_of(self, &is_outside);
        let down = Uniform::new(up.high().neg() + 1.0, up.low().neg() + 1.0);
        let meeting = Meeting::of(self.low().dims(), p.alpha().dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let total = fold(p.alpha()) + fold(p.beta());
        let of_side = |side: Uniform, concentration: Tensor<2>| {
            let (mean, bend, concentration) =
                (fold(side.mean()), fold(uniform_log_bend(&side)), fold(concentration));
            let ratio = mean.clone() * (total.clone() / concentration.clone());
            let excess = concentration.clone() * (ratio_excess(ratio) - bend.clone());
            excess + bend + mean.log() + log_gamma_remainder(concentration)
        };
        let of_sides = of_side(up, p.alpha()) + of_side(down, p.beta());
        let cross_entropy = meeting.unfold(of_sides - log_gamma_remainder(total.clone()));
        less_entropy(infinite_where(cross_entropy, is_outside), self.entropy())
    }
}

/// The logarithm of its density is linear on `[0, 1]`, and so its mean is its value at the mean.
fn cross_entropy_to_continuous_bernoulli(mean: &Tensor<2>, p: &ContinuousBernoulli) -> Tensor<2> {
    p.log_prob_per_dim(mean).neg()
}

impl KlDivergence<ContinuousBernoulli> for Beta {
    fn kl_divergence(&self, p: &ContinuousBernoulli) -> Tensor<1> {
        less_entropy(cross_entropy_to_continuous_bernoulli(&self.mean(), p), self.entropy())
    }
}

impl KlDivergence<ContinuousBernoulli> for Uniform {
    /// `+∞`, with gradient 0, where the interval reaches beyond `[0, 1]`.
    fn kl_divergence(&self, p: &ContinuousBernoulli) -> Tensor<1> {
        let is_outside = is_beyond_shares(self);
        let mean = inside_of(self, &is_outside).mean();
        let cross_entropy = cross_entropy_to_continuous_bernoulli(&mean, p);
        less_entropy(infinite_where(cross_entropy, is_outside), self.entropy())
    }
}

/// `log(b − a)` of numbers in `[0, 1]`, in as many rows as meet those of `q`: `+∞`, with gradient 0, where
/// the interval does not hold it.
fn cross_entropy_of_shares(q: &Tensor<2>, p: &Uniform) -> Tensor<2> {
    let meeting = Meeting::of(q.dims(), p.low().dims());
    let does_not_hold = p.low().greater_elem(0.0).bool_or(p.high().lower_elem(1.0));
    let cross_entropy = p.width().log().mask_fill(does_not_hold, f32::INFINITY);
    meeting.unfold(meeting.fold(q.clone().inner().zeros_like()) + meeting.fold(cross_entropy))
}

impl KlDivergence<Uniform> for Beta {
    /// `+∞`, with gradient 0, where the interval does not hold `[0, 1]`.
    fn kl_divergence(&self, p: &Uniform) -> Tensor<1> {
        less_entropy(cross_entropy_of_shares(&self.alpha(), p), self.entropy())
    }
}

impl KlDivergence<Uniform> for ContinuousBernoulli {
    /// `+∞`, with gradient 0, where the interval does not hold `[0, 1]`.
    fn kl_divergence(&self, p: &Uniform) -> Tensor<1> {
        less_entropy(cross_entropy_of_shares(&self.logits(), p), self.entropy())
    }
}
