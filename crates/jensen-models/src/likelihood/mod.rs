//! What an observation is distributed as, given the latent variable.

mod config;
mod family;

pub(crate) use config::Spread;
pub use config::{LikelihoodConfig, Variance};
pub use family::Likelihood;
