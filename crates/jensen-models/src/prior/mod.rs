//! What a latent variable is distributed as, before an observation is seen.

mod config;
mod family;
mod net;

pub use config::PriorConfig;
pub use family::Prior;
pub use net::PriorNet;
