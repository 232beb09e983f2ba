//! A file that is read at positions.
//!
//! No memory map: of a mapped file that shrinks, the system kills the reader. No cursor: any number of
//! threads read at once.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::DataError;

/// A file open for reading that must stay as it was when it was opened.
#[derive(Debug)]
pub(crate) struct PositionalFile {
    file: File,
    path: PathBuf,
    len: u64,
    /// `None` where the file system keeps no times.
    modified: Option<SystemTime>,
}

impl PositionalFile {
    /// Opens a file, which is neither a folder nor a pipe nor a device.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let refuse = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => DataError::NotFound { path: path.to_owned() },
            _ => DataError::Io { action: "read", path: path.to_owned(), source },
        };
        // A pipe or a device may have no end, and a pipe without a writer waits when it is opened.
        if !std::fs::metadata(path).map_err(refuse)?.is_file() {
            return Err(DataError::Malformed {
                path: path.to_owned(),
                position: "file".to_owned(),
                problem: "it is a pipe or a device".to_owned(),
                remedy: "write its content to a file first".to_owned(),
            });
        }
        let file = File::open(path).map_err(refuse)?;
        let metadata = file.metadata().map_err(refuse)?;
        Ok(Self { file, path: path.to_owned(), len: metadata.len(), modified: metadata.modified().ok() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it had when it was opened.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Fills `buffer` with the bytes from `position` on.
    ///
    /// # Errors
    /// [`DataError::Changed`] if the file ends before the buffer is full.
    pub fn read_exact_at(&self, mut position: u64, mut buffer: &mut [u8]) -> Result<(), DataError> {
        while !buffer.is_empty() {
            match read_at(&self.file, buffer, position) {
                Ok(0) => {
                    self.check_unchanged()?;
                    return Err(
                        self.changed(format!("it had {} bytes, and ended at byte {position}", self.len))
                    );
                }
                Ok(read) => {
                    buffer = &mut buffer[read..];
                    position += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(self.refused(source)),
            }
        }
        Ok(())
    }

    /// The first `count` bytes, or all if there are fewer.
    pub fn prefix(&self, count: usize) -> Result<Vec<u8>, DataError> {
        let mut bytes = vec![0; self.len.min(count as u64) as usize];
        self.read_exact_at(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Every byte.
    pub fn whole(&self) -> Result<Vec<u8>, DataError> {
        let bytes = self.prefix(usize::MAX)?;
        self.check_unchanged()?;
        Ok(bytes)
    }

    /// Refuses to go on with a file that was written to since it was opened.
    ///
    /// To be called after a read, once for many rows: it asks the system. Another file that took the
    /// place of this one, as by a rename, does not matter: what is open stays as it is. Times are as
    /// exact as the file system keeps them, a few milliseconds.
    ///
    /// # Errors
    /// [`DataError::Changed`] if its length or time differs.
    pub fn check_unchanged(&self) -> Result<(), DataError> {
        let now: Metadata = self.file.metadata().map_err(|source| self.refused(source))?;
        if now.len() != self.len {
            return Err(self.changed(format!("it had {} bytes, and has {}", self.len, now.len())));
        }
        if now.modified().ok() != self.modified {
            return Err(self.changed("it was written to".to_owned()));
        }
        Ok(())
    }

    fn changed(&self, detail: String) -> DataError {
        DataError::Changed { path: self.path.clone(), detail }
    }

    fn refused(&self, source: io::Error) -> DataError {
        DataError::Io { action: "read", path: self.path.clone(), source }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, position)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, position)
}
