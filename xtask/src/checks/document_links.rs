//! The relative links and pictures of the documents lead somewhere.

use std::{error::Error, fs, path::Path};

use crate::{finding::Finding, markdown};

/// The documents a reader meets; they are required.
const DOCUMENTS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "bench/README.md",
    "docs/reliability.md",
];

pub fn check(root: &Path) -> Result<Vec<Finding>, Box<dyn Error>> {
    let mut findings = Vec::new();
    for name in DOCUMENTS {
        let document = fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"))?;
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        findings.extend(broken_links(name, &document, |target| root.join(folder).join(target).exists()));
    }
    Ok(findings)
}

fn broken_links(name: &str, document: &str, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    markdown::destinations(document)
        .into_iter()
        .filter(|link| relative_file(&link.text).is_some_and(|target| !exists(target)))
        .map(|link| Finding {
            file: name.to_string(),
            line: Some(link.line),
            message: format!("the link to `{}` leads nowhere", link.text),
        })
        .collect()
}

/// The file a destination names, or `None` for an address on the web and a place within the document.
fn relative_file(destination: &str) -> Option<&str> {
    let elsewhere = destination.contains("://") || destination.starts_with("mailto:");
    let file = destination.split('#').next().unwrap_or_default();
    (!elsewhere && !file.is_empty()).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_link_is_found_and_a_good_one_is_not() {
        let document = "[a](here.md#part)\n\n![b](gone.png)\n\n[c](https://example.org/x) [d](#part)\n";
        let findings = broken_links("README.md", document, |target| target == "here.md");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].to_string(), "README.md:3: the link to `gone.png` leads nowhere");
    }
}
