//! Distributions, their capabilities and divergences.
//!
//! All densities and divergences are in nats.
//!
//! | family | support | capabilities beside [`Distribution`] |
//! |---|---|---|
//! | [`Normal`] | real numbers | [`Reparameterized`] [`Mean`] [`Entropy`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Bernoulli`] | 0, 1 | [`Mean`] [`Entropy`] [`KlDivergence`] [`Factorized`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`Categorical`] | 0 … C − 1 | [`Entropy`] [`KlDivergence`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`Poisson`] | 0, 1, 2, … | [`Mean`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`DiscretizedLogistic`] | levels of `[0, 1]` | [`Mean`] [`DetachParams`] [`Expand`] |
//!
//! Whatever has a [`Mean`] can [`Predict`]. Parameters in `f64` give results in `f64`. [`special`] holds the functions they are made of.

mod bernoulli;
mod categorical;
mod discretized_logistic;
mod distribution;
mod normal;
mod poisson;
mod rows;
pub mod special;

pub use bernoulli::Bernoulli;
pub use categorical::Categorical;
pub use discretized_logistic::DiscretizedLogistic;
pub use distribution::{
    DetachParams, Distribution, Entropy, Enumerable, Expand, Factorized, KlDivergence, Mean, Predict,
    Reparameterized,
};
pub use jensen_random::Rng;
pub use normal::Normal;
pub use poisson::Poisson;
