//! Latent-variable models: nets, likelihoods and variational autoencoders.

pub mod laboratory;
pub mod latent_path;
pub mod likelihood;
pub mod nets;
pub mod sbn;
pub mod table;
mod vae;

pub use vae::{OutputBias, Vae, VaeConfig};
