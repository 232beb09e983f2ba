//! Distributions, their capabilities and divergences.
//!
//! All densities and divergences are in nats.

mod distribution;

pub use distribution::{
    DetachParams, Distribution, Entropy, Enumerable, Expand, Factorized, KlDivergence, Mean, Reparameterized,
};
pub use jensen_random::Rng;
