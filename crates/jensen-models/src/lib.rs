//! Latent-variable models: nets, likelihoods and variational autoencoders.

pub mod likelihood;
pub mod nets;
mod vae;

pub use vae::{OutputBias, Vae, VaeConfig};
