//! Gradients by sums over all values and by quadrature.

use jensen_infer::{ObjectiveConfig, ObjectiveKind};

use super::toy::Toy;

/// An objective as it is at some step of training.
#[derive(Clone, Debug)]
pub struct Case {
    pub objective: ObjectiveConfig,
    pub warm_up: f64,
}

/// The exact gradient for each number of each example.
pub type Gradient = [Vec<f64>; 2];

impl Case {
    /// The bound of one example given `K` log-weights, as it stands in the paper.
    fn bound(&self, log_weights: &[f64]) -> f64 {
        let n = log_weights.len() as f64;
        let power_mean = |order: f64| {
            let powers = log_weights.iter().map(|w| (order * w).exp());
            (powers.sum::<f64>() / n).ln() / order
        };
        match self.objective.kind {
            ObjectiveKind::Elbo | ObjectiveKind::ElboMc => log_weights.iter().sum::<f64>() / n,
            ObjectiveKind::Iwae => power_mean(1.0),
            ObjectiveKind::Renyi => power_mean(1.0 - self.objective.alpha),
            ObjectiveKind::Tvo => {
                let first = self.objective.first_interval;
                assert_eq!(self.objective.intervals, 3, "of these the points are written down here");
                let points = [0.0, first, first.sqrt(), 1.0];
                let rectangle = |pair: &[f64]| {
                    let weights: Vec<f64> = log_weights.iter().map(|w| (pair[0] * w).exp()).collect();
                    let mean: f64 = weights.iter().zip(log_weights).map(|(v, w)| v * w).sum();
                    (pair[1] - pair[0]) * mean / weights.iter().sum::<f64>()
                };
                points.windows(2).map(rectangle).sum()
            }
        }
    }

    fn scale(&self) -> f64 {
        self.objective.beta * self.warm_up
    }

    /// The expected objective of one example, without free bits.
    pub fn value<T: Toy>(&self, parameters: &[f64], x: &[f64]) -> f64 {
        let point = |(probability, z): (f64, Vec<f64>)| {
            let ratio = T::log_posterior(parameters, x, &z) - T::log_prior(parameters, &z);
            (probability, T::log_likelihood(parameters, &z, x) - self.scale() * ratio)
        };
        let points: Vec<(f64, f64)> = T::draws(parameters, x).into_iter().map(point).collect();
        match self.objective.kind {
            // Linear in the posterior: one sample is enough.
            ObjectiveKind::Elbo | ObjectiveKind::ElboMc => points.iter().map(|(p, w)| p * w).sum(),
            _ => expectation(&points, self.objective.samples, &|weights| self.bound(weights)),
        }
    }

    /// The expected objective of a batch of both examples, summed.
    fn of_both<T: Toy>(&self, parameters: [&[f64]; 2]) -> f64 {
        let both = || parameters.into_iter().zip(T::OBSERVATIONS);
        let sum: f64 = both().map(|(p, x)| self.value::<T>(p, x)).sum();
        if self.objective.free_bits == 0.0 {
            return sum;
        }
        let [first, second]: [Vec<f64>; 2] =
            both().map(|(p, x)| T::divergences(p, x)).collect::<Vec<_>>().try_into().expect("two");
        let missing =
            first.iter().zip(second).map(|(a, b)| (2.0 * self.objective.free_bits - (a + b)).max(0.0));
        sum - self.scale() * missing.sum::<f64>()
    }

    /// Of the objective.
    pub fn gradient<T: Toy>(&self) -> Gradient {
        let [first, second] = T::VALUES;
        if self.objective.free_bits > 0.0 {
            return [
                slopes(first, |p| self.of_both::<T>([p, second])),
                slopes(second, |p| self.of_both::<T>([first, p])),
            ];
        }
        each::<T>(|at, x| slopes(at, |p| self.value::<T>(p, x)))
    }

    /// `E_{q^K}[Σ_k v_k ∇ log q(z_k | x)]` with the self-normalised importance weights `v` of `samples` draws: what the
    /// posterior follows in the wake phase.
    pub fn wake_gradient<T: Toy>(samples: usize) -> Gradient {
        each::<T>(|at, x| {
            let draws = T::draws(at, x);
            let log_weight =
                |z: &[f64]| T::log_likelihood(at, z, x) + T::log_prior(at, z) - T::log_posterior(at, x, z);
            let points: Vec<(f64, f64)> = draws.iter().map(|(p, z)| (*p, log_weight(z))).collect();
            // The expected weight of each draw among K.
            let shares: Vec<f64> = (points.iter())
                .map(|(p, own)| {
                    let share = |others: &[f64]| {
                        let sum: f64 = others.iter().map(|other| (other - own).exp()).sum();
                        samples as f64 / (1.0 + sum)
                    };
                    p * expectation(&points, samples - 1, &share)
                })
                .collect();
            slopes(at, |p| shares.iter().zip(&draws).map(|(s, (_, z))| s * T::log_posterior(p, x, z)).sum())
        })
    }

    /// `∇ E_{p(z | x)}[log q(z | x)]` for the posterior's parameters: what the wake phase goes to with the samples.
    pub fn inclusive_gradient<T: Toy>() -> Gradient {
        each::<T>(|at, x| {
            let draws = T::draws(at, x);
            let joint = |z: &[f64]| (T::log_likelihood(at, z, x) + T::log_prior(at, z)).exp();
            // Importance weights of all values: exact.
            let weights: Vec<f64> =
                draws.iter().map(|(p, z)| p * joint(z) / T::log_posterior(at, x, z).exp()).collect();
            let total: f64 = weights.iter().sum();
            slopes(at, |p| {
                weights.iter().zip(&draws).map(|(w, (_, z))| w / total * T::log_posterior(p, x, z)).sum()
            })
        })
    }

    /// `∇ E_{p(z, x)}[log q(z | x)]` for the posterior's parameters: what it follows in the sleep phase.
    pub fn sleep_gradient<T: Toy>() -> Gradient {
        each::<T>(|at, _| {
            let dreams = T::dreams(at);
            slopes(at, |p| dreams.iter().map(|(w, z, x)| w * T::log_posterior(p, x, z)).sum())
        })
    }
}

fn each<T: Toy>(f: impl Fn(&[f64], &[f64]) -> Vec<f64>) -> Gradient {
    [0, 1].map(|example| f(T::VALUES[example], T::OBSERVATIONS[example]))
}

/// `E[f(w_1, …, w_K)]` over independent points, each a probability and a value.
fn expectation(points: &[(f64, f64)], samples: usize, f: &dyn Fn(&[f64]) -> f64) -> f64 {
    fn sum(points: &[(f64, f64)], left: usize, so_far: &mut Vec<f64>, f: &dyn Fn(&[f64]) -> f64) -> f64 {
        if left == 0 {
            return f(so_far);
        }
        let mut total = 0.0;
        for (probability, value) in points {
            so_far.push(*value);
            total += probability * sum(points, left - 1, so_far, f);
            so_far.pop();
        }
        total
    }
    sum(points, samples, &mut Vec::with_capacity(samples), f)
}

/// Central differences of fourth order, whose error is that of rounding.
fn slopes(at: &[f64], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let step = 1e-3;
    let slope = |i: usize| {
        let moved = |by: f64| {
            let mut at = at.to_vec();
            at[i] += by;
            f(&at)
        };
        (8.0 * (moved(step) - moved(-step)) - (moved(2.0 * step) - moved(-2.0 * step))) / (12.0 * step)
    };
    (0..at.len()).map(slope).collect()
}
