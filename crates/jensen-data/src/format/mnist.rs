//! A folder with the four files of MNIST or of a set in its form (Fashion-MNIST, KMNIST, …).

use std::path::{Path, PathBuf};

use super::{NdArray, compression, idx, read};
use crate::{DataError, Dataset, Role};

/// The four files: images and labels of the training examples, then of the test examples.
pub(crate) const PARTS: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// Whether a folder holds one of the four files.
pub(crate) fn is_here(folder: &Path) -> bool {
    PARTS.iter().any(|part| find(folder, part).is_some())
}

/// Opens a folder.
pub(crate) fn open(folder: &Path) -> Result<Dataset, DataError> {
    let found = PARTS.map(|part| find(folder, part));
    if let Some(missing) = found.iter().position(Option::is_none) {
        return Err(DataError::Malformed {
            path: folder.to_owned(),
            position: "folder".to_owned(),
            problem: format!("the file {} is missing", PARTS[missing]),
            remedy: "put it there, plain, .gz or .zst".to_owned(),
        });
    }
    let mut parts = Vec::with_capacity(4);
    for path in found.into_iter().flatten() {
        let bytes = compression::inflate_if_compressed(&path, read(&path)?)?;
        parts.push((path, bytes));
    }
    let Ok(parts) = parts.try_into() else { unreachable!("each of the four parts was found") };
    assemble(&folder.display().to_string(), parts)
}

/// The data set of four IDX files, each given as its path and content.
pub(crate) fn assemble(name: &str, parts: [(PathBuf, Vec<u8>); 4]) -> Result<Dataset, DataError> {
    let at = parts.each_ref().map(|(path, _)| path.clone());
    let [train_images, train_labels, test_images, test_labels] = parts;
    let (mut images, mut labels) = pair(train_images, train_labels)?;
    let train = images.shape[0];
    let (more_images, more_labels) = pair(test_images, test_labels)?;
    images.append(more_images, [&at[0], &at[2]])?;
    labels.append(more_labels, [&at[1], &at[3]])?;
    let fields = vec![
        images.into_field(&at[0], "images", Role::Observation)?,
        labels.into_field(&at[1], "labels", Role::Label)?,
    ];
    Ok(Dataset::from_fields(name, fields)?.with_split_sizes(train, 0))
}

/// Images and as many labels.
fn pair(images: (PathBuf, Vec<u8>), labels: (PathBuf, Vec<u8>)) -> Result<(NdArray, NdArray), DataError> {
    let parse =
        |(path, bytes): (PathBuf, Vec<u8>)| Ok((idx::parse(&path, bytes)?, path.display().to_string()));
    let ((images, first), (labels, second)) = (parse(images)?, parse(labels)?);
    match (images.shape[0], labels.shape[0]) {
        (first_rows, second_rows) if first_rows != second_rows => {
            Err(DataError::CountMismatch { first, first_rows, second, second_rows })
        }
        (0, _) => Err(DataError::Empty { name: first }),
        _ => Ok((images, labels)),
    }
}

/// The file of a part, under the names that are in use.
fn find(folder: &Path, part: &str) -> Option<PathBuf> {
    let dotted = part.replace("-idx", ".idx");
    ["", ".gz", ".zst"]
        .into_iter()
        .flat_map(|ending| [format!("{part}{ending}"), format!("{dotted}{ending}")])
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
}
