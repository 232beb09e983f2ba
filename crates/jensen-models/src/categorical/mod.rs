//! The categorical autoencoder: latents that each are one of a few categories.

mod config;
mod generate;
mod model;

pub use config::CategoricalConfig;
pub use model::CategoricalVae;
