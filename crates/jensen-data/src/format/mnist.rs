//! A folder with the four files of MNIST or of a set in its form (Fashion-MNIST, KMNIST, …).

use std::path::{Path, PathBuf};

use super::{gzip, idx, read};
use crate::{DataError, Dataset, Role};

/// The four files: images and labels of the training examples, then of the test examples.
pub(crate) const PARTS: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// Opens a folder.
pub(crate) fn open(folder: &Path) -> Result<Dataset, DataError> {
    let found = PARTS.map(|part| find(folder, part));
    if let Some(missing) = found.iter().position(Option::is_none) {
        let (problem, remedy) = if found.iter().all(Option::is_none) {
            (
                "it holds no data set".to_owned(),
                format!("a folder needs the files {}, each plain or .gz", PARTS.join(", ")),
            )
        } else {
            (format!("the file {} is missing", PARTS[missing]), "put it there, plain or .gz".to_owned())
        };
        return Err(DataError::Malformed {
            path: folder.to_owned(),
            position: "folder".to_owned(),
            problem,
            remedy,
        });
    }
    let paths: Vec<PathBuf> = found.into_iter().flatten().collect();
    let [a, b, c, d] = &paths[..] else { unreachable!("four parts were found") };
    assemble(&folder.display().to_string(), [a, b, c, d], |path| {
        gzip::inflate_if_compressed(path, read(path)?)
    })
}

/// The data set of four IDX files whose content `read` gives.
pub(crate) fn assemble(
    name: &str,
    paths: [&Path; 4],
    read: impl Fn(&Path) -> Result<Vec<u8>, DataError>,
) -> Result<Dataset, DataError> {
    let [train_images_at, train_labels_at, test_images_at, test_labels_at] = paths;
    let pair = |images_at: &Path, labels_at: &Path| {
        let (images, labels) =
            (idx::parse(images_at, read(images_at)?)?, idx::parse(labels_at, read(labels_at)?)?);
        match (images.shape[0], labels.shape[0]) {
            (first_rows, second_rows) if first_rows != second_rows => Err(DataError::CountMismatch {
                first: images_at.display().to_string(),
                first_rows,
                second: labels_at.display().to_string(),
                second_rows,
            }),
            (0, _) => Err(DataError::Empty { name: images_at.display().to_string() }),
            _ => Ok((images, labels)),
        }
    };
    let (mut images, mut labels) = pair(train_images_at, train_labels_at)?;
    let train = images.shape[0];
    let (test_images, test_labels) = pair(test_images_at, test_labels_at)?;
    images.append(test_images, [train_images_at, test_images_at])?;
    labels.append(test_labels, [train_labels_at, test_labels_at])?;
    let fields = vec![
        images.into_field(train_images_at, "images", Role::Observation)?,
        labels.into_field(train_labels_at, "labels", Role::Label)?,
    ];
    Ok(Dataset::from_fields(name, fields)?.with_split_sizes(train, 0))
}

/// The file of a part, under the names that are in use.
fn find(folder: &Path, part: &str) -> Option<PathBuf> {
    let dotted = part.replace("-idx", ".idx");
    [part.to_owned(), format!("{part}.gz"), dotted.clone(), format!("{dotted}.gz")]
        .into_iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
}
