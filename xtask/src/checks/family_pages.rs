//! Every distribution has a page, and it says what the code says.

use std::{error::Error, fs, path::Path};

use crate::{
    family_pages::{FOLDER, pages},
    finding::Finding,
};

/// Pages that are missing, stale, or of no family.
pub fn check(root: &Path) -> Result<Vec<Finding>, Box<dyn Error>> {
    let pages = pages(root)?;
    let finding = |file: &str, message: &str| Finding {
        file: file.to_owned(),
        line: None,
        message: format!("{message}: run `cargo xtask pages`"),
    };
    let stale =
        pages.iter().filter(|(path, page)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(page));
    let mut findings: Vec<Finding> =
        stale.map(|(path, _)| finding(path, "differs from the crate's documentation")).collect();
    let Ok(entries) = fs::read_dir(root.join(FOLDER)) else { return Ok(findings) };
    for entry in entries {
        let path = format!("{FOLDER}/{}", entry?.file_name().to_string_lossy());
        if !pages.contains_key(&path) {
            findings.push(finding(&path, "is the page of no family, remove it"));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_nothing_is_found() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join(FOLDER)).unwrap();
        fs::create_dir_all(root.path().join("crates/jensen-prob/src")).unwrap();
        assert_eq!(check(root.path()).unwrap(), []);
        let lib = "//! | family | support | has |\n//! |---|---|---|\n//! | [`A`] | reals | [`Mean`] |\n\n/// An a.\npub struct A {}\n";
        fs::write(root.path().join("crates/jensen-prob/src/lib.rs"), lib).unwrap();
        fs::write(root.path().join(FOLDER).join("b.md"), "# B\n").unwrap();
        let found: Vec<String> =
            check(root.path()).unwrap().into_iter().map(|finding| finding.file).collect();
        assert_eq!(found, [format!("{FOLDER}/lib.md"), format!("{FOLDER}/b.md")]);
    }
}
