//! What an estimator asks of the posterior.

use std::fmt;

/// What a family of posteriors must have for an estimator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// Samples and a density, which every posterior has.
    Density,
    /// Draws that are differentiable in the parameters.
    Reparameterized,
    /// Discrete draws that are a function of reparameterised ones, before a model that takes values between theirs.
    Relaxable,
    /// So few values that they can be summed over.
    Enumerable,
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Density => "a density",
            Self::Reparameterized => "reparameterised latents",
            Self::Relaxable => "discrete latents with a continuous relaxation",
            Self::Enumerable => "latents of few values",
        })
    }
}
