//! The Rényi divergence of each family that has one in closed form.
//!
//! With `ε = 1 − α` every formula is written in quotients such as `log(1 + εx)/ε` and `(e^{εx} − 1)/ε`,
//! which keep their digits as `ε` goes to 0, so that orders near 1 go over into the divergence of
//! Kullback and Leibler.

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use super::blend::Blend;
use super::distance_from_one;
use crate::rows::{Meeting, sum_event};
use crate::special::{expm1, log_sigmoid, logsumexp, mean_decay};
use crate::{
    Bernoulli, Beta, Categorical, Exponential, Gamma, KlDivergence, Laplace, Normal, Poisson, RenyiDivergence,
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
        // Below order 1 a sum of positive terms, above it a difference that is exact near 1.
        let change = (ratio.clone() - 1.0) * (ratio.clone() + 1.0) * epsilon;
        let precision = if epsilon > 0.0 { ratio.square() * epsilon + alpha } else { change.clone() + 1.0 };
        let outside = precision.clone().lower_equal_elem(0.0);
        let precision = precision.mask_fill(outside.clone(), 1.0);
        let is_far = change.clone().abs().greater_elem(0.5);
        let near = change.mask_fill(is_far.clone(), 0.0).log1p();
        let spread = near.mask_where(is_far, precision.clone().log()) / epsilon;
        let per_dim = (distance.square() * alpha / precision + spread) * 0.5 - log_ratio;
        sum_event(meeting.unfold(per_dim.mask_fill(outside, f32::INFINITY)))
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

impl RenyiDivergence for Poisson {
    /// `λ_q (e^{−Δ} − 1 − (e^{−εΔ} − 1)/ε)` with `Δ = log λ_q − log λ_p`, always finite.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.log_rate().dims(), p.log_rate().dims());
        let q = meeting.fold(self.log_rate());
        let back = meeting.fold(p.log_rate()) - q.clone();
        sum_event(meeting.unfold(growth(q.clone(), back.clone()) - growth(q, back * epsilon) / epsilon))
    }
}

/// `e^{a + b} − eᵃ`, for small `b` as `eᵃ (eᵇ − 1)`, which may overflow in one factor for large.
fn growth(a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
    let is_large = b.clone().abs().greater_elem(1.0);
    let small = b.clone().mask_fill(is_large.clone(), 0.0);
    let near = exponential(a.clone()) * expm1(small);
    near.mask_where(is_large, exponential(a.clone() + b) - exponential(a))
}

impl RenyiDivergence for Categorical {
    /// `−log Σ_c q_c (p_c/q_c)^ε / ε`, always finite.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.log_probs().dims(), p.log_probs().dims());
        let unfold = |t: Tensor<2>| meeting.unfold(meeting.fold(t));
        of_finite(unfold(self.log_probs()), unfold(p.log_probs()), epsilon)
    }
}

impl RenyiDivergence for Bernoulli {
    /// That of two categories in each dimension.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.logits().dims(), p.logits().dims());
        let pairs = |logits: Tensor<2>| {
            let logits = meeting.unfold(meeting.fold(logits));
            let [rows, event] = logits.dims();
            let logits = logits.reshape([rows * event, 1]);
            (Tensor::cat(vec![log_sigmoid(logits.clone()), log_sigmoid(logits.neg())], 1), [rows, event])
        };
        let ((q, shape), (p, _)) = (pairs(self.logits()), pairs(p.logits()));
        sum_event(of_finite(q, p, epsilon).reshape(shape))
    }
}

/// `−log Σ_c q_c e^{ε d_c} / ε` with `d = log p − log q`, of each row: where all `ε d` are small as
/// `−log(1 + Σ_c q_c (e^{ε d_c} − 1))/ε`.
fn of_finite(log_q: Tensor<2>, log_p: Tensor<2>, epsilon: f64) -> Tensor<1> {
    const SMALL: f64 = 0.5;
    let [rows, _] = log_q.dims();
    let tilt = (log_p - log_q.clone()) * epsilon;
    let is_large = tilt.clone().abs().max_dim(1).greater_elem(SMALL);
    let everywhere = is_large.clone().expand(tilt.dims());
    let small = tilt.clone().mask_fill(everywhere, 0.0);
    let near = (log_q.clone().exp() * expm1(small)).sum_dim(1).log1p();
    near.mask_where(is_large, logsumexp(log_q + tilt, 1)).reshape([rows]) / -epsilon
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
