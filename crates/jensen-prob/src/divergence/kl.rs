//! Exact divergences between different families, those of PyTorch and a few more.
//!
//! As `KL(q ‖ p) = E_q[−log p(x)] − H(q)`. Where a value of `q` can lie outside the support of `p` the
//! divergence is `+∞` whatever the parameters, and the pair has no implementation.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, LN_2};

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use crate::rows::{Meeting, sum_event};
use crate::special::HALF_LOG_TAU;
use crate::special::{digamma_remainder, log_gamma_remainder, ratio_excess};
use crate::{
    Bernoulli, Beta, ContinuousBernoulli, Entropy, Exponential, Gamma, Gumbel, HalfNormal, KlDivergence,
    Laplace, LocationScale, LogNormal, Mean, Moments, Normal, Pareto, Poisson, Uniform, Variance, Weibull,
};

/// `Σ_d E_q[−log p(x_d)] − H(q)`, with the rows of the cross entropy `[rows, event]`, which are as many as
/// those of the entropy or more.
fn less_entropy(cross_entropy: Tensor<2>, entropy: Tensor<1>) -> Tensor<1> {
    let (cross_entropy, [rows]) = (sum_event(cross_entropy), entropy.dims());
    let [larger] = cross_entropy.dims();
    let excess = cross_entropy.reshape([larger / rows, rows]) - entropy.reshape([1, rows]);
    excess.reshape([larger])
}

/// `log σ + ½ log 2π + ½ (s² + (m − μ)²)/σ²` of a mean `m` and a deviation `s`, each `[rows, event]`.
fn cross_entropy_to_normal(mean: Tensor<2>, deviation: Tensor<2>, p: &Normal) -> Tensor<2> {
    let meeting = Meeting::of(mean.dims(), p.mean().dims());
    let std = meeting.fold(p.std());
    let distance = (meeting.fold(mean) - meeting.fold(p.mean())) / std.clone();
    let ratio = meeting.fold(deviation) / std;
    let log_std = meeting.fold(p.log_variance()) * 0.5;
    meeting.unfold((ratio.square() + distance.square()) * 0.5 + log_std + HALF_LOG_TAU)
}

/// From any family of one shape with a variance, such as Laplace, logistic and Gumbel.
impl<S: Moments> KlDivergence<Normal> for LocationScale<S> {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let cross_entropy = cross_entropy_to_normal(self.mean(), self.scale() * S::VARIANCE.sqrt(), p);
        less_entropy(cross_entropy, self.entropy())
    }
}

impl KlDivergence<Normal> for Gamma {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let deviation = self.concentration().sqrt() / self.rate();
        less_entropy(cross_entropy_to_normal(self.mean(), deviation, p), self.entropy())
    }
}

impl KlDivergence<Normal> for Beta {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let total = self.alpha() + self.beta();
        // Each root by itself: their product may be below the smallest number.
        let roots = self.mean().sqrt() * (self.beta() / total.clone()).sqrt();
        let deviation = roots / (total + 1.0).sqrt();
        less_entropy(cross_entropy_to_normal(self.mean(), deviation, p), self.entropy())
    }
}

impl KlDivergence<Normal> for Exponential {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        less_entropy(cross_entropy_to_normal(self.mean(), self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Normal> for HalfNormal {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let deviation = self.scale() * (1.0 - FRAC_2_PI).sqrt();
        less_entropy(cross_entropy_to_normal(self.mean(), deviation, p), self.entropy())
    }
}

impl KlDivergence<Normal> for Uniform {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let deviation = (self.high() - self.low()) / 12f64.sqrt();
        less_entropy(cross_entropy_to_normal(self.mean(), deviation, p), self.entropy())
    }
}

impl KlDivergence<Normal> for ContinuousBernoulli {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        less_entropy(cross_entropy_to_normal(self.mean(), self.variance().sqrt(), p), self.entropy())
    }
}

impl KlDivergence<Laplace> for Normal {
    /// `log 2b + E|x − μ_p| / b − H(q)`, where with `d = μ_q − μ_p` the mean of the folded normal
    /// distribution is `E|x − μ_p| = σ √(2/π) e^{−d²/2σ²} + d erf(d/σ√2)` (Leone, Nelson & Nottingham 1961).
    fn kl_divergence(&self, p: &Laplace) -> Tensor<1> {
        const ROOT_2_OVER_PI: f64 = 0.797_884_560_802_865_4;
        let location = self.mean();
        let meeting = Meeting::of(location.dims(), p.location().dims());
        let (std, scale) = (meeting.fold(self.std()), meeting.fold(p.scale()));
        let distance = meeting.fold(location) - meeting.fold(p.location());
        let standardised = distance.clone() / std.clone() * FRAC_1_SQRT_2;
        let near = std * exponential(standardised.clone().square().neg()) * ROOT_2_OVER_PI;
        let error = (near + distance * standardised.erf()) / scale;
        less_entropy(meeting.unfold(error + meeting.fold(p.log_scale()) + LN_2), self.entropy())
    }
}

impl KlDivergence<Gumbel> for Normal {
    /// `log β + δ + e^{−δ + r²/2} − H(q)` with `δ = (μ_q − μ_p)/β` and `r = σ/β`: `+∞` where the exponential
    /// leaves the range of numbers.
    fn kl_divergence(&self, p: &Gumbel) -> Tensor<1> {
        let location = self.mean();
        let meeting = Meeting::of(location.dims(), p.location().dims());
        let scale = meeting.fold(p.scale());
        let distance = (meeting.fold(location) - meeting.fold(p.location())) / scale.clone();
        let ratio = meeting.fold(self.std()) / scale;
        let overlap = exponential(ratio.square() * 0.5 - distance.clone());
        less_entropy(meeting.unfold(distance + overlap + meeting.fold(p.log_scale())), self.entropy())
    }
}

impl KlDivergence<Gumbel> for Gamma {
    /// `log s + δ + e^{−δ + α (t − log(1 + t))} − H(q)` with the scale `s`, `δ = (α/β − μ)/s` and `t = 1/βs`,
    /// since `E[e^{−x/s}] = (1 + t)^{−α}`: `+∞` where the exponential leaves the range of numbers.
    fn kl_divergence(&self, p: &Gumbel) -> Tensor<1> {
        let mean = self.mean();
        let meeting = Meeting::of(mean.dims(), p.location().dims());
        let scale = meeting.fold(p.scale());
        let distance = (meeting.fold(mean) - meeting.fold(p.location())) / scale.clone();
        let t = (meeting.fold(self.rate()) * scale).recip();
        let bend = meeting.fold(self.concentration()) * (t.clone() - t.log1p());
        let overlap = exponential(bend - distance.clone());
        less_entropy(meeting.unfold(distance + overlap + meeting.fold(p.log_scale())), self.entropy())
    }
}

impl KlDivergence<Gumbel> for Exponential {
    /// As from a gamma distribution.
    fn kl_divergence(&self, p: &Gumbel) -> Tensor<1> {
        self.to_gamma().kl_divergence(p)
    }
}

impl KlDivergence<Gamma> for Exponential {
    /// As from a gamma distribution.
    fn kl_divergence(&self, p: &Gamma) -> Tensor<1> {
        self.to_gamma().kl_divergence(p)
    }
}

impl KlDivergence<Exponential> for Gamma {
    /// As to a gamma distribution.
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        self.kl_divergence(&p.to_gamma())
    }
}

/// `λ m − log λ` of a mean `m`, `[rows, event]`.
fn cross_entropy_to_exponential(mean: Tensor<2>, p: &Exponential) -> Tensor<2> {
    let meeting = Meeting::of(mean.dims(), p.rate().dims());
    meeting.unfold(meeting.fold(mean) * meeting.fold(p.rate()) - meeting.fold(p.log_rate()))
}

impl KlDivergence<Exponential> for Beta {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Exponential> for HalfNormal {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Exponential> for LogNormal {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Exponential> for Weibull {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

/// `+∞` where the mean is.
impl KlDivergence<Exponential> for Pareto {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Exponential> for ContinuousBernoulli {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Gamma> for Beta {
    /// With `m = α/n`, `s = r m/c` for concentration `c` and rate `r`, `Δ = E[log x] − log m = D(α) − D(n)`,
    /// `D(a) = ψ(a) − log a` and `R(a) = log Γ(a) − a log a + a` as
    /// `c (s − 1 − log s) − (c − 1) Δ + log m + R(c) − H(q)`: no terms of size `c log c`.
    fn kl_divergence(&self, p: &Gamma) -> Tensor<1> {
        let alpha = self.alpha();
        let meeting = Meeting::of(alpha.dims(), p.concentration().dims());
        let log_bend =
            meeting.fold(digamma_remainder(alpha.clone()) - digamma_remainder(alpha + self.beta()));
        let (mean, c) = (meeting.fold(self.mean()), meeting.fold(p.concentration()));
        let ratio = mean.clone() * meeting.fold(p.rate()) / c.clone();
        let excess = c.clone() * ratio_excess(ratio) - (c.clone() - 1.0) * log_bend;
        less_entropy(meeting.unfold(excess + mean.log() + log_gamma_remainder(c)), self.entropy())
    }
}

impl KlDivergence<Poisson> for Bernoulli {
    /// `Σ_d λ_d − σ(l_d) log λ_d − H(q)`, since `x! = 1`.
    fn kl_divergence(&self, p: &Poisson) -> Tensor<1> {
        let (chance, log_rate) = (self.mean(), p.log_rate());
        let meeting = Meeting::of(chance.dims(), log_rate.dims());
        let log_rate = meeting.fold(log_rate);
        let cross_entropy = exponential(log_rate.clone()) - meeting.fold(chance) * log_rate;
        less_entropy(meeting.unfold(cross_entropy), self.entropy())
    }
}
