//! What a model gives the density or probability of.

use std::fmt::{Display, Formatter, Result};

/// What a model gives the density or probability of; shown as the logarithm of it that is reported.
///
/// ```
/// use jensen_infer::Quantity;
/// assert_eq!(Quantity::Conditional.to_string(), "log p(y|x)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Whole examples: `log p(x)`.
    Marginal,
    /// Targets, given the rest of their examples: `log p(y|x)`.
    Conditional,
}

impl Display for Quantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.pad(match self {
            Self::Marginal => "log p(x)",
            Self::Conditional => "log p(y|x)",
        })
    }
}
