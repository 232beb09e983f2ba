//! Divergences to families of real numbers other than the normal one.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2};

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use super::less_entropy;
use crate::rows::Meeting;
use crate::special::mean_decay;
use crate::{Entropy, Exponential, Gamma, Gumbel, KlDivergence, Laplace, Mean, Normal, Uniform};

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

impl KlDivergence<Gumbel> for Uniform {
    /// `log s + δ + e^{−(a − μ)/s} φ(w/s) − H(q)` with the scale `s`, `δ = ((a + b)/2 − μ)/s`, `w = b − a`
    /// and `φ(t) = (1 − e^{−t})/t`: `+∞` where the exponential leaves the range of numbers.
    fn kl_divergence(&self, p: &Gumbel) -> Tensor<1> {
        let meeting = Meeting::of(self.low().dims(), p.location().dims());
        let scale = meeting.fold(p.scale());
        let [low, mean] = [self.low(), self.mean()]
            .map(|at| (meeting.fold(at) - meeting.fold(p.location())) / scale.clone());
        let overlap = exponential(low.neg()) * mean_decay(meeting.fold(self.width()) / scale);
        less_entropy(meeting.unfold(mean + overlap + meeting.fold(p.log_scale())), self.entropy())
    }
}
