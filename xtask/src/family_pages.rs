//! The pages of `docs/distributions/`: what the crate's documentation says of each family, for readers without rustdoc.
//!
//! The examples are the doctests, so they run.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use crate::rust_sources::{RustSource, rust_sources};

/// Where they are.
pub const FOLDER: &str = "docs/distributions";
const SOURCES: &str = "crates/jensen-prob/src/";
/// What a family can have, in the order in which it is told.
const CAPABILITIES: [&str; 18] = [
    "Reparameterized",
    "ConditionalReparameterized",
    "Mean",
    "Variance",
    "Mode",
    "Entropy",
    "Cdf",
    "Icdf",
    "KlDivergence",
    "RenyiDivergence",
    "SquaredWasserstein",
    "Factorized",
    "Enumerable",
    "LocationScale",
    "DetachParams",
    "Expand",
    "SelectRows",
    "Predict",
];

/// The pages by their path from the root.
///
/// # Errors
/// If a source cannot be read or a family of the table is nowhere defined.
pub fn pages(root: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let sources = rust_sources(root)?;
    let lib = sources.iter().find(|source| source.path == format!("{SOURCES}lib.rs"));
    let Some(lib) = lib else { return Ok(BTreeMap::new()) };
    let mut pages = BTreeMap::new();
    for Row { families, support, told } in table(&lib.text) {
        for family in families {
            let (source, documentation) = defined(&sources, &family).ok_or_else(|| {
                format!("`{family}` stands in the table of {SOURCES}lib.rs and is nowhere defined")
            })?;
            let mut capabilities = capabilities_of(&sources, &family);
            // What a name for a shape of `LocationScale` has is that type's.
            if source.text.contains(&format!("pub type {family} =")) {
                capabilities.extend(
                    told.iter().filter(|told| !capabilities.contains(told)).cloned().collect::<Vec<_>>(),
                );
                capabilities.push("`SelectRows`".to_owned());
            }
            capabilities
                .sort_by_key(|name| CAPABILITIES.iter().position(|known| name == &format!("`{known}`")));
            let page = format!(
                "# {family}\n\n{}\n\nValues: {support}. Beside a density and draws it has: {}.\n\nFrom \
                 [{path}](../../{path}); `cargo xtask pages` writes this page.\n",
                as_page(&documentation),
                capabilities.join(", "),
                path = source.path,
            );
            let name =
                Path::new(&source.path).file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
            pages.insert(format!("{FOLDER}/{name}.md"), page);
        }
    }
    Ok(pages)
}

/// Writes them.
///
/// # Errors
/// As [`pages`], or if a page cannot be written.
pub fn write(root: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(root.join(FOLDER))?;
    for (path, page) in pages(root)? {
        fs::write(root.join(path), page)?;
    }
    Ok(())
}

/// A line of the table of families.
struct Row {
    families: Vec<String>,
    support: String,
    /// The capabilities that the table names.
    told: Vec<String>,
}

fn table(lib: &str) -> Vec<Row> {
    let lines = lib.lines().skip_while(|line| !line.starts_with("//! | family")).skip(2);
    let rows = lines.map_while(|line| line.strip_prefix("//! | ")?.strip_suffix(" |"));
    rows.filter_map(|row| {
        let mut cells = row.split(" | ");
        let (families, support, told) = (cells.next()?, cells.next()?, cells.next()?);
        Some(Row {
            families: families
                .split("[`")
                .skip(1)
                .filter_map(|rest| Some(rest.split_once("`]")?.0.to_owned()))
                .collect(),
            support: support.to_owned(),
            told: told
                .split("[`")
                .skip(1)
                .filter_map(|rest| Some(format!("`{}`", rest.split_once("`]")?.0)))
                .collect(),
        })
    })
    .collect()
}

/// The traits that are implemented for a family, in the order of [`CAPABILITIES`], as code.
fn capabilities_of(sources: &[RustSource], family: &str) -> Vec<String> {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let implements = |header: &str, capability: &str| {
        let Some((of, target)) = header.split_once(" for ") else { return false };
        // Of one's own kind: `KlDivergence` without a target, `Mixture<D>` as `Mixture`.
        let names = of.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let is_trait = of.split_once("impl").is_some() && names.clone().any(|name| name == capability);
        is_trait && target.strip_prefix(family).is_some_and(ends)
    };
    let headers: Vec<String> = sources
        .iter()
        .filter(|source| source.path.starts_with(SOURCES))
        .flat_map(|source| headers(&source.text))
        .collect();
    let has = |capability: &&&str| headers.iter().any(|header| implements(header, capability));
    CAPABILITIES.iter().filter(has).map(|capability| format!("`{capability}`")).collect()
}

/// What stands between `impl`, its type parameters left out, and the brace.
fn headers(text: &str) -> Vec<String> {
    let starts = text.match_indices("\nimpl");
    let header = |(start, _): (usize, &str)| {
        let rest = &text[start + 1..];
        let header = rest[..rest.find('{').unwrap_or(rest.len())].replace('\n', " ");
        let after = header.trim_start_matches("impl");
        format!("impl {}", without_parameters(after).split(" where ").next().unwrap_or_default().trim())
    };
    starts.map(header).collect()
}

/// Without a leading `<…>`.
fn without_parameters(header: &str) -> &str {
    if !header.starts_with('<') {
        return header;
    }
    let mut depth = 0;
    for (place, c) in header.char_indices() {
        depth += i32::from(c == '<') - i32::from(c == '>');
        if depth == 0 {
            return &header[place + 1..];
        }
    }
    header
}

/// The file that defines a type, and the type's documentation.
fn defined<'a>(sources: &'a [RustSource], family: &str) -> Option<(&'a RustSource, Vec<&'a str>)> {
    let starts = ["struct", "type", "enum"].map(|kind| format!("pub {kind} {family}"));
    sources.iter().filter(|source| source.path.starts_with(SOURCES)).find_map(|source| {
        let lines: Vec<&str> = source.text.lines().collect();
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_definition =
            |line: &str| starts.iter().any(|start| line.strip_prefix(start).is_some_and(ends));
        let at = lines.iter().position(|line| is_definition(line))?;
        let above =
            lines[..at].iter().rev().take_while(|line| line.starts_with("///") || line.starts_with("#["));
        let mut documentation: Vec<&str> = above.filter_map(|line| line.strip_prefix("///")).collect();
        documentation.reverse();
        Some((source, documentation))
    })
}

/// Lines of documentation as a document: examples whole, headings one level down, links to items as their names.
fn as_page(documentation: &[&str]) -> String {
    let mut is_code = false;
    let lines = documentation.iter().map(|line| {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if line.starts_with("```") {
            is_code = !is_code;
            return if is_code { "```rust".to_owned() } else { line.to_owned() };
        }
        if is_code {
            return if line == "#" {
                String::new()
            } else {
                line.strip_prefix("# ").unwrap_or(line).to_owned()
            };
        }
        let heading = if line.starts_with('#') { "#" } else { "" };
        format!("{heading}{}", without_links(line))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Links that rustdoc resolves, as the text that they show; those to the web stay.
fn without_links(line: &str) -> String {
    let (mut text, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, after)) = after.split_once("`]") else { break };
        text.extend([before, "`", name, "`"]);
        let target = after.strip_prefix('(').and_then(|target| target.split_once(')'));
        rest = target.map_or(after, |(_, after)| after);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_has_a_page_of_its_documentation() {
        let root = tempfile::tempdir().unwrap();
        let sources = root.path().join(SOURCES);
        fs::create_dir_all(&sources).unwrap();
        let lib = "//! | family | support | capabilities |\n//! |---|---|---|\n//! | [`OneBit`] | 0, 1 | [`Mean`] [`Entropy`] |\n";
        fs::write(sources.join("lib.rs"), lib).unwrap();
        let family = "/// A bit, see [`Mean`](crate::Mean).\n///\n/// # Panics\n/// ```\n/// # let a = 1;\n/// let b = 2;\n/// ```\n\
                      #[derive(Clone)]\npub struct OneBit {}\npub struct OneBits {}\n\nimpl<T: Into<f64>> Mean<T>\nfor OneBit {}\nimpl \
                      Variance for OneBits {}\nimpl Entropy for OneBit {}\n";
        fs::write(sources.join("one_bit.rs"), family).unwrap();
        write(root.path()).unwrap();
        let page = fs::read_to_string(root.path().join(FOLDER).join("one-bit.md")).unwrap();
        let start = "# OneBit\n\nA bit, see `Mean`.\n\n## Panics\n```rust\nlet a = 1;\nlet b = 2;\n```\n\nValues: 0, 1. Beside a \
                     density and draws it has: `Mean`, `Entropy`.\n";
        assert!(page.starts_with(start), "{page}");
    }
}
