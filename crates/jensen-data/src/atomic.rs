//! Files that are either as before or complete, whatever happens meanwhile.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The extension of what is not yet complete.
const UNFINISHED: &str = "tmp";

/// Puts what `write` writes in place of the file at `path`.
///
/// The bytes go to a hidden neighbour, which is flushed to the disk and then renamed; so a reader,
/// or a process started after a crash or a full disk, sees the old file or the new one.
///
/// # Errors
/// The first thing that fails; the old file is then untouched and the neighbour removed.
///
/// # Example
/// ```
/// use std::io::Write;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("results.txt");
/// jensen_data::replace_file(&path, |file| file.write_all(b"complete"))?;
/// assert_eq!(std::fs::read_to_string(path)?, "complete");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn replace_file(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let neighbour = neighbour(path)?;
    let written = File::create(&neighbour)
        .and_then(|mut file| write(&mut file).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&neighbour, path))
        .and_then(|()| sync_folder(path));
    written.inspect_err(|_| {
        // The first failure is the one to tell; a neighbour that was never made needs no removal.
        let _ = fs::remove_file(&neighbour);
    })
}

/// Whether a file is what a crash left of [`replace_file`].
pub fn is_unfinished(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == UNFINISHED)
}

/// A rename is atomic only within one file system, hence the same folder; the process keeps two
/// writers of one file apart.
fn neighbour(path: &Path) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    Ok(path.with_file_name(format!(".{}.{}.{UNFINISHED}", name.to_string_lossy(), std::process::id())))
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
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
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
    fn what_is_written_is_unfinished_until_it_is_renamed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file.safetensors");
        let listed = || fs::read_dir(folder.path()).expect("the folder").map(|e| e.expect("an entry").path());
        replace_file(&path, |_| {
            assert!(listed().all(|path| is_unfinished(&path)));
            Ok(())
        })
        .expect("written");
        assert!(!is_unfinished(&path) && path.exists());
    }

    #[test]
    fn a_path_that_cannot_be_a_file_is_an_error() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        assert!(replace_file(&file.path().join("inside"), |_| Ok(())).is_err());
        assert!(replace_file(Path::new("/"), |_| Ok(())).is_err());
    }
}
