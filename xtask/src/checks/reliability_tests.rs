//! Every test that docs/reliability.md names exists, and every fault in its tables has one.

use std::{error::Error, fs, path::Path};

use crate::{
    finding::Finding,
    markdown,
    rust_sources::{RustSource, rust_sources},
};

const DOCUMENT: &str = "docs/reliability.md";

pub fn check(root: &Path) -> Result<Vec<Finding>, Box<dyn Error>> {
    let document = fs::read_to_string(root.join(DOCUMENT)).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    Ok(findings(&document, &rust_sources(root)?))
}

fn findings(document: &str, sources: &[RustSource]) -> Vec<Finding> {
    let finding = |line, message| Finding { file: DOCUMENT.to_string(), line: Some(line), message };
    let named: Vec<_> =
        markdown::code_spans(document).into_iter().filter(|span| Test::parse(&span.text).is_some()).collect();
    let gone = named.iter().filter(|span| Test::parse(&span.text).is_some_and(|test| !test.is_in(sources)));
    let gone = gone.map(|span| finding(span.line, format!("there is no test `{}`", span.text)));
    let untested = rows(document).into_iter().filter(|line| named.iter().all(|span| span.line != *line));
    let untested = untested
        .map(|line| finding(line, "a fault without a test: name one as `crate: module::test`".to_string()));
    gone.chain(untested).collect()
}

/// The lines of the tables' rows, counted from 1; headers, which stand above a rule, are none.
fn rows(document: &str) -> Vec<usize> {
    let lines: Vec<&str> = document.lines().collect();
    let is_row = |i: usize| lines.get(i).is_some_and(|line| line.starts_with('|'));
    let is_rule = |i: usize| is_row(i) && lines[i].chars().all(|c| "|-: ".contains(c));
    let rows = (0..lines.len()).filter(|&i| is_row(i) && !is_rule(i) && !is_rule(i + 1));
    rows.map(|i| i + 1).collect()
}

/// `jensen-cli: kill::every_bit_survives`: a crate, the modules of a test, its name.
struct Test<'a> {
    package: &'a str,
    modules: Vec<&'a str>,
    name: &'a str,
}

impl<'a> Test<'a> {
    fn parse(code: &'a str) -> Option<Self> {
        let (package, path) = code.split_once(": ")?;
        let is_word =
            |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let mut modules: Vec<&str> = path.split("::").collect();
        let is_test =
            (package == "xtask" || package.starts_with("jensen")) && modules.iter().all(|m| is_word(m));
        let name = modules.pop()?;
        is_test.then_some(Self { package, modules, name })
    }

    /// Whether a file of these modules has a function of this name.
    fn is_in(&self, sources: &[RustSource]) -> bool {
        let folder =
            if self.package == "xtask" { "xtask/".to_string() } else { format!("crates/{}/", self.package) };
        let function = format!("fn {}(", self.name);
        sources.iter().any(|source| {
            let parts: Vec<&str> = source.path.trim_end_matches(".rs").split('/').collect();
            source.path.starts_with(&folder)
                && self.modules.iter().all(|module| *module == "tests" || parts.contains(module))
                && source.text.contains(&function)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> RustSource {
        let path = "crates/jensen-cli/tests/it/kill.rs".to_string();
        RustSource { path, text: "#[test]\nfn it_survives() {}\n".to_string() }
    }

    #[test]
    fn a_test_that_is_gone_and_a_row_without_one_are_found() {
        let document = "| fault | test |\n|---|---|\n| a | `jensen-cli: kill::it_survives` |\n\
                        | b | `jensen-cli: kill::it_died` |\n| c | |\n\nsee `jensen-cli: other::it_survives`\n";
        let lines: Vec<_> = findings(document, &[source()]).into_iter().map(|found| found.line).collect();
        assert_eq!(lines, [Some(4), Some(7), Some(5)]);
    }

    #[test]
    fn other_code_is_left_alone() {
        for code in ["jensen train", "key: value", "jensen-cli: a b", "runs/a: x", "fit.epochs"] {
            assert!(Test::parse(code).is_none(), "{code}");
        }
        assert!(Test::parse("jensen-infer: fit::checkpoint::tests::no_cut_goes_unseen").is_some());
    }
}
