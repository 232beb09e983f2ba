//! The Rényi divergence of families of numbers and shares.
//!
//! With `ε = 1 − α` every formula is written in quotients such as `log(1 + εx)/ε` and `(e^{εx} − 1)/ε`,
//! which keep their digits as `ε` goes to 0, so that orders near 1 go over into the divergence of
//! Kullback and Leibler.

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use super::blend::{Blend, VarianceBetween};
use super::distance_from_one;
use crate::continuous_bernoulli::log_sinhc::{above_tangent, langevin_mean_slope};
use crate::host::pointwise;
use crate::rows::{Meeting, sum_event};
use crate::special::mean_decay;
use crate::{
    Beta, ContinuousBernoulli, Dirichlet, Exponential, Gamma, KlDivergence, Laplace, Normal, RenyiDivergence,
};

impl RenyiDivergence for Normal {
    /// `½ (α δ²/v + log(v)/ε) − log r` with `δ = (μ_q − μ_p)/σ_p`, `r = σ_q/σ_p` and `v = α + ε r²`, finite where
    /// `v > 0` (Gil, Alajaji & Linder 2013, "Rényi divergence measures for commonly used univariate continuous
    /// distributions").
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.mean().dims(), p.mean().dims());
        let std = meeting.fold(p.std());
        let distance = (meeting.fold(self.mean()) - meeting.fold(p.mean())) / std.clone();
        let ratio = meeting.fold(self.std()) / std;
        let log_ratio = (meeting.fold(self.log_variance()) - meeting.fold(p.log_variance())) * 0.5;
        let between = VarianceBetween::of(ratio, epsilon);
        let spread = between.log_by_epsilon;
        let per_dim = (distance.square() * alpha / between.value + spread) * 0.5 - log_ratio;
        sum_event(meeting.unfold(per_dim.mask_fill(between.is_outside, f32::INFINITY)))
    }
}

impl RenyiDivergence for Laplace {
    /// With `r = b_q/b_p`, `δ = |μ_q − μ_p|/b_q`, the slopes `a = α` and `c = εr` of the two exponents in units of
    /// `b_q`, `φ(t) = (1 − e^{−t})/t` and `t = |a − c| δ`: finite where `a + c > 0`. Integrated piece by piece,
    ///
    /// `½ ∫ e^{−a|x| − c|x − δ|} dx = e^{−min(a, c) δ} (½ δ φ(t) + ½ (1 + e^{−t})/(a + c))`,
    ///
    /// and `R = −log r − log(…)/ε`. Where `a ≥ c`, in which `ε` may be next to nothing, the bracket is `1 + εg`
    /// with `g = (1 − r + rδ φ(t))/(a + c)`.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.location().dims(), p.location().dims());
        let scale = meeting.fold(self.scale());
        let ratio = scale.clone() / meeting.fold(p.scale());
        let distance = (meeting.fold(self.location()) - meeting.fold(p.location())).abs() / scale;
        let c = ratio.clone() * epsilon;
        let outside = (c.clone() + alpha).lower_equal_elem(0.0);
        let sum = (c.clone() + alpha).mask_fill(outside.clone(), 1.0);
        let is_flatter = c.clone().greater_elem(alpha);
        let t = (c - alpha).abs() * distance.clone();
        let mean_decay = mean_decay(t.clone());

        let growth = (ratio.clone() * (distance.clone() * mean_decay.clone() - 1.0) + 1.0) / sum.clone();
        let growth = (growth * epsilon).mask_fill(outside.clone().bool_or(is_flatter.clone()), 0.0);
        let near = ratio.clone() * distance.clone() - growth.log1p() / epsilon;
        let integral = distance.clone() * mean_decay + (exponential(t.neg()) + 1.0) / sum;
        let far = (distance * alpha - (integral * 0.5).log()) / epsilon;
        let per_dim = near.mask_where(is_flatter, far) - ratio.log();
        sum_event(meeting.unfold(per_dim.mask_fill(outside, f32::INFINITY)))
    }
}

impl RenyiDivergence for Gamma {
    /// With the natural parameters `a_* = α a_q + ε a_p` and `b_* = α b_q + ε b_p`, finite where both are positive.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.concentration().dims(), p.concentration().dims());
        let blend = |q: Tensor<2>, p: Tensor<2>| Blend::of(meeting.fold(q), meeting.fold(p), epsilon);
        let concentration = blend(self.concentration(), p.concentration());
        let rate = blend(self.rate(), p.rate());
        let outside = concentration.is_outside().bool_or(rate.is_outside());
        let per_dim = concentration.gap_of_shares(&rate) + concentration.gap_of_remainders();
        sum_event(meeting.unfold(per_dim.mask_fill(outside, f32::INFINITY)))
    }
}

impl RenyiDivergence for Exponential {
    /// That of gamma distributions of concentration 1.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        self.to_gamma().renyi_divergence(&p.to_gamma(), alpha)
    }
}

impl RenyiDivergence for Beta {
    /// With the natural parameters `α_* = α α_q + ε α_p` and `β_* = α β_q + ε β_p`, finite where both are positive.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.alpha().dims(), p.alpha().dims());
        let blend = |q: Tensor<2>, p: Tensor<2>| Blend::of(meeting.fold(q), meeting.fold(p), epsilon);
        let (up, down) = (blend(self.alpha(), p.alpha()), blend(self.beta(), p.beta()));
        let total = blend(self.alpha() + self.beta(), p.alpha() + p.beta());
        let outside = up.is_outside().bool_or(down.is_outside());
        let of_one = |part: &Blend| part.gap_of_shares(&total) + part.gap_of_remainders();
        let per_dim = of_one(&up) + of_one(&down) - total.gap_of_remainders();
        sum_event(meeting.unfold(per_dim.mask_fill(outside, f32::INFINITY)))
    }
}

impl RenyiDivergence for Dirichlet {
    /// With the natural parameters `α_* = α α_q + ε α_p` of each class, finite where all are positive.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.concentration().dims(), p.concentration().dims());
        let blend = |q: Tensor<2>, p: Tensor<2>| Blend::of(meeting.fold(q), meeting.fold(p), epsilon);
        let part = blend(self.concentration(), p.concentration());
        let whole = blend(self.total(), p.total());
        let of_whole = whole.gap_of_remainders() / self.concentration().dims()[1] as f64;
        let per_class = part.gap_of_shares(&whole) + part.gap_of_remainders() - of_whole;
        sum_event(meeting.unfold(per_class.mask_fill(part.is_outside(), f32::INFINITY)))
    }
}

impl RenyiDivergence for ContinuousBernoulli {
    /// With `S(h) = log (sinh h)/h` of `h = l/2` and `h_* = α h_q + ε h_p` what the tangent of `S` at `h_*` leaves at
    /// `h_p`, and `α/ε` of what it leaves at `h_q`: always finite.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let halves = move |[q, p]: [f64; 2]| (0.5 * q, 0.5 * p, 0.5 * (alpha * q + epsilon * p));
        let meeting = Meeting::of(self.logits().dims(), p.logits().dims());
        let per_dim = pointwise(
            [meeting.fold(self.logits()), meeting.fold(p.logits())],
            |logits| {
                let (q, p, between) = halves(logits);
                above_tangent(between, p) + alpha / epsilon * above_tangent(between, q)
            },
            |logits, _| {
                let (q, p, between) = halves(logits);
                // `h_p − h_*` is `α (h_p − h_q)`, and `h_q − h_*` is `−ε (h_p − h_q)`.
                let change = 0.5 * alpha * (p - q);
                [-change * langevin_mean_slope(between, q), change * langevin_mean_slope(between, p)]
            },
        );
        sum_event(meeting.unfold(per_dim))
    }
}
