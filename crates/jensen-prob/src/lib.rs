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
//! | [`OneHotCategorical`] | one-hot vectors | [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`RelaxedBernoulli`] | log-odds of relaxed bits | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`DetachParams`] [`Expand`] |
//! | [`Concrete`] | logarithms of points of the simplex | [`Reparameterized`] [`Mode`] [`Entropy`] [`DetachParams`] [`Expand`] |
//! | [`Dirichlet`] | the simplex | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`DetachParams`] [`Expand`] |
//! | [`Poisson`] | 0, 1, 2, … | [`Mean`] [`Variance`] [`Mode`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`NegativeBinomial`] | 0, 1, 2, … | [`Mean`] [`Variance`] [`Mode`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Geometric`] | 0, 1, 2, … | [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Binomial`] | 0 … n | [`Mean`] [`Variance`] [`Mode`] [`KlDivergence`] [`Factorized`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`Multinomial`] | counts with the sum n | [`Mean`] [`Variance`] [`KlDivergence`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`VonMises`] | angles | [`Reparameterized`] [`Mode`] [`Entropy`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`VonMisesFisher`] | the unit sphere | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`DetachParams`] [`Expand`] |
//! | [`DiscretizedLogistic`] | levels of `[0, 1]` | [`Mean`] [`DetachParams`] [`Expand`] |
//!
//! Whatever has a [`Mean`] can [`Predict`]. Parameters in `f64` give results in `f64`. [`special`] holds the functions they are made of.

mod bernoulli;
mod bessel;
mod beta;
mod binomial;
mod categorical;
mod cauchy;
mod concrete;
mod counts;
mod dirichlet;
mod discretized_logistic;
mod distribution;
mod gamma;
mod geometric;
mod gumbel;
mod host;
mod implicit;
mod laplace;
mod location_scale;
mod logistic;
mod multinomial;
mod negative_binomial;
mod normal;
mod one_hot_categorical;
mod poisson;
mod polar;
mod positive;
mod relaxed_bernoulli;
mod rows;
pub mod special;
mod von_mises;
mod von_mises_fisher;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use binomial::Binomial;
pub use categorical::Categorical;
pub use cauchy::{Cauchy, CauchyShape};
pub use concrete::Concrete;
pub use dirichlet::Dirichlet;
pub use discretized_logistic::DiscretizedLogistic;
pub use distribution::{
    Cdf, DetachParams, Distribution, Entropy, Enumerable, Expand, Factorized, Icdf, KlDivergence, Mean, Mode,
    Predict, Reparameterized, Variance,
};
pub use gamma::Gamma;
pub use geometric::Geometric;
pub use gumbel::{Gumbel, GumbelShape};
pub use jensen_random::Rng;
pub use laplace::{Laplace, LaplaceShape};
pub use location_scale::{Divergence, LocationScale, Moments, Shape};
pub use logistic::{Logistic, LogisticShape};
pub use multinomial::Multinomial;
pub use negative_binomial::NegativeBinomial;
pub use normal::Normal;
pub use one_hot_categorical::OneHotCategorical;
pub use poisson::Poisson;
pub use relaxed_bernoulli::RelaxedBernoulli;
pub use von_mises::VonMises;
pub use von_mises_fisher::VonMisesFisher;
