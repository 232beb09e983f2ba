//! Where examples come from: a file, an embedded set, or an environment.

use std::path::Path;

use jensen_data::{DataConfig, DataSpec, Dataset};

use crate::environment::EnvironmentSource;
use crate::error::CliError;

/// Opens the data of a source.
///
/// # Errors
/// If there are none, or they cannot be read or collected.
pub fn open(spec: &DataSpec) -> Result<Dataset, CliError> {
    if EnvironmentSource::is_meant(&spec.source) {
        return spec.source.parse::<EnvironmentSource>()?.collect(spec);
    }
    Ok(Dataset::open(spec)?)
}

/// The same data wherever, and by whatever later version, they are asked for: paths are made absolute, and what an
/// environment is not asked for is written out.
pub fn anywhere(config: DataConfig) -> DataConfig {
    if !EnvironmentSource::is_meant(&config.source) {
        return config.anywhere();
    }
    // What cannot be read is refused by who opens it.
    let source = config.source.parse().map(|source: EnvironmentSource| source.to_string());
    DataConfig { source: source.unwrap_or(config.source.clone()), ..config }
}

/// What a run is named for: the file without folder and ending, or the environment.
pub fn short_name(source: &str) -> String {
    if EnvironmentSource::is_meant(source)
        && let Ok(source) = source.parse::<EnvironmentSource>()
    {
        return source.name().to_owned();
    }
    let stem = Path::new(source).file_stem();
    stem.map_or_else(|| source.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
