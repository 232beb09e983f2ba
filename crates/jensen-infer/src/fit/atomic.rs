//! Files that are either as before or complete, whatever happens meanwhile.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::InferError;

/// Puts what `write` writes in place of the file at `path`.
///
/// The bytes go to a neighbour `path.tmp`, which is flushed to the disk and then renamed; so a
/// reader, or a process started after a crash or a full disk, sees the old file or the new one.
///
/// # Errors
/// [`InferError::Io`] if anything fails; the old file is then untouched and the neighbour removed.
pub fn replace_file(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), InferError> {
    let neighbour = neighbour(path);
    let written = File::create(&neighbour)
        .and_then(|mut file| write(&mut file).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&neighbour, path))
        .and_then(|()| sync_folder(path));
    written.map_err(|source| {
        // The first failure is the one to tell; a neighbour that was never made needs no removal.
        let _ = fs::remove_file(&neighbour);
        InferError::Io { action: "write", path: path.to_owned(), source }
    })
}

/// Whether a file is what a crash left of [`replace_file`].
pub(super) fn is_neighbour(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tmp")
}

fn neighbour(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    name.into()
}

/// A rename is safe from a power failure once the folder that lists it is on the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Other systems do not open folders as files.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_disk_that_fills_up_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        replace_file(&path, |file| file.write_all(b"old")).expect("written");
        let error = replace_file(&path, |file| {
            file.write_all(b"half of the n")?;
            Err(io::ErrorKind::StorageFull.into())
        })
        .expect_err("the disk is full");
        assert!(matches!(&error, InferError::Io { action: "write", path: at, .. } if *at == path), "{error}");
        assert_eq!(fs::read(&path).expect("the old file"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    fn a_file_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        for content in ["old and longer", "new"] {
            replace_file(&path, |file| file.write_all(content.as_bytes())).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("the file"), content);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    fn a_folder_that_is_a_file_is_a_typed_error() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = replace_file(&file.path().join("inside"), |_| Ok(())).expect_err("not a folder");
        assert!(matches!(error, InferError::Io { .. }));
    }
}
