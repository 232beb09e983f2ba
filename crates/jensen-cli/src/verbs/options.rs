//! Groups of options that several verbs share.

use std::path::Path;

use clap::Args;
use jensen_data::Split;

use crate::error::CliError;

/// The run that a verb reads.
#[derive(Debug, Args)]
pub struct RunOption {
    /// A run: its name under runs/, or its path
    #[arg(value_name = "RUN")]
    pub run: String,
}

/// Which examples a verb reads.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub struct DataOptions {
    /// Other data than the run was trained on: `digits`, or the path of a file or folder
    #[arg(long, value_name = "SPEC")]
    pub data: Option<String>,
    /// Which part of the data [default: all for `encode` and `score`, else test]; of data without a test split,
    /// `test` is all
    #[arg(long, value_name = "train|valid|test|all", value_parser = split)]
    pub split: Option<Split>,
    /// Read the first N examples only
    #[arg(long, value_name = "N")]
    pub limit: Option<std::num::NonZeroUsize>,
}

fn split(text: &str) -> Result<Split, String> {
    text.parse().map_err(|_| "it is one of train, valid, test, all".to_owned())
}

/// The seed of a verb that draws.
#[derive(Debug, Args)]
pub struct SeedOption {
    /// Moves the draws; never the examples of a split nor their binarisation
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
}

/// Refuses an output file whose ending says nothing about its format.
pub fn check_ending(path: &Path, endings: &[&'static str]) -> Result<&'static str, CliError> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let known = endings.iter().find(|&&known| known == ending);
    known.copied().ok_or_else(|| {
        CliError::usage(
            format!("{} has no ending that tells its format", path.display()),
            format!("give a file that ends in .{}", endings.join(", .")),
        )
    })
}
