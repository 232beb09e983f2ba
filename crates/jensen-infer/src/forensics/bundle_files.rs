//! A folder of files with their checksums, complete or not there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::InferError;

/// Bytes by file name.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// A line for each file: its CRC-32C in eight digits, two spaces, its name.
const CHECKSUMS: &str = "CHECKSUMS";

/// Writes a folder in one piece, in place of one of the same name.
pub(super) fn write(folder: &Path, mut files: Files) -> Result<(), InferError> {
    let lines = files.iter().map(|(name, bytes)| format!("{:08x}  {name}\n", crc32c::crc32c(bytes)));
    let lines: String = lines.collect();
    files.insert(CHECKSUMS.to_owned(), lines.into_bytes());
    let neighbour = neighbour(folder);
    let written = write_all(&neighbour, &files).and_then(|()| {
        remove(folder)?;
        fs::rename(&neighbour, folder)?;
        sync(folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))
    });
    written.map_err(|source| {
        // The first failure is the one to tell.
        let _ = remove(&neighbour);
        InferError::Io { action: "write", path: folder.to_owned(), source }
    })
}

/// Reads every file that the checksums list, and holds it against its own.
pub(super) fn read(folder: &Path) -> Result<Files, InferError> {
    let list = folder.join(CHECKSUMS);
    let text = String::from_utf8_lossy(&read_file(&list)?).into_owned();
    let mut files = Files::new();
    for line in text.lines() {
        let entry = line.split_once("  ").filter(|(_, name)| is_plain(name));
        let (digits, name) =
            entry.ok_or_else(|| damaged(&list, format!("`{line}` is no checksum and name")))?;
        let path = folder.join(name);
        let bytes = read_file(&path)?;
        if digits != format!("{:08x}", crc32c::crc32c(&bytes)) {
            return Err(damaged(&path, "its checksum is not the one in CHECKSUMS".to_owned()));
        }
        files.insert(name.to_owned(), bytes);
    }
    Ok(files)
}

/// A file of a bundle that is not as it was written.
pub(super) fn damaged(path: &Path, detail: String) -> InferError {
    let remedy = "a bundle is whole or nothing: make it again by training again";
    InferError::Damaged { path: path.to_owned(), detail, remedy }
}

/// Whether a name leads out of no folder.
fn is_plain(name: &str) -> bool {
    let path = Path::new(name);
    path.components().count() == 1 && path.file_name().is_some_and(|own| own == name)
}

fn read_file(path: &Path) -> Result<Vec<u8>, InferError> {
    fs::read(path).map_err(|source| InferError::Io { action: "read", path: path.to_owned(), source })
}

/// Where the folder is until it is complete.
fn neighbour(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

fn write_all(folder: &Path, files: &Files) -> io::Result<()> {
    remove(folder)?;
    fs::create_dir_all(folder)?;
    for (name, bytes) in files {
        let mut file = File::create(folder.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    sync(folder)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What a folder lists is safe from a power failure once the folder is on the disk.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems do not open folders as files.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Files {
        [("a.json", "{}"), ("b.safetensors", "numbers")]
            .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
            .into()
    }

    #[test]
    fn what_is_written_is_read_and_replaced_whole() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("step-3");
        for _ in 0..2 {
            write(&folder, files()).expect("written");
            let mut read = read(&folder).expect("read");
            read.remove(CHECKSUMS);
            assert_eq!(read, files());
        }
        assert_eq!(fs::read_dir(parent.path()).expect("listed").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_damaged_or_missing_file_is_named() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("step-3");
        for name in ["a.json", "b.safetensors", CHECKSUMS] {
            write(&folder, files()).expect("written");
            let path = folder.join(name);
            let mut bytes = fs::read(&path).expect("read");
            bytes[0] ^= 1;
            fs::write(&path, bytes).expect("written");
            let message = read(&folder).expect_err("damaged").to_string();
            assert!(message.contains("checksum") && message.contains("step-3"), "{message}");
            fs::remove_file(&path).expect("removed");
            let message = read(&folder).expect_err("missing").to_string();
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn a_name_leads_out_of_no_folder() {
        let parent = tempfile::tempdir().expect("a folder");
        fs::write(parent.path().join("secret"), "").expect("written");
        let folder = parent.path().join("step-3");
        write(&folder, files()).expect("written");
        fs::write(folder.join(CHECKSUMS), "00000000  ../secret\n").expect("written");
        let message = read(&folder).expect_err("refused").to_string();
        assert!(message.contains("no checksum and name"), "{message}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_a_typed_error() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = write(&file.path().join("step-3"), files()).expect_err("a file is in the way");
        assert!(matches!(error, InferError::Io { action: "write", .. }), "{error}");
    }
}
