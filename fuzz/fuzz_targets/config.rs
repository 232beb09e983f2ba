#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

// The command has no library: its configuration is compiled as a part of this target.
#[allow(dead_code, unused_imports, missing_docs)]
#[path = "../../crates/jensen-cli/src/config/mod.rs"]
mod config;

use config::{Assignment, Layers, RunConfig};

// A file, then `--set` options, one a line after a line of `---`.
fuzz_target!(|text: &str| {
    static DEFAULTS: OnceLock<Layers> = OnceLock::new();
    let defaults = DEFAULTS.get_or_init(|| Layers::over(&RunConfig::default()));
    let (file, options) = text.split_once("\n---\n").unwrap_or((text, ""));
    let Ok(layers) = defaults.clone().with_text(Path::new("run.toml"), file.to_owned()) else { return };
    let Ok(options) = options.lines().map(Assignment::parse).collect::<Result<Vec<_>, _>>() else { return };
    let Ok(layers) = layers.with_assignments(options) else { return };
    match RunConfig::from_layers(layers) {
        Ok(config) => assert!(!config.to_toml().is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
