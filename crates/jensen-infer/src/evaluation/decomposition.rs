//! What the divergence of the posteriors from the prior is made of.

use burn::tensor::Tensor;
use jensen_prob::special::logsumexp;
use jensen_prob::{Distribution, Factorized};
use jensen_random::Rng;

use super::per_example;
use crate::{Evidence, Guide, JointModel, VariationalModel};

/// `E[KL(q(z|x) ‖ p(z))] = I(x; z) + TC(z) + Σ_d KL(q(z_d) ‖ p(z_d))` with the aggregate posterior
/// `q(z) = 1/N Σ_n q(z | x_n)` (Hoffman & Johnson 2016; Chen, Li, Grosse & Duvenaud 2018, eq. 2), in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decomposition {
    /// `I(x; z) = E[log q(z | x) − log q(z)]`: what the latents say of which example it is, at most `log N`.
    pub mutual_information: f64,
    /// `TC(z) = E[log q(z) − Σ_d log q(z_d)]`: how much the latents depend on each other.
    pub total_correlation: f64,
    /// `Σ_d KL(q(z_d) ‖ p(z_d))`: how far each latent is from its prior.
    pub dimension_wise_kl: f64,
}

impl Decomposition {
    /// The divergence that was taken apart.
    pub fn kl(&self) -> f64 {
        self.mutual_information + self.total_correlation + self.dimension_wise_kl
    }
}

/// The decomposition over exactly these `N` examples, which are the data distribution in it, with one sample of each
/// posterior: no estimate from minibatches, at the cost of `N²` densities.
///
/// # Panics
/// If there are no examples.
pub fn decomposition<V>(module: &V, evidence: &Evidence<'_, V::Model>, rng: Rng) -> Decomposition
where
    V: VariationalModel<
            Model: JointModel<Latent = Tensor<2>, Prior: Factorized>,
            Guide: Guide<V::Model, Posterior: Factorized>,
        >,
{
    let posterior = module.guide().posterior(evidence);
    decomposition_of(&posterior, &module.model().prior(&evidence.condition), evidence.rows, rng)
}

/// The same of posteriors and a prior at hand; `rows` address the samples.
///
/// # Panics
/// If there are no examples.
pub fn decomposition_of<Q, P>(posterior: &Q, prior: &P, rows: &[u64], rng: Rng) -> Decomposition
where
    Q: Factorized + Distribution<Value = Tensor<2>>,
    P: Factorized + Distribution<Value = Tensor<2>>,
{
    let examples = rows.len();
    assert!(examples > 0, "an aggregate posterior needs at least one example");
    let latents = posterior.sample(&rng.name_rows(rows));
    let own = per_example(posterior.log_prob(&latents));
    let prior: f64 = per_example(prior.log_prob(&latents)).iter().sum();
    let log_examples = (examples as f64).ln();
    let (mut information, mut correlation, mut marginals) = (0.0, 0.0, 0.0);
    for (row, log_own) in own.iter().enumerate() {
        let per_dim = posterior.log_prob_per_dim(&latents.clone().narrow(0, row, 1));
        let joint: Tensor<2> = per_dim.clone().sum_dim(1);
        let aggregate = logsumexp(joint, 0).into_scalar::<f64>() - log_examples;
        let each = logsumexp(per_dim, 0).into_data();
        let product: f64 = each.iter::<f64>().map(|log| log - log_examples).sum();
        information += log_own - aggregate;
        correlation += aggregate - product;
        marginals += product;
    }
    let n = examples as f64;
    Decomposition {
        mutual_information: information / n,
        total_correlation: correlation / n,
        dimension_wise_kl: (marginals - prior) / n,
    }
}
