//! Latent-variable models: nets, likelihoods, autoencoders with continuous, binary and categorical latents, mixtures,
//! mixture density networks, factor analysers and hidden Markov models by expectation–maximisation, and problems with known gradients.

mod autoencoder;
mod categorical;
pub mod factor;
mod flow_options;
pub mod hmm;
pub mod laboratory;
pub mod latent_path;
pub mod likelihood;
pub mod mdn;
pub mod mixture;
pub mod nets;
mod one_of;
pub mod posterior;
pub mod prior;
mod sbn;
pub mod table;
mod vae;

pub use autoencoder::Autoencoder;
pub use categorical::{CategoricalConfig, CategoricalVae};
pub use sbn::{BitNet, LayeredBernoulli, Sbn, SbnConfig};
pub use vae::{OutputBias, Vae, VaeConfig};
