//! Groups of options that several verbs share.

use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::path::Path;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Command};
use jensen_data::Split;

use crate::error::CliError;

/// The run that a verb reads.
#[derive(Debug, Args)]
pub struct RunOption {
    /// A run: its name under runs/, or its path
    #[arg(value_name = "RUN", value_parser = Utf8)]
    pub run: String,
}

/// Which examples a verb reads.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub struct DataOptions {
    /// Other data than the run was trained on: `digits`, the path of a file or folder, or `env:NAME?samples=N&seed=S`
    #[arg(long, value_name = "SPEC", value_parser = Utf8)]
    pub data: Option<String>,
    /// Which part of the data [default: all for `encode` and `score`, else test]; of data without a test split,
    /// `test` is all
    #[arg(long, value_name = "train|valid|test|all", value_parser = split)]
    pub split: Option<Split>,
    /// Read the first N examples only
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    pub limit: Option<NonZeroUsize>,
}

fn split(text: &str) -> Result<Split, String> {
    text.parse().map_err(|_| "it is one of train, valid, test, all".to_owned())
}

/// A count of something: 1 or more.
pub fn at_least_one(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "it is a whole number of at least 1".to_owned())
}

/// Text that a configuration, which is text, can hold: for paths that are stored.
#[derive(Clone)]
pub struct Utf8;

impl TypedValueParser for Utf8 {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        value.to_str().map(str::to_owned).ok_or_else(|| {
            let arg = arg.map_or("an argument".to_owned(), |arg| format!("'{arg}'"));
            let value = value.as_encoded_bytes().escape_ascii();
            let message = format!(
                "{arg} is `{value}`, which is not UTF-8, and a run could not remember it: rename it, or give it a second \
                 name with `ln -s`, or go into its folder and name it from there\n"
            );
            clap::Error::raw(ErrorKind::InvalidUtf8, message).with_cmd(command)
        })
    }
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
    let extension = |path: &Path| path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let ending = extension(path).unwrap_or_default();
    let ending = match ending.as_str() {
        "gz" | "zst" => path.file_stem().and_then(|stem| extension(stem.as_ref())).unwrap_or_default(),
        _ => ending,
    };
    let known = endings.iter().find(|&&known| known == ending);
    known.copied().ok_or_else(|| {
        CliError::usage(
            format!("{} has no ending that tells its format", path.display()),
            format!("give a file that ends in .{}", endings.join(", .")),
        )
    })
}
