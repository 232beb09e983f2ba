//! Divergences to the gamma distribution, from the mean and the mean logarithm.

use burn::tensor::Tensor;
use jensen_kernels::scalar;

use super::{infinite_where, inside_of, less_entropy, uniform_log_bend, with_moment};
use crate::host::pointwise;
use crate::rows::Meeting;
use crate::special::{digamma_remainder, log_gamma_remainder, ratio_excess};
use crate::{
    Beta, Entropy, Exponential, Gamma, GumbelShape, KlDivergence, Mean, Moments, Pareto, Uniform, Weibull,
};

/// With `s = r m/c` for a mean `m`, concentration `c` and rate `r`, `Δ = E[log x] − log m` and
/// `R(a) = log Γ(a) − a log a + a` as `c (s − 1 − log s) − (c − 1) Δ + log m + R(c)`: no terms of size
/// `c log c`.
fn cross_entropy_to_gamma(mean: Tensor<2>, log_bend: Tensor<2>, p: &Gamma) -> Tensor<2> {
    let meeting = Meeting::of(mean.dims(), p.concentration().dims());
    let (mean, c) = (meeting.fold(mean), meeting.fold(p.concentration()));
    let ratio = mean.clone() * meeting.fold(p.rate()) / c.clone();
    let excess = c.clone() * ratio_excess(ratio) - (c.clone() - 1.0) * meeting.fold(log_bend);
    meeting.unfold(excess + mean.log() + log_gamma_remainder(c))
}

impl KlDivergence<Gamma> for Exponential {
    /// As from a gamma distribution.
    fn kl_divergence(&self, p: &Gamma) -> Tensor<1> {
        self.to_gamma().kl_divergence(p)
    }
}

impl KlDivergence<Gamma> for Beta {
    fn kl_divergence(&self, p: &Gamma) -> Tensor<1> {
        let alpha = self.alpha();
        // E[log x] = ψ(α) − ψ(α + β)
        let log_bend = digamma_remainder(alpha.clone()) - digamma_remainder(alpha + self.beta());
        less_entropy(cross_entropy_to_gamma(self.mean(), log_bend, p), self.entropy())
    }
}

impl KlDivergence<Gamma> for Weibull {
    fn kl_divergence(&self, p: &Gamma) -> Tensor<1> {
        // E[log x] = log λ − γ/k, with the mean γ of a Gumbel number.
        let log_bend = pointwise(
            [self.concentration()],
            |[k]| -(GumbelShape::MEAN / k + scalar::log_gamma(1.0 + k.recip())),
            |[k], _| [(GumbelShape::MEAN + scalar::digamma(1.0 + k.recip())) / (k * k)],
        );
        less_entropy(cross_entropy_to_gamma(self.mean(), log_bend, p), self.entropy())
    }
}

impl KlDivergence<Gamma> for Pareto {
    /// `+∞`, with gradient 0, where the mean is.
    fn kl_divergence(&self, p: &Gamma) -> Tensor<1> {
        let (tame, has_none) = with_moment(self, 1.0);
        // E[log x] = log m + 1/α
        let log_bend = pointwise(
            [tame.concentration()],
            |[alpha]| (-alpha.recip()).ln_1p() + alpha.recip(),
            |[alpha], _| [1.0 / (alpha * alpha * (alpha - 1.0))],
        );
        let cross_entropy = cross_entropy_to_gamma(tame.mean(), log_bend, p);
        less_entropy(infinite_where(cross_entropy, has_none), tame.entropy())
    }
}

impl KlDivergence<Gamma> for Uniform {
    /// `+∞`, with gradient 0, where the interval reaches below 0.
    fn kl_divergence(&self, p: &Gamma) -> Tensor<1> {
        let below = self.low().lower_elem(0.0);
        let inside = inside_of(self, &below);
        let cross_entropy = cross_entropy_to_gamma(inside.mean(), uniform_log_bend(&inside), p);
        less_entropy(infinite_where(cross_entropy, below), inside.entropy())
    }
}
