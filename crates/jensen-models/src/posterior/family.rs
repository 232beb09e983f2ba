//! One type over the families that a configuration can choose.

use burn::tensor::{Int, Tensor};
use jensen_prob::{
    DetachParams, Distribution, Expand, Factorized, KlDivergence, MultivariateNormal, Normal,
    Reparameterized, Rng, SelectRows, Variance,
};

use super::AmortizedFlow;
use crate::nets::{AutoregressiveFlow, CouplingFlow};

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

/// Does the same with whichever family there is.
macro_rules! each {
    ($self:expr, $family:pat => $result:expr) => {
        match $self {
            Posterior::Normal($family) => $result,
            Posterior::Full($family) => $result,
            Posterior::Iaf($family) => $result,
            Posterior::Flow($family) => $result,
        }
    };
    ($self:expr, $family:pat => wrap $result:expr) => {
        match $self {
            Posterior::Normal($family) => Posterior::Normal($result),
            Posterior::Full($family) => Posterior::Full($result),
            Posterior::Iaf($family) => Posterior::Iaf($result),
            Posterior::Flow($family) => Posterior::Flow($result),
        }
    };
}

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

impl Distribution for Posterior {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        each!(self, family => family.rows())
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        each!(self, family => family.sample(rng))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        each!(self, family => family.log_prob(value))
    }

    fn sample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        each!(self, family => family.sample_with_log_prob(rng))
    }
}

impl Reparameterized for Posterior {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        each!(self, family => family.rsample(rng))
    }

    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        each!(self, family => family.rsample_with_log_prob(rng))
    }
}

impl DetachParams for Posterior {
    fn detach_params(&self) -> Self {
        each!(self, family => wrap family.detach_params())
    }
}

impl Expand for Posterior {
    fn expand(&self, samples: usize) -> Self {
        each!(self, family => wrap family.expand(samples))
    }
}

impl SelectRows for Posterior {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        each!(self, family => wrap family.select_rows(rows))
    }
}
