//! The configuration of a run: defaults, overridden by a file, overridden by options.

mod assignment;
mod document;
mod error;
mod layers;
mod run_config;
mod schema;

pub use assignment::Assignment;
pub use error::{ConfigError, Origin, closest};
pub use layers::Layers;
pub use run_config::{ModelKind, RunConfig};
