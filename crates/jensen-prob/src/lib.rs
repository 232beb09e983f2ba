//! Distributions, their capabilities and divergences.
//!
//! All densities and divergences are in nats.
//!
//! | family | support | capabilities beside [`Distribution`] |
//! |---|---|---|
//! | [`Normal`] | real numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Laplace`] [`Gumbel`] | real numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Logistic`] | real numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`DetachParams`] [`Expand`] |
//! | [`Cauchy`] | real numbers | [`Reparameterized`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Gamma`] | positive numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Beta`] | between 0 and 1 | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Bernoulli`] | 0, 1 | [`Mean`] [`Entropy`] [`KlDivergence`] [`Factorized`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`Categorical`] | 0 … C − 1 | [`Entropy`] [`KlDivergence`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`Poisson`] | 0, 1, 2, … | [`Mean`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`DiscretizedLogistic`] | levels of `[0, 1]` | [`Mean`] [`DetachParams`] [`Expand`] |
//! | [`Mixture`] of one family | that of the family | of the family's: [`Mean`] [`Variance`] [`Cdf`] [`DetachParams`] [`Expand`] |
//! | [`Independent`] rows as one event | that of each | of each: all but [`Factorized`] and [`Enumerable`] |
//! | [`Joint`] of two families | pairs | of both: [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`DetachParams`] [`Expand`] |
//!
//! Whatever has a [`Mean`] can [`Predict`], and all can [`SelectRows`]. Parameters in `f64` give results in `f64`. [`special`] holds the functions they are made of.
//!
//! # Divergences
//! | | families |
//! |---|---|
//! | [`KlDivergence`] | each to itself, as in the table; Laplace, logistic, Gumbel, gamma and beta to normal; normal to Laplace; normal and gamma to Gumbel; beta to gamma; Bernoulli to Poisson |
//! | [`RenyiDivergence`], with [`alpha_divergence`], Bhattacharyya and Hellinger | normal, Laplace, gamma, beta, Bernoulli, categorical, Poisson |
//! | [`SquaredWasserstein`] | normal, Laplace, logistic, Gumbel |
//! | [`jensen_shannon_divergence`] | those that are [`Enumerable`] |
//! | [`jeffreys_divergence`] | those with a divergence both ways |
//! | [`estimate_kl`], [`estimate_kl_of_neighbours`], [`estimate_entropy`], [`estimate_renyi`], [`estimate_jensen_shannon`] | all, from draws, with standard errors |
//! | [`estimate_squared_mmd`] | any two sets of draws |

mod bernoulli;
mod beta;
mod categorical;
mod cauchy;
mod discretized_logistic;
mod distribution;
mod divergence;
mod gamma;
mod gumbel;
mod implicit;
mod independent;
mod joint;
mod laplace;
mod location_scale;
mod logistic;
mod mixture;
mod normal;
mod poisson;
mod positive;
mod rows;
pub mod special;
mod value;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use categorical::Categorical;
pub use cauchy::{Cauchy, CauchyShape};
pub use discretized_logistic::DiscretizedLogistic;
pub use distribution::{
    Cdf, DetachParams, Distribution, Entropy, Enumerable, Expand, Factorized, Icdf, KlDivergence, Mean, Mode,
    Predict, Reparameterized, SelectRows, Variance,
};
pub use divergence::{
    Estimate, Kernel, RenyiDivergence, SquaredWasserstein, alpha_divergence, estimate_entropy,
    estimate_jensen_shannon, estimate_kl, estimate_kl_of_neighbours, estimate_renyi, estimate_squared_mmd,
    jeffreys_divergence, jensen_shannon_divergence,
};
pub use gamma::Gamma;
pub use gumbel::{Gumbel, GumbelShape};
pub use independent::Independent;
pub use jensen_random::Rng;
pub use joint::Joint;
pub use laplace::{Laplace, LaplaceShape};
pub use location_scale::{Divergence, LocationScale, Moments, Shape};
pub use logistic::{Logistic, LogisticShape};
pub use mixture::Mixture;
pub use normal::Normal;
pub use poisson::Poisson;
pub use value::RowValue;
