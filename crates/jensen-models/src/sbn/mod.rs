//! The sigmoid belief net: an autoencoder with binary latents.

mod generate;
mod init;
mod model;

pub use model::{BinaryDecoder, BinaryEncoder, Sbn};
