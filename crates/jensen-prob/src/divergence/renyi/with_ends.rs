//! The Rényi divergence of families whose support has an end that is a parameter.
//!
//! Below order 1 it is finite wherever the supports have a part in common, from 1 on only where that of `q`
//! lies in that of `p`.

use burn::tensor::Tensor;

use super::distance_from_one;
use crate::rows::{Meeting, sum_event};
use crate::special::log_ratio;
use crate::{Exponential, KlDivergence, Pareto, RenyiDivergence, Uniform};

impl RenyiDivergence for Uniform {
    /// `log(w_p/w_q) + log(w_q/w)/ε` with the widths `w` and that of the common part.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.low().dims(), p.low().dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let ([low_q, high_q], [low_p, high_p]) =
            ([self.low(), self.high()].map(fold), [p.low(), p.high()].map(fold));
        let widths = fold(p.width()) / fold(self.width());
        let shape = widths.dims();
        let [low_q, high_q, low_p, high_p] = [low_q, high_q, low_p, high_p].map(|end| end.expand(shape));
        let common = high_q.clone().min_pair(high_p.clone()) - low_q.clone().max_pair(low_p.clone());
        let outside = if epsilon > 0.0 {
            common.clone().lower_equal_elem(0.0)
        } else {
            low_q.lower(low_p).bool_or(high_q.greater(high_p))
        };
        let common = common.mask_fill(outside.clone(), 1.0);
        let per_dim = widths.log() + (fold(self.width()) / common).log() / epsilon;
        sum_event(meeting.unfold(per_dim.mask_fill(outside, f32::INFINITY)))
    }
}

impl RenyiDivergence for Pareto {
    /// With `y = log x`, an exponential number of rate `α` from `log m` on, that of the exponential numbers
    /// and `α_p log(m_q/m_p)`, or `(1 − ε)/ε α_q log(m_p/m_q)` where `p` begins later.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.concentration().dims(), p.concentration().dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let [rate_q, rate_p] = [self, p].map(|d| fold(d.concentration()));
        let apart = log_ratio(fold(self.scale()), fold(p.scale()), fold(p.scale()).log());
        let is_below = apart.clone().lower_elem(0.0);
        let above = rate_p * apart.clone().mask_fill(is_below.clone(), 0.0);
        let of_scales = if epsilon > 0.0 {
            let lost = rate_q * apart.mask_fill(is_below.bool_not(), 0.0) * ((epsilon - 1.0) / epsilon);
            above + lost
        } else {
            above.mask_fill(is_below, f32::INFINITY)
        };
        let [q, p] = [self, p].map(|d| Exponential::new(d.concentration()));
        q.renyi_divergence(&p, alpha) + sum_event(meeting.unfold(of_scales))
    }
}
