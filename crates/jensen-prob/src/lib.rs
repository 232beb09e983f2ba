//! Distributions, their capabilities and divergences.
//!
//! All densities and divergences are in nats.
//!
//! | family | support | capabilities beside [`Distribution`] |
//! |---|---|---|
//! | [`Normal`] | real numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Laplace`] [`Gumbel`] | real numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Logistic`] | real numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`DetachParams`] [`Expand`] |
//! | [`Cauchy`] | real numbers | [`Reparameterized`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Bernoulli`] | 0, 1 | [`ConditionalReparameterized`] [`Mean`] [`Variance`] [`Entropy`] [`KlDivergence`] [`Factorized`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`MultivariateNormal`] [`LowRankNormal`] | real vectors | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`DetachParams`] [`Expand`] |
//! | [`Transformed`] | the range of its map | [`Reparameterized`] [`DetachParams`] [`Expand`], as its base |
//! | [`StudentT`] | real numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`DetachParams`] [`Expand`] |
//! | [`LogNormal`] [`Exponential`] [`HalfNormal`] [`Weibull`] | positive numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Gamma`] [`InverseGamma`] | positive numbers | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Pareto`] | above a scale | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Uniform`] | an interval | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Beta`] | between 0 and 1 | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`ContinuousBernoulli`] | between 0 and 1 | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Kumaraswamy`] | between 0 and 1 | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`DetachParams`] [`Expand`] |
//! | [`TanhNormal`] | between −1 and 1 | [`Reparameterized`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`TruncatedNormal`] | an interval | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Categorical`] | 0 … C − 1 | [`Entropy`] [`KlDivergence`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`OneHotCategorical`] | one-hot vectors | [`ConditionalReparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`RelaxedBernoulli`] | log-odds of relaxed bits | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`DetachParams`] [`Expand`] |
//! | [`Concrete`] | logarithms of points of the simplex | [`Reparameterized`] [`Mode`] [`Entropy`] [`DetachParams`] [`Expand`] |
//! | [`Dirichlet`] | the simplex | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`DetachParams`] [`Expand`] |
//! | [`Poisson`] | 0, 1, 2, … | [`Mean`] [`Variance`] [`Mode`] [`Cdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`NegativeBinomial`] | 0, 1, 2, … | [`Mean`] [`Variance`] [`Mode`] [`Cdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Geometric`] | 0, 1, 2, … | [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`Cdf`] [`Icdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`Binomial`] | 0 … n | [`Mean`] [`Variance`] [`Mode`] [`Cdf`] [`KlDivergence`] [`Factorized`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`Multinomial`] | counts with the sum n | [`Mean`] [`Variance`] [`KlDivergence`] [`Enumerable`] [`DetachParams`] [`Expand`] |
//! | [`VonMises`] | angles | [`Reparameterized`] [`Mode`] [`Entropy`] [`Cdf`] [`KlDivergence`] [`Factorized`] [`DetachParams`] [`Expand`] |
//! | [`VonMisesFisher`] | the unit sphere | [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`DetachParams`] [`Expand`] |
//! | [`DiscretizedLogistic`] | levels of `[0, 1]` | [`Mean`] [`DetachParams`] [`Expand`] |
//! | [`Mixture`] of one family | that of the family | of the family's: [`Mean`] [`Variance`] [`Cdf`] [`DetachParams`] [`Expand`] |
//! | [`Independent`] rows as one event | that of each | [`Factorized`], and of each all others |
//! | [`Joint`] of two families | pairs | of both: [`Reparameterized`] [`Mean`] [`Variance`] [`Mode`] [`Entropy`] [`KlDivergence`] [`DetachParams`] [`Expand`] |
//!
//! Whatever has a [`Mean`] can [`Predict`]; all can [`SelectRows`], and so be mixed, [`Transformed`] where
//! its map can [`SelectMaps`](bijector::SelectMaps). Parameters in `f64` give results in `f64`. [`special`]
//! holds the functions they are made of, [`bijector`] the maps of normalizing flows.
//!
//! # Divergences
//! | | families |
//! |---|---|
//! | [`KlDivergence`] | each to itself, as in the table; Laplace, logistic, Gumbel, gamma, beta, exponential, half-normal, Pareto, uniform and continuous Bernoulli to normal; normal to Laplace; normal, gamma, exponential and uniform to Gumbel; beta, exponential, Weibull, Pareto and uniform to gamma; gamma, beta, half-normal, log-normal, Weibull, Pareto, uniform and continuous Bernoulli to exponential; uniform to beta and Pareto; beta and uniform to continuous Bernoulli; beta and continuous Bernoulli to uniform; Bernoulli to Poisson; normal, that of a full covariance and that of one of low rank to each other |
//! | [`RenyiDivergence`], with [`alpha_divergence`], Bhattacharyya and Hellinger | normal, also with a full covariance and with one of low rank, log-normal, tanh-normal, half-normal, Laplace, gamma, inverse gamma, exponential, Pareto, beta, Dirichlet, uniform, continuous Bernoulli, von Mises, von Mises–Fisher, Bernoulli, binomial, categorical, one-hot, multinomial, geometric, Poisson |
//! | [`SquaredWasserstein`] | normal, Laplace, logistic, Gumbel |
//! | [`jensen_shannon_divergence`] | those that are [`Enumerable`] |
//! | [`jeffreys_divergence`] | those with a divergence both ways |
//! | [`estimate_kl`], [`estimate_kl_of_neighbours`], [`estimate_entropy`], [`estimate_renyi`], [`estimate_jensen_shannon`] | all, from draws, with standard errors |
//! | [`estimate_squared_mmd`] | any two sets of draws |
//!
//! A divergence is `+∞`, with gradient 0, where its parameters make it so: where an interval reaches beyond
//! the support of `p`, or a moment that it takes is infinite. A pair that is `+∞` whatever the parameters,
//! such as normal to gamma, has no [`KlDivergence`]: it is a mistake of the model, which the compiler finds.

mod bernoulli;
mod bessel;
mod beta;
pub mod bijector;
mod binomial;
mod categorical;
mod cauchy;
mod columns;
mod concrete;
mod continuous_bernoulli;
mod counts;
mod dirichlet;
mod discretized_logistic;
mod distribution;
mod divergence;
mod enumeration;
mod exponential;
mod gamma;
mod geometric;
mod gumbel;
mod half_normal;
mod host;
mod implicit;
mod independent;
mod inverse_gamma;
mod joint;
mod kumaraswamy;
mod laplace;
mod location_scale;
mod log_normal;
mod logistic;
mod low_rank_normal;
mod mixture;
mod multinomial;
mod multivariate_normal;
mod negative_binomial;
mod noise;
mod normal;
mod one_hot_categorical;
mod pareto;
mod poisson;
mod polar;
mod positive;
mod quadrature;
mod relaxed_bernoulli;
mod rows;
mod share;
pub mod special;
mod student_t;
mod tanh_normal;
mod transformed;
mod triangular_factor;
mod truncated_normal;
mod uniform;
mod value;
mod von_mises;
mod von_mises_fisher;
mod weibull;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use binomial::Binomial;
pub use categorical::Categorical;
pub use cauchy::{Cauchy, CauchyShape};
pub use concrete::Concrete;
pub use continuous_bernoulli::ContinuousBernoulli;
pub use dirichlet::Dirichlet;
pub use discretized_logistic::DiscretizedLogistic;
pub use distribution::{
    Cdf, ConditionalReparameterized, DetachParams, Distribution, Entropy, Enumerable, Expand, Factorized,
    Icdf, KlDivergence, Mean, Mode, Predict, Reparameterized, SelectRows, Variance,
};
pub use divergence::{
    Estimate, Kernel, RenyiDivergence, SquaredWasserstein, alpha_divergence, estimate_entropy,
    estimate_jensen_shannon, estimate_kl, estimate_kl_of_neighbours, estimate_renyi, estimate_squared_mmd,
    jeffreys_divergence, jensen_shannon_divergence,
};
pub use exponential::Exponential;
pub use gamma::Gamma;
pub use geometric::Geometric;
pub use gumbel::{Gumbel, GumbelShape};
pub use half_normal::HalfNormal;
pub use independent::Independent;
pub use inverse_gamma::InverseGamma;
pub use jensen_random::Rng;
pub use joint::Joint;
pub use kumaraswamy::Kumaraswamy;
pub use laplace::{Laplace, LaplaceShape};
pub use location_scale::{Divergence, LocationScale, Moments, Shape};
pub use log_normal::LogNormal;
pub use logistic::{Logistic, LogisticShape};
pub use low_rank_normal::LowRankNormal;
pub use mixture::Mixture;
pub use multinomial::Multinomial;
pub use multivariate_normal::MultivariateNormal;
pub use negative_binomial::NegativeBinomial;
pub use normal::Normal;
pub use one_hot_categorical::OneHotCategorical;
pub use pareto::Pareto;
pub use poisson::Poisson;
pub use relaxed_bernoulli::RelaxedBernoulli;
pub use student_t::StudentT;
pub use tanh_normal::TanhNormal;
pub use transformed::Transformed;
pub use truncated_normal::TruncatedNormal;
pub use uniform::Uniform;
pub use value::RowValue;
pub use von_mises::VonMises;
pub use von_mises_fisher::VonMisesFisher;
pub use weibull::Weibull;

// The example of the page on distributions is run with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/distributions.md")]
struct Page;
