//! Files that are either as before or complete, whatever happens meanwhile.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::unfinished::Unfinished;

/// Bytes of a file's name that its neighbour repeats.
const LONGEST_STEM: usize = 200;

/// Puts what `write` writes in place of the file at `path`.
///
/// The bytes go to a hidden neighbour, which is flushed to the disk and then renamed; so a reader,
/// or a process started after a crash, a power failure or a full disk, sees the old file or the new
/// one. A symbolic link stays and its target is replaced; a device or a pipe is written as it is.
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
    new.replace()
}

/// Makes a folder and those above it, so that they survive a power failure.
///
/// # Errors
/// The first thing that fails.
pub fn create_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    match fs::create_dir(path) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_folder(path),
    }
}

/// A hidden neighbour of a file that will replace it; removed when dropped before that.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: File,
    place: Place,
}

/// Where the bytes of a [`NewFile`] go.
#[derive(Debug)]
enum Place {
    /// To a neighbour of the file that it will replace.
    Beside { neighbour: Unfinished, path: PathBuf },
    /// To a device or a pipe: there is nothing to replace.
    Itself,
}

impl NewFile {
    /// Creates the neighbour, open for writing and reading.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let path = if path.is_symlink() { path.canonicalize()? } else { path.to_owned() };
        if fs::metadata(&path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            return Ok(Self { file: File::options().write(true).open(path)?, place: Place::Itself });
        }
        let neighbour = Unfinished::new(neighbour(&path)?);
        let file =
            File::options().read(true).write(true).create(true).truncate(true).open(neighbour.path())?;
        // What was private stays so.
        if let Ok(old) = fs::metadata(&path) {
            file.set_permissions(old.permissions())?;
        }
        Ok(Self { file, place: Place::Beside { neighbour, path } })
    }

    /// Puts what was written in its place.
    pub fn replace(self) -> io::Result<()> {
        put_in_place(&mut &self)
    }
}

/// What puts a written file in its place, one request each: a test cuts the power between them.
trait Replacement {
    /// Flushes the bytes to the disk.
    fn sync_file(&mut self) -> io::Result<()>;
    /// Gives the file the name of the old one.
    fn rename(&mut self) -> io::Result<()>;
    /// Flushes the folder that lists it to the disk.
    fn sync_folder(&mut self) -> io::Result<()>;
}

/// The order that a power failure needs. A name that reaches the disk before its bytes is a damaged
/// file; one that has not reached it when this returns is a file that may be gone.
fn put_in_place(new: &mut impl Replacement) -> io::Result<()> {
    new.sync_file()?;
    new.rename()?;
    new.sync_folder()
}

impl Replacement for &NewFile {
    fn sync_file(&mut self) -> io::Result<()> {
        match self.place {
            Place::Beside { .. } => self.file.sync_all(),
            Place::Itself => Ok(()),
        }
    }

    fn rename(&mut self) -> io::Result<()> {
        match &self.place {
            Place::Beside { neighbour, path } => fs::rename(neighbour.path(), path),
            Place::Itself => Ok(()),
        }
    }

    fn sync_folder(&mut self) -> io::Result<()> {
        match &self.place {
            Place::Beside { path, .. } => sync_folder(path),
            Place::Itself => Ok(()),
        }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Place::Beside { neighbour, .. } = &self.place {
            // The first failure is the one to tell; a neighbour that was renamed needs no removal.
            let _ = fs::remove_file(neighbour.path());
        }
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

/// Whether a file is what a crash left of [`replace_file`]: `.NAME.PROCESS.tmp`.
pub fn is_unfinished(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
    let process = name.strip_prefix('.').and_then(|name| name.strip_suffix(".tmp")?.rsplit('.').next());
    process.is_some_and(|process| !process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A rename is atomic only within one file system, hence the same folder; process and count keep any two
/// writers apart.
fn neighbour(path: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    // A name need not be text. A system that takes 255 bytes for a name shall not refuse the neighbour of
    // one that it takes.
    let mut hidden = OsString::from(".");
    match name.to_str() {
        Some(text) => hidden.push(&text[..text.floor_char_boundary(LONGEST_STEM.min(text.len()))]),
        None => hidden.push(name),
    }
    hidden.push(format!(".{}.{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    Ok(path.with_file_name(hidden))
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
mod power_loss;

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
    fn a_name_as_long_as_the_system_allows_has_a_neighbour() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ä".repeat(127));
        replace_file(&path, |file| file.write_all(b"new")).expect("written");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    fn a_path_that_cannot_be_a_file_is_an_error() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        assert!(replace_file(&file.path().join("inside"), |_| Ok(())).is_err());
        assert!(replace_file(Path::new("/"), |_| Ok(())).is_err());
    }

    #[test]
    fn only_a_file_of_ours_is_unfinished() {
        for (name, ours) in [
            (".run.json.17.tmp", true),
            ("run.json.17.tmp", false),
            (".run.json.tmp", false),
            (".17.tmp", true),
            (".notes.tmp", false),
            ("notes.tmp", false),
            (".run.json..tmp", false),
        ] {
            assert_eq!(is_unfinished(Path::new(name)), ours, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_its_target_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").expect("written");
        std::os::unix::fs::symlink(&target, &link).expect("linked");
        replace_file(&link, |file| file.write_all(b"new")).expect("written");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&target).expect("the target"), "new");
    }

    /// Not replaced by a file of its name, which root would be allowed to do.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_written_as_it_is() {
        use std::os::unix::fs::FileTypeExt;
        let error =
            replace_file(Path::new("/dev/full"), |file| file.write_all(b"lost")).expect_err("it is full");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        replace_file(Path::new("/dev/null"), |file| file.write_all(b"lost")).expect("it takes everything");
        for device in ["/dev/full", "/dev/null"] {
            assert!(fs::metadata(device).expect("a device").file_type().is_char_device(), "{device}");
        }
    }

    #[test]
    fn folders_are_made_with_those_above_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b/c");
        create_folder(&path).expect("made");
        create_folder(&path).expect("there already");
        assert!(path.is_dir());
        fs::write(folder.path().join("file"), "").expect("written");
        assert!(create_folder(&folder.path().join("file")).is_err());
        assert!(create_folder(&folder.path().join("file/inside")).is_err());
    }
}
