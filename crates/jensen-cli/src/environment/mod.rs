//! Environments by name or as another process, and the data that are collected in them.

mod collection;
mod source;

pub use collection::{Collection, PolicyKind};
pub use source::EnvironmentSource;
