//! The Rényi divergence of choices and counts.

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use super::distance_from_one;
use crate::rows::{Meeting, sum_event};
use crate::special::{expm1, log_sigmoid, logsumexp};
use crate::{
    Bernoulli, Binomial, Categorical, Geometric, KlDivergence, Multinomial, OneHotCategorical, Poisson,
    RenyiDivergence,
};

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
        of_categories(self.log_probs(), p.log_probs(), epsilon)
    }
}

impl RenyiDivergence for OneHotCategorical {
    /// That of the categories.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        of_categories(self.log_probs(), p.log_probs(), epsilon)
    }
}

/// Of equal total counts; not a number where they differ, where there is no closed form.
impl RenyiDivergence for Multinomial {
    /// `n` times that of one trial.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let of_one = of_categories(self.log_probs(), p.log_probs(), epsilon);
        let [q, p] = [self, p].map(|d| d.total_count().narrow(1, 0, 1));
        let meeting = Meeting::of(q.dims(), p.dims());
        let [rows] = of_one.dims();
        of_one * meeting.unfold(common_count(meeting.fold(q), meeting.fold(p))).reshape([rows])
    }
}

/// The count of both sides, not a number where they differ.
fn common_count(q: Tensor<2>, p: Tensor<2>) -> Tensor<2> {
    let difference = p - q.clone();
    q + difference.clone().mask_fill(difference.not_equal_elem(0.0), f64::NAN)
}

/// Of logarithms of probabilities, `[rows, categories]`.
fn of_categories(log_q: Tensor<2>, log_p: Tensor<2>, epsilon: f64) -> Tensor<1> {
    let meeting = Meeting::of(log_q.dims(), log_p.dims());
    let unfold = |t: Tensor<2>| meeting.unfold(meeting.fold(t));
    of_finite(unfold(log_q), unfold(log_p), epsilon)
}

impl RenyiDivergence for Bernoulli {
    /// That of two categories in each dimension.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        sum_event(of_bits(self.logits(), p.logits(), epsilon))
    }
}

/// Of equal total counts; not a number where they differ, where there is no closed form.
impl RenyiDivergence for Binomial {
    /// `n` times that of one trial in each dimension.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.logits().dims(), p.logits().dims());
        let count = common_count(meeting.fold(self.total_count()), meeting.fold(p.total_count()));
        sum_event(of_bits(self.logits(), p.logits(), epsilon) * meeting.unfold(count))
    }
}

/// Of the logits of bits, for each dimension.
fn of_bits(q: Tensor<2>, p: Tensor<2>, epsilon: f64) -> Tensor<2> {
    let meeting = Meeting::of(q.dims(), p.dims());
    let pairs = |logits: Tensor<2>| {
        let logits = meeting.unfold(meeting.fold(logits));
        let [rows, event] = logits.dims();
        let logits = logits.reshape([rows * event, 1]);
        (Tensor::cat(vec![log_sigmoid(logits.clone()), log_sigmoid(logits.neg())], 1), [rows, event])
    };
    let ((q, shape), (p, _)) = (pairs(q), pairs(p));
    of_finite(q, p, epsilon).reshape(shape)
}

impl RenyiDivergence for Geometric {
    /// With `u = −log σ(−l)`, what a failure takes of the logarithm, `Δ = u_p − u_q` and the log-chances of a
    /// success `b`, as `b_q − b_p + log(1 + (1 − e^{−εΔ}) e^{−l_q})/ε`: finite where `u_q + εΔ > 0`, that is
    /// where the argument is positive.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.logits().dims(), p.logits().dims());
        let (q, p) = (meeting.fold(self.logits()), meeting.fold(p.logits()));
        let failures = (log_sigmoid(q.clone().neg()) - log_sigmoid(p.clone().neg())) * epsilon;
        let growth = expm1(failures.neg()).neg() * exponential(q.clone().neg());
        let outside = growth.clone().lower_equal_elem(-1.0);
        let spread = growth.mask_fill(outside.clone(), 0.0).log1p() / epsilon;
        let per_dim = log_sigmoid(q) - log_sigmoid(p) + spread;
        sum_event(meeting.unfold(per_dim.mask_fill(outside, f32::INFINITY)))
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
