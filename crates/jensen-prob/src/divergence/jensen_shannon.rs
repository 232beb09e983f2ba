//! The divergence of Jensen and Shannon.

use std::f64::consts::LN_2;

use burn::tensor::Tensor;

use crate::Enumerable;
use crate::rows::meet_rows;
use crate::special::softplus;

/// `JS(q, p) = ½ KL(q ‖ m) + ½ KL(p ‖ m)` with `m = ½(q + p)` of each row in nats, between 0 and `log 2` (Lin
/// 1991, "Divergence measures based on the Shannon entropy"): a sum over all values of a finite family.
///
/// Of other families it has no closed form; [`estimate_jensen_shannon`](crate::estimate_jensen_shannon)
/// estimates it.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Bernoulli, jensen_shannon_divergence};
///
/// let certain = |logit: f32| Bernoulli::from_logits(Tensor::full([1, 1], logit, &Device::flex()));
/// let apart = jensen_shannon_divergence(&certain(90.0), &certain(-90.0)).into_scalar::<f32>();
/// assert!((apart - 2f32.ln()).abs() < 1e-6);
/// ```
///
/// # Panics
/// If the row counts do not divide one another, or there are too many values to enumerate.
pub fn jensen_shannon_divergence<D: Enumerable>(q: &D, p: &D) -> Tensor<1> {
    let (rows, _) = meet_rows(q.rows(), p.rows());
    let values = if q.rows() == rows { q.enumerate() } else { p.enumerate() };
    let (log_q, log_p) = (q.log_prob(&values), p.log_prob(&values));
    let sum = log_q.clone().exp() * excess(log_q.clone(), log_p.clone())
        + log_p.clone().exp() * excess(log_p, log_q);
    let [terms] = sum.dims();
    sum.reshape([terms / rows, rows]).sum_dim(0).reshape([rows]) * 0.5
}

/// `log a/m` with `m = ½(a + b)`: `log 2 − softplus(log b − log a)`, at most `log 2`.
pub(super) fn excess(log_a: Tensor<1>, log_b: Tensor<1>) -> Tensor<1> {
    softplus(log_b - log_a).neg() + LN_2
}
