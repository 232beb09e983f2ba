//! The plain bound at β = 1 without free bits.

use burn::tensor::Tensor;
use jensen_prob::Distribution;
use jensen_random::Rng;

use super::per_example;
use crate::objective::ELBO;
use crate::{Evidence, Guide, JointModel, Metrics, VariationalModel};

/// The evidence lower bound of one example and its two terms, in nats and the data's own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExampleBound {
    /// `log p(x | z)` at one posterior sample.
    pub reconstruction: f64,
    /// `KL(q ‖ p)`, exact where it has a closed form, else at the sample.
    pub kl: f64,
}

impl ExampleBound {
    /// `log p(x | z) − KL(q ‖ p)`.
    pub fn elbo(self) -> f64 {
        self.reconstruction - self.kl
    }
}

/// The bound of each example, with one posterior sample addressed by `rng` and the example's row.
pub fn bounds<V: VariationalModel>(
    module: &V,
    evidence: &Evidence<'_, V::Model>,
    rng: Rng,
) -> Vec<ExampleBound> {
    inspect(module, evidence, rng).bounds
}

/// The sums over the examples of the bound, its terms, and for each latent dimension of the
/// divergence and of the first two moments of the posterior's mean, which active units are counted
/// from.
pub fn measure<V: VariationalModel>(module: &V, evidence: &Evidence<'_, V::Model>, rng: Rng) -> Metrics {
    let inspected = inspect(module, evidence, rng);
    let sum = |value: fn(&ExampleBound) -> f64| inspected.bounds.iter().map(value).sum::<f64>();
    let mut metrics = Metrics::new(inspected.bounds.len())
        .with_sum(ELBO, sum(|b| b.elbo()))
        .with_sum("reconstruction", sum(|b| b.reconstruction))
        .with_sum("kl", sum(|b| b.kl));
    if let Some(kl) = inspected.kl_per_dim {
        metrics = metrics.with_sum_per_dim("kl", column_sums(kl, |x| x));
    }
    if let Some(mean) = inspected.posterior_mean {
        metrics = metrics
            .with_sum_per_dim("posterior_mean", column_sums(mean.clone(), |x| x))
            .with_sum_per_dim("posterior_mean_squared", column_sums(mean, |x| x * x));
    }
    metrics
}

struct Inspected {
    bounds: Vec<ExampleBound>,
    kl_per_dim: Option<Tensor<2>>,
    posterior_mean: Option<Tensor<2>>,
}

fn inspect<V: VariationalModel>(module: &V, evidence: &Evidence<'_, V::Model>, rng: Rng) -> Inspected {
    let (model, guide) = (module.model(), module.guide());
    let posterior = guide.posterior(evidence);
    let prior = model.prior(&evidence.condition);
    let rng = rng.name_rows(evidence.rows);
    let kl_per_dim = guide.exact_kl(&posterior, &prior);
    let (latent, kl) = match &kl_per_dim {
        Some(per_dim) => (posterior.sample(&rng), per_dim.clone().sum_dim(1).squeeze_dim(1)),
        None => {
            let (latent, log_posterior) = posterior.sample_with_log_prob(&rng);
            let kl = log_posterior - prior.log_prob(&latent);
            (latent, kl)
        }
    };
    let log_likelihood = model.likelihood(&latent, &evidence.condition).log_prob(&evidence.observation);
    let terms = per_example(log_likelihood).into_iter().zip(evidence.log_jacobian).zip(per_example(kl));
    let bounds = terms
        .map(|((log_likelihood, log_jacobian), kl)| ExampleBound {
            reconstruction: log_likelihood + log_jacobian,
            kl,
        })
        .collect();
    Inspected { bounds, kl_per_dim, posterior_mean: guide.posterior_mean(&posterior) }
}

/// `Σ_rows f(x)` of each column, in f64.
fn column_sums(values: Tensor<2>, f: fn(f64) -> f64) -> Vec<f64> {
    let columns = values.dims()[1];
    let mut sums = vec![0.0; columns];
    for (i, value) in values.into_data().iter::<f64>().enumerate() {
        sums[i % columns] += f(value);
    }
    sums
}
