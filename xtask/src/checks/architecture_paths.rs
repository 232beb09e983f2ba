//! Every path that ARCHITECTURE.md names exists, so that the map never shows a place that is gone.

use std::{error::Error, fs, path::Path};

use crate::{finding::Finding, markdown};

const DOCUMENT: &str = "ARCHITECTURE.md";

pub fn check(root: &Path) -> Result<Vec<Finding>, Box<dyn Error>> {
    let document = fs::read_to_string(root.join(DOCUMENT)).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    Ok(missing_paths(&document, |path| root.join(path).exists()))
}

fn missing_paths(document: &str, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    markdown::code_spans(document)
        .into_iter()
        .filter(|span| is_path(&span.text) && !exists(&span.text))
        .map(|span| Finding {
            file: DOCUMENT.to_string(),
            line: Some(span.line),
            message: format!("`{}` does not exist: name the place where this lives now", span.text),
        })
        .collect()
}

/// Inline code with a slash and nothing that a path of ours never has is a path, from the repository's root.
fn is_path(code: &str) -> bool {
    code.contains('/') && code.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_gone_is_found_with_its_line() {
        let document = "The grid is in `crates/a/src/grid.rs`,\nthe plot in `crates/a/src/plot.rs`.\n";
        let findings = missing_paths(document, |path| path.ends_with("grid.rs"));
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, Some(2));
        assert!(findings[0].message.contains("crates/a/src/plot.rs"));
    }

    #[test]
    fn code_that_is_not_a_path_is_left_alone() {
        for code in ["Rng::fork", "cargo run", "p(x, z)", "x / y", "k/(levels-1)", "https://example.org"] {
            assert!(!is_path(code), "{code}");
        }
        assert!(is_path("crates/jensen-prob/"));
        assert!(is_path(".ci/run"));
    }
}
