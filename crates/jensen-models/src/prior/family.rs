//! One type over the families that a configuration can choose.

use burn::tensor::Tensor;
use jensen_prob::{Distribution, Expand, Mixture, Normal, Rng, Transformed};

use crate::nets::{ConditionerNet, CouplingFlowMap};
use crate::one_of::one_of;
use crate::posterior::Posterior;

/// `p(z)`, `[1, latent]`.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each batch, and it is mostly tensors' handles"
)]
pub enum Prior {
    /// Standard normal.
    Normal(Normal),
    /// A flow of couplings.
    Flow(Transformed<Normal, CouplingFlowMap<ConditionerNet>>),
    /// A mixture of normal distributions.
    Mixture(Mixture<Normal>),
    /// A mixture of posteriors.
    Vamp(Mixture<Posterior>),
}

impl Prior {
    /// The standard normal distribution, if it is that: what divergences in closed form are to.
    pub fn normal(&self) -> Option<&Normal> {
        match self {
            Self::Normal(family) => Some(family),
            Self::Flow(_) | Self::Mixture(_) | Self::Vamp(_) => None,
        }
    }

    /// `n` draws with deviations `temperature` times as large: of a flow those of its base, so that at 0 there is
    /// where the base's mean goes; of a mixture those of its components, so that at 0 there are their means.
    pub(crate) fn sample_tempered(&self, n: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        match self {
            Self::Normal(family) => family.expand(n).sample(rng) * temperature,
            Self::Flow(family) => {
                let base = Normal::new(family.base().mean(), family.base().std() * temperature);
                Transformed::new(base, family.bijector().clone()).expand(n).sample(rng)
            }
            Self::Mixture(family) => {
                let components = family.components();
                let components = Normal::new(components.mean(), components.std() * temperature);
                Mixture::new(family.weights().clone(), components).expand(n).sample(rng)
            }
            Self::Vamp(family) => {
                let components = family.components().tempered(temperature);
                Mixture::new(family.weights().clone(), components).expand(n).sample(rng)
            }
        }
    }
}

one_of!(Prior { Normal, Flow, Mixture, Vamp }: Distribution, Expand);
