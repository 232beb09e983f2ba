//! What a latent variable is distributed as, given an observation.

mod amortized_flow;
mod config;
mod family;
mod net;

pub use amortized_flow::{AmortizedFlow, FlowAtContext};
pub use config::PosteriorConfig;
pub use family::Posterior;
pub use net::PosteriorNet;
