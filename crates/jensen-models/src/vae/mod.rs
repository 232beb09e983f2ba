//! The variational autoencoder.

mod config;
mod generate;
mod model;

pub use config::{OutputBias, VaeConfig};
pub use model::Vae;
