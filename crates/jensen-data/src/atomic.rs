//! Files that are either as before or complete, whatever happens meanwhile.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
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
    let mut new = NewFile::beside(path)?;
    write(&mut new.file)?;
    new.replace(path)
}

/// A hidden neighbour of a file that will replace it; removed when dropped before that.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: File,
    neighbour: PathBuf,
}

impl NewFile {
    /// Creates the neighbour, open for writing and reading.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let neighbour = neighbour(path)?;
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&neighbour)?;
        Ok(Self { file, neighbour })
    }

    /// Puts what was written in the place of the file at `path`, in the order that a power failure
    /// needs: the bytes, the name, the folder.
    pub fn replace(self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.neighbour, path)?;
        sync_folder(path)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // The first failure is the one to tell; a neighbour that was renamed needs no removal.
        let _ = fs::remove_file(&self.neighbour);
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for NewFile {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.file.read(bytes)
    }
}

impl Seek for NewFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
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
