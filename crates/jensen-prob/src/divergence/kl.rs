//! Exact divergences between different families: those of PyTorch and of TensorFlow Probability, and a few
//! more.
//!
//! As `KL(q ‖ p) = E_q[−log p(x)] − H(q)`. Where a value of `q` can lie outside the support of `p` whatever
//! the parameters, the divergence is `+∞` and the pair has no implementation. Where that depends on the
//! parameters, as for an interval, or where a moment that it takes is infinite, it is `+∞` with gradient 0.

mod to_exponential;
mod to_gamma;
mod to_interval;
mod to_normal;
mod to_pareto;
mod to_poisson;
mod to_real;

use burn::tensor::{Bool, Tensor};

use crate::host::pointwise;
use crate::rows::sum_event;
use crate::{Pareto, Uniform};

/// `Σ_d E_q[−log p(x_d)] − H(q)`, with the rows of the cross entropy `[rows, event]`, which are as many as
/// those of the entropy or more.
fn less_entropy(cross_entropy: Tensor<2>, entropy: Tensor<1>) -> Tensor<1> {
    let (cross_entropy, [rows]) = (sum_event(cross_entropy), entropy.dims());
    let [larger] = cross_entropy.dims();
    let excess = cross_entropy.reshape([larger / rows, rows]) - entropy.reshape([1, rows]);
    excess.reshape([larger])
}

/// Numbers of rows of `q` or of more, `+∞` with gradient 0 where the mask of the rows of `q` says so.
fn infinite_where(per_dim: Tensor<2>, mask: Tensor<2, Bool>) -> Tensor<2> {
    let times = per_dim.dims()[0] / mask.dims()[0];
    per_dim.mask_fill(if times == 1 { mask } else { mask.repeat_dim(0, times) }, f32::INFINITY)
}

/// The same but for concentrations at which the moment of this order is infinite, in whose place another
/// stands, and where they are.
fn with_moment(q: &Pareto, order: f64) -> (Pareto, Tensor<2, Bool>) {
    let concentration = q.concentration();
    let has_none = concentration.clone().lower_equal_elem(order);
    (Pareto::new(concentration.mask_fill(has_none.clone(), order + 1.0), q.scale()), has_none)
}

/// The same but for intervals that are outside, in whose place another stands.
fn inside_of(q: &Uniform, is_outside: &Tensor<2, Bool>) -> Uniform {
    let [low, high] =
        [(q.low(), 0.25), (q.high(), 0.75)].map(|(end, other)| end.mask_fill(is_outside.clone(), other));
    Uniform::new(low, high)
}

/// `E[log x] − log m` of positive numbers that are all alike between two ends, with `m` their middle and `r`
/// the half of their width in units of it: `((1 + r) log(1 + r) − (1 − r) log(1 − r))/2r − 1`, between 0 and
/// `log 2 − 1`.
///
/// Its slope is infinite at a lower end of 0, where that of the smallest normal number stands for it.
fn uniform_log_bend(q: &Uniform) -> Tensor<2> {
    let ratio = |low: f64, high: f64| (high - low) / (high + low);
    let bend = |low: f64, high: f64| {
        let (r, rest) = (ratio(low, high), 2.0 * low / (high + low));
        if r == 0.0 {
            return 0.0;
        }
        // Both terms are near r where it is small.
        let falling = if rest == 0.0 { 0.0 } else { rest * if r < 0.5 { (-r).ln_1p() } else { rest.ln() } };
        0.5 * ((1.0 + r) * r.ln_1p() - falling) / r - 1.0
    };
    // 1/r − artanh(r)/r²
    let slope = |low: f64, high: f64| {
        let r = ratio(low, high);
        if r < 0.03 {
            return -r
                * (1.0 / 3.0
                    + r * r * (1.0 / 5.0 + r * r * (1.0 / 7.0 + r * r * (1.0 / 9.0 + r * r / 11.0))));
        }
        let artanh = 0.5 * (high / low.max(f64::from(f32::MIN_POSITIVE))).ln();
        (1.0 - artanh / r) / r
    };
    pointwise(
        [q.low(), q.high()],
        |[low, high]| bend(low, high),
        |[low, high], _| {
            let by_ratio = slope(low, high) * 2.0 / (low + high).powi(2);
            [-high * by_ratio, low * by_ratio]
        },
    )
}
