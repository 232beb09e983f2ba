//! What the fuzz targets share: bytes become a file, the file a data set, the data set batches.

use std::path::PathBuf;
use std::sync::OnceLock;

use jensen_data::{DataConfig, DataSpec, Dataset, Preprocessing, Split};

/// Rows that are read of a data set: its first, its last and some between.
const ROWS: usize = 16;

/// A file in memory, one for this process.
fn path(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let base = if std::path::Path::new("/dev/shm").is_dir() { "/dev/shm".into() } else { std::env::temp_dir() };
        let folder = base.join(format!("jensen-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the file");
        folder
    });
    folder.join(name)
}

/// Writes the bytes to a file and opens it as a user would.
pub fn open_file(name: &str, bytes: &[u8]) {
    let path = path(name);
    std::fs::write(&path, bytes).expect("a file");
    open(path.to_str().expect("a plain path"));
}

/// The same in a folder that holds nothing else.
pub fn open_folder(name: &str, file: &str, bytes: &[u8]) {
    let folder = path(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(file), bytes).expect("a file");
    open(folder.to_str().expect("a plain path"));
}

/// A file with these bytes.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = path(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// Whatever opens can be read and prepared: what is wrong is an error, never a panic.
fn open(source: &str) {
    let Ok(dataset) = Dataset::open(&DataSpec::new(source)) else { return };
    let rows = dataset.rows(Split::All).expect("every data set has all of its rows");
    let n = rows.len();
    let some: Vec<u64> = (0..n.min(ROWS)).map(|i| rows.at(i * n / n.min(ROWS))).chain([rows.at(n - 1)]).collect();
    let Ok(batch) = dataset.read(&some) else { return };
    assert_eq!(batch.len(), some.len());
    for field in batch.fields() {
        assert_eq!(field.rows(), some.len());
        assert_eq!(field.array().len(), some.len() * field.spec().features());
    }
    let train = dataset.rows(Split::Train).expect("every data set can be learned from");
    let _ = Preprocessing::fit(&DataConfig::default(), &dataset, &train);
}

/// A zip archive.
pub fn archive<const N: usize>(files: [(&str, &[u8]); N]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        zip.start_file(name, plain).expect("an entry");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("an archive").into_inner()
}

/// Puts the right checksum into a checkpoint that has the place for one.
pub fn mend_checksum(bytes: &mut [u8]) {
    const MARK: &[u8] = br#"\"checksum\":\"crc32c:"#;
    let Some(at) = bytes.windows(MARK.len()).position(|window| window == MARK) else { return };
    let digits = at + MARK.len()..at + MARK.len() + 8;
    if digits.end <= bytes.len() {
        bytes[digits.clone()].copy_from_slice(b"00000000");
        let sum = format!("{:08x}", crc32c::crc32c(bytes));
        bytes[digits].copy_from_slice(sum.as_bytes());
    }
}
