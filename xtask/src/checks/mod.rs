//! The rules that this repository sets itself beyond what cargo, rustfmt and clippy know. One file, one rule.

mod architecture_paths;
mod crate_arrows;
mod document_links;
mod family_pages;
mod file_length;
mod forbidden_words;
mod reliability_tests;

use std::{error::Error, path::Path};

use crate::finding::Finding;

/// A rule: all its violations in the repository under the given root.
pub type Check = fn(&Path) -> Result<Vec<Finding>, Box<dyn Error>>;

/// Every rule by name.
pub const ALL: [(&str, Check); 7] = [
    ("architecture-paths", architecture_paths::check),
    ("crate-arrows", crate_arrows::check),
    ("document-links", document_links::check),
    ("family-pages", family_pages::check),
    ("file-length", file_length::check),
    ("forbidden-words", forbidden_words::check),
    ("reliability-tests", reliability_tests::check),
];
