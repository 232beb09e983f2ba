//! The Rust files of the repository.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// One Rust source file.
pub struct RustSource {
    /// Its path relative to the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// All `.rs` files under `crates` and `xtask`, in the order of their paths.
///
/// # Errors
/// When a folder or file cannot be read.
pub fn rust_sources(root: &Path) -> io::Result<Vec<RustSource>> {
    let mut files = Vec::new();
    for folder in ["crates", "xtask"] {
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    let read = |file: &PathBuf| -> io::Result<RustSource> {
        let path = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        Ok(RustSource { path, text: fs::read_to_string(file)? })
    };
    files.iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            // `target` appears where a crate was built on its own.
            if path.file_name().is_some_and(|name| name != "target") {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_sources_in_order_and_skips_build_output() {
        let root = tempfile::tempdir().unwrap();
        for path in
            ["crates/b/src/lib.rs", "crates/a/src/lib.rs", "crates/a/target/x.rs", "crates/a/notes.md"]
        {
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "//! x\n").unwrap();
        }
        let paths: Vec<String> = rust_sources(root.path()).unwrap().into_iter().map(|s| s.path).collect();
        assert_eq!(paths, ["crates/a/src/lib.rs", "crates/b/src/lib.rs"]);
    }
}
