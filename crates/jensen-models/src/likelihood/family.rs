//! One type over the families that a configuration can choose.

use jensen_prob::{Bernoulli, DiscretizedLogistic, Normal};

use crate::one_of::one_of;
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

one_of!(Likelihood { Bernoulli, Normal, DiscretizedLogistic, Mixed }: Distribution, Predict, DetachParams, Expand);
