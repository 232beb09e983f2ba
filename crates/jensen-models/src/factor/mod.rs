//! Factor analysis, probabilistic principal components and mixtures of them, in double precision.
//!
//! A [`FactorMixture`] says of each row that it is `x = μ + W z + ε` with a few factors `z ~ N(0, I)` and independent
//! noise `ε`, in one of `K` components. With one component and [`Noise::Isotropic`] it is probabilistic principal
//! component analysis (Tipping & Bishop 1999), with [`Noise::Diagonal`] factor analysis; with more, mixtures of either
//! (Ghahramani & Hinton 1997). Its covariances `W Wᵀ + Ψ` are never formed: a row costs `columns · latents` for each
//! component, by Woodbury's identity.
//!
//! Values that are not numbers are missing, and marginalised exactly everywhere; rows have weights; data larger than
//! memory are a [`RowSource`](crate::mixture::RowSource); all as in [`mixture`](crate::mixture).
//!
//! ```
//! use jensen_models::factor::{FactorMixture, FactorOptions, Noise};
//! use jensen_models::mixture::Rows;
//! use jensen_random::Rng;
//! let values = [0.0, 0.1, 1.0, 2.1, 2.0, 3.9, 3.0, 6.1, 4.0, f64::NAN];
//! let rows = Rows::new(&values, 2)?;
//! let options = FactorOptions { latents: 1, noise: Noise::Isotropic, ..FactorOptions::default() };
//! let fitted = FactorMixture::fit(&rows, &options, &Rng::seed(1))?;
//! let filled = fitted.mixture.impute(rows)?;
//! assert!((filled[9] - 8.0).abs() < 0.2);
//! # Ok::<(), jensen_models::mixture::MixtureError>(())
//! ```

mod density;
mod draw;
mod encoding;
mod fit;
mod marginal;
mod maximisation;
mod model;
mod noise;
mod principal;
mod statistics;

pub use encoding::Codes;
pub use fit::FactorOptions;
pub use model::FactorMixture;
pub use noise::Noise;
pub use statistics::FactorStatistics;
