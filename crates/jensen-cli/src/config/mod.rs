//! The configuration of a run: defaults, overridden by a file, overridden by options.

mod assignment;
mod defaults;
mod document;
mod error;
mod layers;
mod mixture;
mod model_kind;
mod run_config;
mod run_text;
mod schema;

pub use assignment::Assignment;
pub use error::{ConfigError, Origin, closest};
pub use layers::Layers;
pub use mixture::{Emissions, MixtureConfig};
pub use model_kind::ModelKind;
pub use run_config::RunConfig;
