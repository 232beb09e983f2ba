//! What the tests build their data from.

use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat};
use jensen_data::{Array, DataError, DataSpec, Dataset, Field, Role};
use tempfile::TempDir;

/// A folder with files of the given names and contents.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).expect("a file");
    }
    folder
}

pub fn open(path: &Path) -> Result<Dataset, DataError> {
    Dataset::open(&DataSpec::new(path.display().to_string()))
}

/// What opening one file with this content says.
pub fn refusal(name: &str, content: &[u8]) -> String {
    let folder = folder(&[(name, content)]);
    let error = open(&folder.path().join(name)).expect_err("the file is bad").to_string();
    assert!(error.contains(name), "the message must name the file: {error}");
    error
}

pub fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{message}` does not say `{part}`");
    }
}

/// A folder with files at the given paths within it.
pub fn tree(files: &[(&str, Vec<u8>)]) -> TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    }
    root
}

/// A picture as the bytes of a file.
pub fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect("memory takes it");
    file.into_inner()
}

/// A grey PNG file.
pub fn grey_png(height: u32, width: u32, pixels: &[u8]) -> Vec<u8> {
    let picture = image::GrayImage::from_raw(width, height, pixels.to_vec()).expect("as many pixels");
    encoded(&DynamicImage::ImageLuma8(picture), ImageFormat::Png)
}

/// The bytes of a safetensors file.
pub fn safetensors(header: &str, numbers: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), numbers].concat()
}

/// The bytes of an IDX file.
pub fn idx(code: u8, shape: &[u32], numbers: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|extent| extent.to_be_bytes()));
    bytes.extend(numbers);
    bytes
}

/// The bytes of a `.npy` file (format 1.0).
pub fn npy(descr: &str, fortran: &str, shape: &str, numbers: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}");
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(numbers);
    bytes
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub fn zstandard(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 1).expect("memory takes it")
}

/// The four MNIST files for `train` and `test` images of 2×3 pixels.
pub fn mnist(train: u32, test: u32) -> Vec<(&'static str, Vec<u8>)> {
    let images = |n: u32, from: u8| {
        idx(8, &[n, 2, 3], &(0..6 * n).map(|i| from.wrapping_add(i as u8)).collect::<Vec<_>>())
    };
    let labels = |n: u32| idx(8, &[n], &(0..n).map(|i| (i % 10) as u8).collect::<Vec<_>>());
    vec![
        ("train-images-idx3-ubyte", images(train, 0)),
        ("train-labels-idx1-ubyte", labels(train)),
        ("t10k-images-idx3-ubyte", images(test, 100)),
        ("t10k-labels-idx1-ubyte", labels(test)),
    ]
}

pub fn write_all(files: &[(&str, Vec<u8>)]) -> TempDir {
    folder(&files.iter().map(|(name, content)| (*name, content.as_slice())).collect::<Vec<_>>())
}

/// Observations in memory.
pub fn observations(shape: Vec<usize>, array: Array) -> Dataset {
    Dataset::from_fields(
        "test data",
        vec![Field::new("x", Role::Observation, shape, array).expect("a field")],
    )
    .expect("a data set")
}

/// Every number of the first observation field.
pub fn whole(dataset: &Dataset) -> Array {
    let rows: Vec<u64> = (0..dataset.len() as u64).collect();
    let batch = dataset.read(&rows).expect("every row");
    batch.field(Role::Observation).expect("observations").array().clone()
}

pub fn path(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}
