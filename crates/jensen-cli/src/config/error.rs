//! What can be wrong with a configuration, and where it was said.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// In a file.
    File(Arc<Place>),
    /// On the command line.
    Option(String),
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
    /// The bytes meant.
    pub span: Range<usize>,
}

impl Origin {
    /// These bytes of a file.
    pub fn file(path: &Path, text: &str, span: Range<usize>) -> Self {
        Self::File(Arc::new(Place { path: path.to_owned(), text: text.to_owned(), span }))
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => write!(f, "the default"),
            Self::File(place) => {
                let line = place.text[..place.span.start].matches('\n').count() + 1;
                write!(f, "{}, line {line}", place.path.display())
            }
            Self::Option(option) => write!(f, "`{option}`"),
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },

    /// The file is not TOML.
    #[error("{origin}: {reason}")]
    Syntax {
        /// Where.
        origin: Origin,
        /// What the parser says.
        reason: String,
    },

    /// `--set` without `key=value`.
    #[error("`--set {text}` is not of the form path.to.key=value")]
    Assignment {
        /// What was given.
        text: String,
    },

    /// A key that does not exist.
    #[error("{origin}: {section} has no option `{key}`")]
    UnknownKey {
        /// Where it was given.
        origin: Origin,
        /// The section, in words.
        section: String,
        /// The key.
        key: String,
        /// The keys that exist.
        known: Vec<String>,
    },

    /// A value that the key does not take.
    #[error("{origin}: `{key}` {reason}")]
    Value {
        /// Where it was given.
        origin: Origin,
        /// The path of the key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl ConfigError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Read { .. } => Some("`jensen config default > FILE` writes one to start from".to_owned()),
            Self::Assignment { .. } => Some("for example `--set fit.learning_rate=5e-4`".to_owned()),
            Self::UnknownKey { key, known, .. } => {
                let options = if known.is_empty() {
                    "it has none".into()
                } else {
                    format!("it has: {}", known.join(", "))
                };
                Some(match closest(key, known) {
                    Some(name) => format!("did you mean `{name}`? {options}"),
                    None => options,
                })
            }
            _ => None,
        }
    }

    /// The place at fault, if the configuration came from a file.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Syntax { origin: Origin::File(place), .. }
            | Self::UnknownKey { origin: Origin::File(place), .. }
            | Self::Value { origin: Origin::File(place), .. } => Some(place),
            _ => None,
        }
    }
}

/// The name that was probably meant.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a String>) -> Option<&'a str> {
    let scored = names.into_iter().map(|name| (strsim::jaro_winkler(word, name), name.as_str()));
    scored.filter(|(score, _)| *score > 0.75).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}
