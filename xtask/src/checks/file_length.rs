//! A Rust file of more than 500 lines holds more than one concept, unless a reason is written here.

use std::{error::Error, path::Path};

use crate::{
    finding::Finding,
    rust_sources::{RustSource, rust_sources},
};

const LIMIT: usize = 500;

/// Longer files and why each is one concept all the same.
const REASONS: &[(&str, &str)] = &[];

const THIS_FILE: &str = "xtask/src/checks/file_length.rs";

pub fn check(root: &Path) -> Result<Vec<Finding>, Box<dyn Error>> {
    Ok(violations(&rust_sources(root)?, REASONS))
}

fn violations(sources: &[RustSource], reasons: &[(&str, &str)]) -> Vec<Finding> {
    let is_long = |source: &RustSource| source.text.lines().count() > LIMIT;
    let too_long = sources
        .iter()
        .filter(|source| is_long(source) && !reasons.iter().any(|(path, _)| *path == source.path))
        .map(|source| Finding {
            file: source.path.clone(),
            line: None,
            message: format!(
                "{} lines: cut it by concept, or give the reason in {THIS_FILE}",
                source.text.lines().count()
            ),
        });
    let outdated = reasons
        .iter()
        .filter(|(path, _)| !sources.iter().any(|source| source.path == *path && is_long(source)))
        .map(|(path, _)| Finding {
            file: THIS_FILE.to_string(),
            line: None,
            message: format!("`{path}` is not longer than {LIMIT} lines any more: remove its reason"),
        });
    too_long.chain(outdated).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, lines: usize) -> RustSource {
        RustSource { path: path.to_string(), text: "x\n".repeat(lines) }
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        assert!(violations(&[source("a.rs", LIMIT)], &[]).is_empty());
        let findings = violations(&[source("a.rs", LIMIT + 1)], &[]);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].to_string().starts_with("a.rs: 501 lines"));
    }

    #[test]
    fn a_reason_permits_a_long_file_and_is_not_kept_for_a_short_one() {
        let reasons = [("a.rs", "one table")];
        assert!(violations(&[source("a.rs", LIMIT + 1)], &reasons).is_empty());
        assert!(violations(&[source("a.rs", LIMIT)], &reasons)[0].message.contains("remove its reason"));
    }
}
