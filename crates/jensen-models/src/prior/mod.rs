//! What a latent variable is distributed as, before an observation is seen.

mod config;
mod family;
mod net;
mod normal_mixture;
mod pseudo_inputs;

pub use config::PriorConfig;
pub use family::Prior;
pub use net::PriorNet;
pub use normal_mixture::NormalMixture;
pub use pseudo_inputs::PseudoInputs;
pub(crate) use pseudo_inputs::PseudoStart;
