//! The sigmoid belief net: binary latents.

mod config;
mod model;

pub use config::SbnConfig;
pub use model::{BinaryDecoder, BinaryEncoder, Sbn};
