//! Encoders, decoders and the layers they are made of.
//!
//! A configuration is checked when it is made ([`EncoderConfig::new`], [`DecoderConfig::new`]);
//! `init` then cannot fail. Every weight is drawn from the run's own random numbers under the path
//! that it has in the model, so that the order of construction does not matter.

mod activation;
mod conditioner_net;
mod config;
mod convolutions;
mod decoder;
mod encoder;
mod flow;
mod given_context;
mod logit_encoder;
mod made;
mod mlp;
mod scope;
mod shape;
mod size;
#[cfg(test)]
mod tests;

pub use activation::Activation;
pub use conditioner_net::ConditionerNet;
pub use config::NetConfig;
pub(crate) use convolutions::halved;
pub use convolutions::{Convolutions, TransposedConvolutions};
pub(crate) use decoder::with_values;
pub use decoder::{Decoder, DecoderConfig};
pub(crate) use encoder::soft_limit;
pub use encoder::{Encoded, Encoder, EncoderConfig};
pub use flow::{AutoregressiveFlow, AutoregressiveFlowMap, CouplingFlow, CouplingFlowMap, FlowLayers};
pub use given_context::GivenContext;
pub use logit_encoder::LogitEncoder;
pub use made::Made;
pub use mlp::Mlp;
pub use scope::Scope;
pub use shape::ImageShape;
pub use size::NetSize;
