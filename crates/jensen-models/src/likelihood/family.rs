//! One type over the families that a configuration can choose.

use burn::tensor::Tensor;
use jensen_prob::{Bernoulli, DetachParams, DiscretizedLogistic, Distribution, Expand, Normal, Predict, Rng};

use crate::table::Mixed;

/// `p(x | z)`, `[rows, features]`; each capability is the family's own.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each batch, and it is mostly tensors' handles"
)]
pub enum Likelihood {
    /// Binary observations.
    Bernoulli(Bernoulli),
    /// Real observations.
    Normal(Normal),
    /// 8-bit images.
    DiscretizedLogistic(DiscretizedLogistic),
    /// The rows of a table.
    Mixed(Mixed),
}

/// Does the same with whichever family there is.
macro_rules! each {
    ($self:expr, $family:pat => $result:expr) => {
        match $self {
            Likelihood::Bernoulli($family) => $result,
            Likelihood::Normal($family) => $result,
            Likelihood::DiscretizedLogistic($family) => $result,
            Likelihood::Mixed($family) => $result,
        }
    };
    ($self:expr, $family:pat => wrap $result:expr) => {
        match $self {
            Likelihood::Bernoulli($family) => Likelihood::Bernoulli($result),
            Likelihood::Normal($family) => Likelihood::Normal($result),
            Likelihood::DiscretizedLogistic($family) => Likelihood::DiscretizedLogistic($result),
            Likelihood::Mixed($family) => Likelihood::Mixed($result),
        }
    };
}

impl Distribution for Likelihood {
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
}

impl Predict for Likelihood {
    fn expected_statistics(&self) -> Tensor<2> {
        each!(self, family => family.expected_statistics())
    }

    fn prediction(&self, statistics: Tensor<2>) -> Tensor<2> {
        each!(self, family => family.prediction(statistics))
    }
}

impl DetachParams for Likelihood {
    fn detach_params(&self) -> Self {
        each!(self, family => wrap family.detach_params())
    }
}

impl Expand for Likelihood {
    fn expand(&self, samples: usize) -> Self {
        each!(self, family => wrap family.expand(samples))
    }
}
