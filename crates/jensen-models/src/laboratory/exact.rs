//! Exact gradients: by summing over the values of discrete latents, or by quadrature.

use jensen_infer::objective::PowerMean;

/// The gradient of `E[F_p(w_1, …, w_K)]` for the logits of independent bits, given `log p(x, z) ` for each of the `2^d`
/// values, where `β log q(z)` is taken off each: central differences of the sum over all `K`-tuples, in `f64`.
pub(super) fn bits(
    mean: PowerMean,
    samples: usize,
    beta: f64,
    logits: &[f64],
    log_joint: &[f64],
) -> Vec<f64> {
    let value = |logits: &[f64]| {
        let log_q: Vec<f64> = (0..log_joint.len()).map(|z| log_prob(logits, z)).collect();
        let log_weights: Vec<f64> = log_joint.iter().zip(&log_q).map(|(p, q)| p - beta * q).collect();
        expectation(mean, samples, &log_q, &log_weights)
    };
    let step = 1e-4;
    let slope = |d: usize| {
        let at = |by: f64| {
            let mut moved = logits.to_vec();
            moved[d] += by;
            value(&moved)
        };
        // Of fourth order: the error is that of rounding.
        (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step)
    };
    (0..logits.len()).map(slope).collect()
}

/// `log q(z)`; dimension `d` of value `z` is bit `d` of it.
fn log_prob(logits: &[f64], z: usize) -> f64 {
    let of_bit = |(d, l): (usize, &f64)| {
        let s = if (z >> d) & 1 == 1 { *l } else { -*l };
        -(-s).exp().ln_1p()
    };
    logits.iter().enumerate().map(of_bit).sum()
}

/// `Σ q(z_1) … q(z_K) F_p`; for the additive mean one sum is enough.
fn expectation(mean: PowerMean, samples: usize, log_q: &[f64], log_weights: &[f64]) -> f64 {
    if mean.is_additive() || samples == 1 {
        return log_q.iter().zip(log_weights).map(|(q, w)| q.exp() * w).sum();
    }
    assert_eq!(samples, 2, "pairs are summed over, more would be too many");
    let p = mean.order;
    let pair = |a: usize, b: usize| {
        let (x, y) = (p * log_weights[a], p * log_weights[b]);
        let largest = x.max(y);
        (largest + (0.5 * ((x - largest).exp() + (y - largest).exp())).ln()) / p
    };
    let all = 0..log_q.len();
    all.clone().map(|a| all.clone().map(|b| (log_q[a] + log_q[b]).exp() * pair(a, b)).sum::<f64>()).sum()
}

/// `E[f(ε_1, ε_2)]` for two standard normal numbers, by the trapezoidal rule, which converges faster than any power here.
pub(super) fn normal_pairs(f: impl Fn(f64, f64) -> f64) -> f64 {
    const POINTS: i32 = 120;
    const STEP: f64 = 0.15;
    let density = |x: f64| (-0.5 * x * x).exp() * STEP / std::f64::consts::TAU.sqrt();
    let nodes: Vec<f64> = (-POINTS / 2..=POINTS / 2).map(|i| f64::from(i) * STEP).collect();
    nodes.iter().map(|&a| density(a) * nodes.iter().map(|&b| density(b) * f(a, b)).sum::<f64>()).sum()
}
