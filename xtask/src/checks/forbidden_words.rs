//! Words that say a source is not finished.

use std::{error::Error, path::Path};

use crate::{
    finding::Finding,
    rust_sources::{RustSource, rust_sources},
};

/// Put together at compile time, because this file is searched too.
const WORDS: [(&str, &str); 4] = [
    (concat!("TO", "DO"), "do it, or open an issue"),
    (concat!("FIX", "ME"), "fix it, or open an issue"),
    (concat!("unimpl", "emented!"), "implement it, or return a typed error"),
    (concat!("#[ign", "ore"), "make the test fast enough to run, or remove it"),
];

pub fn check(root: &Path) -> Result<Vec<Finding>, Box<dyn Error>> {
    Ok(rust_sources(root)?.iter().flat_map(violations).collect())
}

fn violations(source: &RustSource) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        for (word, remedy) in WORDS {
            if contains_word(line, word) {
                findings.push(Finding {
                    file: source.path.clone(),
                    line: Some(number + 1),
                    message: format!("`{word}`: {remedy}"),
                });
            }
        }
    }
    findings
}

/// Whether `word` stands in the line with no letter before it and none after it.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !letter(line[..start].chars().next_back()) && !letter(line[start + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_with_its_line() {
        for (word, _) in WORDS {
            let text = format!("fn f() {{}}\n    {word} (x)\n");
            let findings = violations(&RustSource { path: "a.rs".to_string(), text });
            assert_eq!(findings.len(), 1, "{word}");
            assert_eq!(findings[0].line, Some(2));
        }
    }

    #[test]
    fn a_word_inside_another_is_not_meant() {
        let inside = concat!("METHO", "DOLOGY MASTO", "DON");
        let text = format!("// {}{inside}\n", concat!("STU", "DIO "));
        assert!(violations(&RustSource { path: "a.rs".to_string(), text }).is_empty());
        assert!(!contains_word(concat!("MASTO", "DON"), concat!("TO", "DO")));
        assert!(contains_word(concat!("// TO", "DO: x"), concat!("TO", "DO")));
    }
}
