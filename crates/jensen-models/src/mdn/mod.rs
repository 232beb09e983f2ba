//! Mixture density networks: a density `p(y | x)` with as many branches as the answer has.
//!
//! A net that is trained to predict `y` from `x` gives its mean, which may be a value that `y` never has: where an
//! inverse problem has two solutions, the mean lies between them. A [`MixtureDensityNet`] gives a whole mixture instead
//! (Bishop 1994), and is trained by the exact gradient of its log-likelihood. With one component it is Gaussian
//! regression with a deviation that depends on `x`.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use jensen_models::mdn::MdnConfig;
//! use jensen_random::Rng;
//!
//! let device = Device::flex();
//! let targets = [-1.0, 1.1, -0.9, 1.0]; // of two branches
//! let config = MdnConfig { components: 2, hidden: vec![8], ..MdnConfig::default() };
//! let net = config.init(1, 1, &targets, &Rng::seed(1), &device)?;
//! let x = Tensor::<2>::from_data([[0.0f32], [0.5]], &device);
//! let y = Tensor::<2>::from_data([[1.0f32], [-1.0]], &device);
//! assert_eq!(net.log_prob(x.clone(), &y).dims(), [2]);
//! assert_eq!(net.sample(x, &Rng::seed(2)).values.dims(), [2, 1]);
//! # Ok::<(), jensen_infer::InferError>(())
//! ```

mod config;
mod net;
mod normal_mixture;
mod start;

pub use config::MdnConfig;
pub use net::{Branches, Draws, MixtureDensityNet};
pub use normal_mixture::{NormalMixture, NormalTerm};
