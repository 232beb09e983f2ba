//! The marginal likelihood by importance sampling.

use jensen_prob::{Distribution, Expand};
use jensen_random::Rng;

use super::per_example;
use crate::{Evidence, Guide, JointModel, VariationalModel};

/// How a marginal likelihood is estimated.
#[derive(Clone, Copy, Debug)]
pub struct ImportanceSampling {
    /// Importance samples of each example, `K`: exactly as many are drawn, however they are
    /// batched.
    pub samples: usize,
    /// The most rows (samples × examples) that are decoded at once; bounds the memory.
    pub rows_at_once: usize,
}

/// `log 1/K Σ_k p(x, z_k) / q(z_k | x)` of each example, `z_k ~ q(z | x)`, in nats and the data's
/// own units: a lower bound on `log p(x)` in expectation, tight as `K` grows (Burda et al. 2016).
///
/// Sample `k` of an example is addressed by `rng`, the example's row and `k`, so neither the batch
/// nor `rows_at_once` moves a draw. The sum over samples is taken in f64.
///
/// # Panics
/// If there are no samples.
///
/// ```
/// use burn::module::{Module, Param};
/// use burn::tensor::{Device, Tensor};
/// use jensen_infer::evaluation::{ImportanceSampling, importance_weighted};
/// use jensen_infer::{Evidence, Guide, JointModel};
/// use jensen_prob::{Distribution, Normal, Rng};
/// # #[derive(Module, Debug)]
/// # struct Model { noise: Param<Tensor<2>> }
/// # impl JointModel for Model {
/// #     type Observation = Tensor<2>;
/// #     type Condition = ();
/// #     type Latent = Tensor<2>;
/// #     type Prior = Normal;
/// #     type Likelihood = Normal;
/// #     fn prior(&self, (): &()) -> Normal {
/// #         Normal::standard(1, 1, &Device::flex())
/// #     }
/// #     fn likelihood(&self, z: &Tensor<2>, (): &()) -> Normal {
/// #         Normal::new(z.clone(), self.noise.val())
/// #     }
/// # }
///
/// /// `N(x / 2, s²)`, of `z ~ N(0, 1)`, `x ~ N(z, 1)` the exact posterior with `s² = ½`.
/// #[derive(Module, Debug)]
/// struct Halfway {
///     std: Param<Tensor<2>>,
/// }
///
/// impl Guide<Model> for Halfway {
///     type Posterior = Normal;
///
///     fn posterior(&self, evidence: &Evidence<'_, Model>) -> Normal {
///         Normal::new(evidence.observation.clone() / 2.0, self.std.val())
///     }
/// }
///
/// let device = Device::flex();
/// let number = |x: f64| Param::from_tensor(Tensor::<2>::full([1, 1], x, &device));
/// let pair = (Model { noise: number(1.0) }, Halfway { std: number(0.5f64.sqrt()) });
/// let observation = Tensor::from_data([[0.4f32], [-1.5]], &device);
/// let marginal = Normal::new(Tensor::zeros([1, 1], &device), Tensor::full([1, 1], 2f64.sqrt(), &device));
/// let exact = marginal.log_prob(&observation);
/// let evidence = Evidence { observation, condition: (), rows: &[0, 1], log_jacobian: &[0.0, 0.0] };
///
/// // With the exact posterior every weight is p(x).
/// let sampling = ImportanceSampling { samples: 3, rows_at_once: 1000 };
/// let estimates = importance_weighted(&pair, &evidence, sampling, Rng::seed(1));
/// for (estimate, exact) in estimates.into_iter().zip(exact.into_data().iter::<f64>()) {
///     assert!((estimate - exact).abs() < 1e-5);
/// }
/// ```
pub fn importance_weighted<V>(
    module: &V,
    evidence: &Evidence<'_, V::Model>,
    sampling: ImportanceSampling,
    rng: Rng,
) -> Vec<f64>
where
    V: VariationalModel<Guide: Guide<V::Model, Posterior: Expand>>,
{
    log_power_means(module, evidence, sampling, rng, [1.0]).into_iter().map(|[mean]| mean).collect()
}

/// What importance samples say of `log p(x)` of one example, in nats and the data's own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sandwich {
    /// [`importance_weighted`].
    pub lower: f64,
    /// [`chi_upper_bound`](super::chi_upper_bound) of the same weights, and so never below `lower`.
    pub upper: f64,
}

/// Both bounds of each example from one set of weights; draws are those of [`importance_weighted`].
///
/// # Panics
/// If there are no samples.
pub fn sandwich<V>(
    module: &V,
    evidence: &Evidence<'_, V::Model>,
    sampling: ImportanceSampling,
    rng: Rng,
) -> Vec<Sandwich>
where
    V: VariationalModel<Guide: Guide<V::Model, Posterior: Expand>>,
{
    let means = log_power_means(module, evidence, sampling, rng, [1.0, 2.0]);
    means.into_iter().map(|[lower, upper]| Sandwich { lower, upper }).collect()
}

/// `1/p log 1/K Σ_k w_kᵖ` of each example for each of the orders `p`, in the data's own units.
pub(super) fn log_power_means<V, const N: usize>(
    module: &V,
    evidence: &Evidence<'_, V::Model>,
    sampling: ImportanceSampling,
    rng: Rng,
    orders: [f64; N],
) -> Vec<[f64; N]>
where
    V: VariationalModel<Guide: Guide<V::Model, Posterior: Expand>>,
{
    assert!(sampling.samples > 0, "importance sampling needs at least one sample");
    let (model, guide) = (module.model(), module.guide());
    let batch = evidence.rows.len();
    let posterior = guide.posterior(evidence);
    let prior = model.prior(&evidence.condition);
    let rng = rng.name_rows(evidence.rows);
    let at_once = (sampling.rows_at_once / batch.max(1)).max(1);
    let mut sums = vec![[(); N].map(|()| LogSum::default()); batch];
    for first in (0..sampling.samples).step_by(at_once) {
        let samples = at_once.min(sampling.samples - first);
        let expanded = posterior.expand(samples);
        let (latent, log_posterior) = expanded.sample_with_log_prob(&rng.first_sample(first));
        let log_ratio = log_posterior - prior.log_prob(&latent);
        let log_likelihood = model.likelihood(&latent, &evidence.condition).log_prob(&evidence.observation);
        for (row, weight) in per_example(log_likelihood - log_ratio).into_iter().enumerate() {
            for (sum, order) in sums[row % batch].iter_mut().zip(orders) {
                sum.add(order * weight);
            }
        }
    }
    let log_samples = (sampling.samples as f64).ln();
    let mean = |(sums, log_jacobian): ([LogSum; N], &f64)| {
        std::array::from_fn(|i| (sums[i].log() - log_samples) / orders[i] + log_jacobian)
    };
    sums.into_iter().zip(evidence.log_jacobian).map(mean).collect()
}

/// `log Σ exp(x)` one term at a time: the largest term so far is kept apart, so nothing overflows.
#[derive(Clone)]
struct LogSum {
    largest: f64,
    scaled: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self { largest: f64::NEG_INFINITY, scaled: 0.0 }
    }
}

impl LogSum {
    fn add(&mut self, x: f64) {
        if x.is_nan() {
            (self.largest, self.scaled) = (f64::NAN, f64::NAN);
        } else if x > self.largest {
            self.scaled = self.scaled * (self.largest - x).exp() + 1.0;
            self.largest = x;
        } else if x > f64::NEG_INFINITY {
            self.scaled += (x - self.largest).exp();
        }
    }

    fn log(&self) -> f64 {
        self.largest + self.scaled.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::LogSum;

    fn log_sum(terms: &[f64]) -> f64 {
        let mut sum = LogSum::default();
        for &term in terms {
            sum.add(term);
        }
        sum.log()
    }

    #[test]
    fn a_running_log_sum_is_exact_and_never_overflows() {
        assert!((log_sum(&[1f64.ln(), 2f64.ln(), 3f64.ln()]) - 6f64.ln()).abs() < 1e-15);
        assert!((log_sum(&[-1e4, -1e4 + 1.0]) - (-1e4 + (1.0 + 1f64.exp()).ln())).abs() < 1e-11);
        assert!((log_sum(&[1e4, -1e4]) - 1e4).abs() < 1e-11);
        assert_eq!(log_sum(&[f64::NEG_INFINITY, 3.0]), 3.0);
        assert_eq!(log_sum(&[f64::NEG_INFINITY]), f64::NEG_INFINITY);
        assert!(log_sum(&[0.0, f64::NAN, 1.0]).is_nan());
    }
}
