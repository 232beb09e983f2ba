//! One type over the families that a configuration can choose.

use burn::tensor::Tensor;
use jensen_prob::{
    Distribution, Expand, Factorized, KlDivergence, MultivariateNormal, Normal, Rng, Variance,
};

use super::AmortizedFlow;
use crate::nets::{AutoregressiveFlow, CouplingFlow};
use crate::one_of::one_of;

/// Draws that the variance of a flow is measured by.
const DRAWS: usize = 256;

/// `q(z | x)`, `[rows, latent]`.
#[derive(Clone, Debug)]
pub enum Posterior {
    /// Independent dimensions.
    Normal(Normal),
    /// A full covariance.
    Full(MultivariateNormal),
    /// An inverse autoregressive flow.
    Iaf(AmortizedFlow<AutoregressiveFlow>),
    /// A flow of couplings.
    Flow(AmortizedFlow<CouplingFlow>),
}

one_of!(Posterior { Normal, Full, Iaf, Flow }: Distribution, Reparameterized, DetachParams, Expand, SelectRows);

impl Posterior {
    /// Where each posterior lies: its mean, and of a flow where the mean of its base goes, which is exact and costs
    /// one pass, where a mean of draws would be noise.
    pub fn location(&self) -> Tensor<2> {
        match self {
            Self::Normal(family) => family.mean(),
            Self::Full(family) => family.mean(),
            Self::Iaf(family) => family.location(),
            Self::Flow(family) => family.location(),
        }
    }

    /// `log Var[z_d | x]` of each dimension: in closed form, and of a flow that of 256 draws, each row's by its own
    /// stream of `rng`.
    pub fn log_variance(&self, rng: &Rng) -> Tensor<2> {
        match self {
            Self::Normal(family) => family.log_variance(),
            Self::Full(family) => family.variance().log(),
            Self::Iaf(_) | Self::Flow(_) => {
                let draws = self.expand(DRAWS).sample(rng);
                let [rows, d] = draws.dims();
                let draws = draws.reshape([DRAWS, rows / DRAWS, d]);
                let distance = draws.clone() - draws.mean_dim(0);
                let squares: Tensor<2> = distance.square().sum_dim(0).squeeze_dim(0);
                (squares / (DRAWS - 1) as f64).log()
            }
        }
    }

    /// `KL(q ‖ p)` in closed form, if there is one, by independent groups of dimensions: each for itself, or all
    /// as one.
    pub fn exact_kl(&self, prior: &Normal) -> Option<Tensor<2>> {
        match self {
            Self::Normal(family) => Some(family.kl_per_dim(prior)),
            Self::Full(family) => Some(family.kl_divergence(prior).unsqueeze_dim(1)),
            Self::Iaf(_) | Self::Flow(_) => None,
        }
    }

    /// The same with deviations `temperature` times as large, of a flow those of its base: for draws.
    pub(crate) fn tempered(&self, temperature: f64) -> Self {
        match self {
            Self::Normal(family) => Self::Normal(Normal::new(family.mean(), family.std() * temperature)),
            Self::Full(family) => {
                Self::Full(MultivariateNormal::new(family.mean(), family.factor() * temperature))
            }
            Self::Iaf(family) => Self::Iaf(family.tempered(temperature)),
            Self::Flow(family) => Self::Flow(family.tempered(temperature)),
        }
    }
}
