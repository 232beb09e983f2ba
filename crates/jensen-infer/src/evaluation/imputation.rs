//! What the missing part of an observation was, given the rest of it.

use burn::tensor::{Tensor, TensorData};
use jensen_prob::{Distribution, Expand, Predict};
use jensen_random::Rng;

use super::per_example;
use crate::{Evidence, Guide, JointModel, VariationalModel};

/// How missing entries are estimated.
#[derive(Clone, Copy, Debug)]
pub struct ImputationSampling {
    /// Importance samples of each example, `K`: exactly as many are drawn, however they are batched.
    pub samples: usize,
    /// Draws of each example from the conditional distribution, beside the prediction.
    pub draws: usize,
    /// The most rows (samples × examples) that are decoded at once; bounds the memory.
    pub rows_at_once: usize,
}

/// Complete observations, as the model sees them; where an entry was observed, it is what the model
/// would have expected.
#[derive(Clone, Debug)]
pub struct Imputation {
    /// `E[x | x_obs]` of each example in the sense of [`Predict`], `[batch, event]`.
    pub prediction: Tensor<2>,
    /// Draws from `p(x | x_obs)`, `[draws · batch, event]`, sample-major.
    pub draws: Option<Tensor<2>>,
    /// How many equally weighted samples the weights of each example are worth, `(Σ w)² / Σ w²`
    /// (Kong 1992): near 1, a single sample decides and the estimate is not to be trusted.
    pub effective_samples: Vec<f64>,
}

/// Estimates what is missing by self-normalised importance weights
/// `w_k ∝ p(x_obs | z_k) p(z_k) / q(z_k | x_obs)`, `z_k ~ q(z | x_obs)` (Mattei & Frellsen 2019,
/// MIWAE): the prediction is `Σ_k w_k E[x | z_k]`, consistent as `K` grows whatever the guide; a draw is
/// one of the `z_k` resampled with chance `w_k`, then `x ~ p(x | z_k)` (Rubin 1987, SIR).
///
/// The likelihood must leave missing entries of the observation out. Sample `k` of an example is
/// addressed by `rng`, the example's row and `k`, so neither the batch nor `rows_at_once` moves a draw.
/// Sums over samples are taken in f64.
///
/// # Panics
/// If there are no samples.
pub fn impute<V>(
    module: &V,
    evidence: &Evidence<'_, V::Model>,
    sampling: ImputationSampling,
    rng: Rng,
) -> Imputation
where
    V: VariationalModel<
            Model: JointModel<Observation = Tensor<2>, Latent = Tensor<2>, Likelihood: Predict>,
            Guide: Guide<V::Model, Posterior: Expand>,
        >,
{
    let ImputationSampling { samples, draws, rows_at_once } = sampling;
    assert!(samples > 0, "importance sampling needs at least one sample");
    let (model, guide) = (module.model(), module.guide());
    let batch = evidence.rows.len();
    let posterior = guide.posterior(evidence);
    let prior = model.prior(&evidence.condition);
    let named = rng.name_rows(evidence.rows);
    let at_once = (rows_at_once / batch.max(1)).max(1);
    let mut averages = vec![WeightedMean::default(); batch];
    let mut chosen = vec![Chosen::default(); draws * batch];
    for first in (0..samples).step_by(at_once) {
        let samples = at_once.min(samples - first);
        let expanded = posterior.expand(samples);
        let (latent, log_posterior) = expanded.sample_with_log_prob(&named.first_sample(first));
        let log_ratio = log_posterior - prior.log_prob(&latent);
        let likelihood = model.likelihood(&latent, &evidence.condition);
        let log_weights = per_example(likelihood.log_prob(&evidence.observation) - log_ratio);
        let statistics = Rows::of(likelihood.expected_statistics());
        for (at, &log_weight) in log_weights.iter().enumerate() {
            averages[at % batch].add(log_weight, statistics.row(at));
        }
        if draws > 0 {
            let latents = Rows::of(latent);
            let race = named.fork("resample").first_sample(first).uniforms(samples * batch, 2 * draws);
            for (at, &log_weight) in log_weights.iter().enumerate() {
                let uniforms = race[at * 2 * draws..(at + 1) * 2 * draws].chunks_exact(2);
                for (draw, pair) in uniforms.enumerate() {
                    let key = log_weight + gumbel(pair[0], pair[1]);
                    chosen[draw * batch + at % batch].offer(key, latents.row(at));
                }
            }
        }
    }

    let device = evidence.observation.device();
    let matrix = |rows: Vec<f32>, count: usize| {
        let width = rows.len() / count.max(1);
        Tensor::<2>::from_data(TensorData::new(rows, [count, width]), &device)
    };
    let draw = |first: usize, count: usize| {
        let latents = &chosen[first * batch..(first + count) * batch];
        let latents = matrix(latents.iter().flat_map(|one| one.latent.clone()).collect(), count * batch);
        let rng = named.fork("draw").first_sample(first);
        model.likelihood(&latents, &evidence.condition).sample(&rng)
    };
    let blocks = (0..draws).step_by(at_once).map(|first| draw(first, at_once.min(draws - first)));
    let blocks: Vec<_> = blocks.collect();
    let means = averages.iter().flat_map(WeightedMean::mean).collect();
    // The parameters of the likelihood are not read: any one will do.
    let any = model.likelihood(&posterior.sample(&named), &evidence.condition);
    Imputation {
        prediction: any.prediction(matrix(means, batch)),
        draws: (!blocks.is_empty()).then(|| Tensor::cat(blocks, 0)),
        effective_samples: averages.iter().map(WeightedMean::effective_samples).collect(),
    }
}

/// A tensor on the host.
struct Rows {
    values: Vec<f32>,
    width: usize,
}

impl Rows {
    fn of(tensor: Tensor<2>) -> Self {
        let [_, width] = tensor.dims();
        Self { values: tensor.into_data().iter::<f32>().collect(), width }
    }

    fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.width..(at + 1) * self.width]
    }
}

/// `Σ w s / Σ w` one sample at a time, weights by their logarithms: relative to the largest so far, so
/// that nothing overflows.
#[derive(Clone)]
struct WeightedMean {
    largest: f64,
    total: f64,
    squares: f64,
    sums: Vec<f64>,
}

impl Default for WeightedMean {
    fn default() -> Self {
        Self { largest: f64::NEG_INFINITY, total: 0.0, squares: 0.0, sums: Vec::new() }
    }
}

impl WeightedMean {
    fn add(&mut self, log_weight: f64, statistics: &[f32]) {
        self.sums.resize(statistics.len(), 0.0);
        if log_weight > self.largest {
            let scale = (self.largest - log_weight).exp();
            self.total *= scale;
            self.squares *= scale * scale;
            self.sums.iter_mut().for_each(|sum| *sum *= scale);
            self.largest = log_weight;
        }
        // A weight that is not a number makes everything so: nothing wrong is passed on.
        let weight = if log_weight == f64::NEG_INFINITY { 0.0 } else { (log_weight - self.largest).exp() };
        self.total += weight;
        self.squares += weight * weight;
        for (sum, &statistic) in self.sums.iter_mut().zip(statistics) {
            *sum += weight * f64::from(statistic);
        }
    }

    fn mean(&self) -> impl Iterator<Item = f32> {
        self.sums.iter().map(|sum| (sum / self.total) as f32)
    }

    fn effective_samples(&self) -> f64 {
        self.total * self.total / self.squares
    }
}

/// The winner of a race in which sample `k` runs with `log w_k + Gumbel`: sample `k` with chance
/// `w_k / Σ w`, without knowing the sum (Gumbel-max).
#[derive(Clone)]
struct Chosen {
    key: f64,
    latent: Vec<f32>,
}

impl Default for Chosen {
    fn default() -> Self {
        Self { key: f64::NEG_INFINITY, latent: Vec::new() }
    }
}

impl Chosen {
    fn offer(&mut self, key: f64, latent: &[f32]) {
        if key > self.key || self.latent.is_empty() {
            self.key = key;
            self.latent.clear();
            self.latent.extend_from_slice(latent);
        }
    }
}

/// `−log(−log u)` of a uniform number of 48 bits, moved by half a step off 0.
fn gumbel(high: f32, low: f32) -> f64 {
    let uniform = f64::from(high) + (f64::from(low) + 2f64.powi(-25)) * 2f64.powi(-24);
    -(-uniform.ln()).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_mean_never_overflows() {
        let mut mean = WeightedMean::default();
        for (log_weight, statistic) in [(-1e4, 5.0), (3f64.ln() - 10.0, 1.0), (-10.0, 2.0)] {
            mean.add(log_weight, &[statistic, 1.0]);
        }
        let averages: Vec<f32> = mean.mean().collect();
        assert_eq!(averages, [1.25, 1.0]);
        assert!((mean.effective_samples() - 16.0 / 10.0).abs() < 1e-12);
        mean.add(f64::NEG_INFINITY, &[7.0, 7.0]);
        assert_eq!(mean.mean().collect::<Vec<_>>(), averages);
        mean.add(f64::NAN, &[0.0, 0.0]);
        assert!(mean.mean().all(f32::is_nan));
    }

    /// Within five standard errors, false alarm 6e-7 a check.
    #[test]
    fn a_race_is_won_in_proportion_to_the_weights() {
        let (runs, weights) = (40_000, [0.5f64, 0.3, 0.15, 0.05]);
        let uniforms = Rng::seed(1).uniforms(runs, 8);
        let mut wins = [0.0; 4];
        for race in uniforms.chunks_exact(8) {
            let mut winner = Chosen::default();
            for (k, (weight, pair)) in weights.iter().zip(race.chunks_exact(2)).enumerate() {
                winner.offer(weight.ln() + gumbel(pair[0], pair[1]), &[k as f32]);
            }
            wins[winner.latent[0] as usize] += 1.0 / runs as f64;
        }
        for (share, weight) in wins.iter().zip(weights) {
            let error = (weight * (1.0 - weight) / runs as f64).sqrt();
            assert!((share - weight).abs() < 5.0 * error, "{share}, not {weight}");
        }
        assert!(
            gumbel(0.0, 0.0).is_finite() && gumbel(1.0 - 2f32.powi(-24), 1.0 - 2f32.powi(-24)).is_finite()
        );
    }
}
