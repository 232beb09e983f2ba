//! Mixtures by expectation–maximisation, in double precision and in logarithms.
//!
//! A [`GaussianMixture`] is checked parameters. The E step is [`Statistics::expect`], the M step
//! [`GaussianMixture::maximise`]; [`GaussianMixture::fit`] is the whole of it, from k-means++ to the best of several
//! beginnings. A value that is not a number is missing, and marginalised exactly everywhere. Rows have weights.
//!
//! A [`BayesianMixture`] is a posterior of such parameters by variational Bayes, with a bound of the evidence and a
//! predictive density; a [`DiscreteMixture`] has columns that are bits or categories. What all have in common is
//! [`ExpectationMaximisation`].
//!
//! Statistics of blocks merge, so that a pass over data larger than memory is a fold over a [`RowSource`]; the blocks
//! and the order of their merging do not depend on threads, so neither does any bit of the result. [`OnlineEm`] learns
//! from a batch at a time.
//!
//! ```
//! use jensen_models::mixture::{Covariance, GaussianMixture, Regularisation, Rows, Statistics};
//! let values = [0.1, -0.2, 0.0, 3.9, 4.2, 4.0];
//! let rows = Rows::new(&values, 1)?;
//! let (weights, means) = (vec![0.5, 0.5], vec![0.0, 1.0]);
//! let mut mixture = GaussianMixture::new(Covariance::Spherical, 1, weights, means, vec![1.0, 1.0])?;
//! for _ in 0..50 {
//!     let statistics = Statistics::expect(&mixture, rows)?;
//!     mixture = mixture.maximise(&statistics, &Regularisation::absolute(1, 1e-6)?)?;
//! }
//! assert!((mixture.mean(1)[0] - 12.1 / 3.0).abs() < 1e-3);
//! # Ok::<(), jensen_models::mixture::MixtureError>(())
//! ```

pub(crate) mod arrays;
mod bayesian;
pub(crate) mod blocks;
mod candidate;
pub(crate) mod cholesky;
pub(crate) mod components;
mod covariance;
mod criteria;
mod data;
pub(crate) mod density;
mod discrete;
pub(crate) mod draw;
mod em_learner;
mod error;
pub(crate) mod expectation_maximisation;
mod exponential;
pub(crate) mod family;
mod fit;
mod gaussian;
pub(crate) mod imputation;
pub(crate) mod initialisation;
mod k_means;
pub(crate) mod marginal;
mod maximisation;
mod measure;
mod online;
mod online_learner;
pub(crate) mod options;
pub(crate) mod pattern;
mod precision;
pub(crate) mod restarts;
mod rows;
pub(crate) mod shares;
mod state;
mod statistics;
mod summary;
pub(crate) mod totals;

pub use arrays::{Arrays, NamedArray};
pub use bayesian::{BayesianMixture, BayesianOptions, NormalWishart, WeightPrior};
pub use blocks::BLOCK;
pub use covariance::Covariance;
pub use criteria::InformationCriteria;
pub use data::{Examples, Numbers};
pub use discrete::{Categories, DiscreteMixture, DiscreteOptions, DiscreteStatistics, Smoothing};
pub use draw::Draws;
pub use em_learner::EmLearner;
pub use error::MixtureError;
pub use expectation_maximisation::{ExpectationMaximisation, Fitted};
pub use fit::EmOptions;
pub use gaussian::GaussianMixture;
pub use initialisation::Subsample;
pub use maximisation::Regularisation;
pub use measure::{Density, LOG_LIKELIHOOD, log_prob, measure, weights};
pub use online::OnlineEm;
pub use online_learner::OnlineLearner;
pub use rows::{RowSource, Rows};
pub use state::from_state;
pub use statistics::Statistics;
pub use summary::Summary;
