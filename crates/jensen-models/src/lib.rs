//! Latent-variable models: nets, likelihoods, variational autoencoders with continuous and with binary latents, and
//! problems with known gradients.

mod flow_options;
pub mod laboratory;
pub mod latent_path;
pub mod likelihood;
pub mod nets;
pub mod posterior;
pub mod prior;
mod sbn;
pub mod table;
mod vae;

pub use sbn::{BinaryDecoder, BinaryEncoder, Sbn};
pub use vae::{OutputBias, Vae, VaeConfig};
