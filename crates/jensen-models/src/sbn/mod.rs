//! The sigmoid belief net: an autoencoder with layers of bits for latents.

mod bit_net;
mod config;
mod generate;
mod layered_bernoulli;
mod model;

pub use bit_net::BitNet;
pub use config::SbnConfig;
pub use layered_bernoulli::LayeredBernoulli;
pub use model::Sbn;
