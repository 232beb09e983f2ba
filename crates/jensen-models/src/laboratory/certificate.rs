//! Bias, variance and cost of an estimator.

use std::time::Instant;

use burn::module::Module;
use burn::tensor::Tensor;
use jensen_infer::estimator::{Estimator, Problem, Sampling};
use jensen_infer::objective::Objective;
use jensen_infer::{Evidence, Guide, InferError, JointModel};
use serde::Serialize;

use super::key;

/// Calls after which an estimator that has always said the same is believed to be exact.
const ENOUGH_OF_THE_SAME: usize = 10;

/// How much is drawn for a certificate.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Estimates of each example's gradient.
    pub draws: usize,
    /// Updates of what the estimator itself learns before it is measured; it learns nothing then.
    pub preparation: usize,
    /// Samples of the posterior for each estimate, `K`.
    pub samples: usize,
}

/// What is known of an estimator on a problem: of its gradient for the posterior's parameters, a mean over examples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Certificate {
    /// The distance of the mean estimate from the exact gradient, `√Σ_i (ḡ_i − g_i)²`; without bias about as large as
    /// its standard error.
    pub bias: f64,
    /// The standard error of that distance, `√(Σ_i s_i² / n)`.
    pub bias_stderr: f64,
    /// The largest `|ḡ_i − g_i|` in standard errors of its own.
    pub worst_deviation: f64,
    /// The variance of one estimate, `Σ_i s_i²`.
    pub variance: f64,
    /// The length of the exact gradient over the deviation of one estimate.
    pub snr: f64,
    /// The time of one call for all rows: forward, backward, the gradients of what the estimator itself learns, and reading
    /// the result.
    pub seconds_per_step: f64,
    /// Rows of a call.
    pub rows: usize,
    /// Estimates of each example's gradient.
    pub draws: usize,
}

/// Sums of the estimates of each parameter of each example.
struct Moments {
    sum: Vec<f64>,
    squares: Vec<f64>,
    count: usize,
}

/// Measures `estimator`; the guide's only parameters are `parameters`, `[rows, size]`, equal for each example: row `r`
/// is an estimate for example `r % examples`.
///
/// # Errors
/// If the estimator has no gradient of the objective.
pub(super) fn measure<M, G>(
    estimator: &mut dyn Estimator<M, G>,
    objective: &dyn Objective,
    (model, guide): (&M, &G),
    evidence: &Evidence<'_, M>,
    exact: &[Vec<f64>],
    effort: Effort,
) -> Result<Certificate, InferError>
where
    M: JointModel,
    G: Guide<M> + Module,
{
    let rows = evidence.rows.len();
    let problem = |call: u64| Problem {
        objective,
        model,
        guide,
        evidence,
        sampling: Sampling { rng: key().at(call), warm_up: 1.0 },
    };
    let preparation = if estimator.learned().is_some() { effort.preparation } else { 0 };
    for step in 0..preparation {
        let (_, control) = estimator.surrogate(&problem(step as u64))?.all_gradients(guide);
        if let Some(learned) = estimator.learned_mut() {
            learned.learn(control, 1e-2);
        }
    }
    let (examples, size) = (exact.len(), exact[0].len());
    let mut moments =
        Moments { sum: vec![0.0; examples * size], squares: vec![0.0; examples * size], count: 0 };
    let calls = effort.draws.div_ceil(rows / examples);
    let (begin, mut made) = (Instant::now(), 0);
    for call in 0..calls {
        let surrogate = estimator.surrogate(&problem((effort.preparation + call) as u64))?;
        // What the estimator learns is part of a step's cost, though nothing is learned here.
        let (mut estimate, _) = surrogate.all_gradients(guide);
        let flat: Tensor<1> = estimate.remove("parameters").expect("the loss depends on the posterior");
        // The loss is minus the bound, a mean over rows.
        let numbers = flat.into_data();
        for (at, slope) in numbers.iter::<f64>().enumerate() {
            let (estimate, at) = (-slope * rows as f64, at % (examples * size));
            moments.sum[at] += estimate;
            moments.squares[at] += estimate * estimate;
        }
        moments.count += rows / examples;
        made = call + 1;
        if made == ENOUGH_OF_THE_SAME && moments.is_constant() {
            break;
        }
    }
    let seconds_per_step = begin.elapsed().as_secs_f64() / made as f64;
    Ok(moments.certificate(exact, rows, seconds_per_step))
}

impl Moments {
    /// Whether the estimates differ by no more than their rounding.
    fn is_constant(&self) -> bool {
        let n = self.count as f64;
        let pairs = self.sum.iter().zip(&self.squares);
        pairs.into_iter().all(|(sum, squares)| squares / n - (sum / n).powi(2) <= 1e-10 * (squares / n))
    }

    fn certificate(&self, exact: &[Vec<f64>], rows: usize, seconds_per_step: f64) -> Certificate {
        let n = self.count as f64;
        let is_constant = self.is_constant();
        let (mut bias, mut variance, mut length, mut worst) = (0.0, 0.0, 0.0, 0f64);
        for (at, exact) in exact.iter().flatten().enumerate() {
            let mean = self.sum[at] / n;
            let spread = (self.squares[at] / n - mean * mean).max(0.0) * n / (n - 1.0);
            // What f32 leaves of estimates that are all the same.
            let spread = if is_constant { 0.0 } else { spread };
            let error = (spread / n).sqrt();
            let distance = mean - exact;
            // What f32 leaves of a gradient that never varies.
            let rounding = 1e-5 * exact.abs().max(1e-2);
            worst = worst.max(distance.abs() / (error + rounding));
            bias += distance * distance;
            variance += spread;
            length += exact * exact;
        }
        let examples = exact.len() as f64;
        let (bias, variance, length) = (bias / examples, variance / examples, length / examples);
        Certificate {
            bias: bias.sqrt(),
            bias_stderr: (variance / n).sqrt(),
            worst_deviation: worst,
            variance,
            snr: (length / variance).sqrt(),
            seconds_per_step,
            rows,
            draws: self.count,
        }
    }
}
