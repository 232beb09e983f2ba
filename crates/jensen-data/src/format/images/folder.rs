//! Which files of a folder are pictures, and what their folders say of them.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use image::ImageFormat;

use crate::DataError;

/// The names of a folder for each split: train, valid, test.
const SPLITS: [&[&str]; 3] = [&["train"], &["valid", "val", "validation"], &["test"]];
/// Pictures in formats that are not read; passing over them in silence would lose examples.
const UNREAD: [&str; 24] = [
    "avif", "bmp", "cr2", "dcm", "dng", "exr", "gif", "hdr", "heic", "heif", "ico", "j2k", "jp2", "jxl",
    "nef", "pbm", "pgm", "pnm", "ppm", "psd", "svg", "tga", "tif", "tiff",
];

/// The pictures of a folder: those for training, for validation, for testing, each sorted by path.
///
/// Paths are compared by the bytes of their parts, so the order is the same on every machine.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub pictures: Vec<PathBuf>,
    /// The index of each picture's class; empty where the pictures lie in no class folders.
    pub classes: Vec<i64>,
    /// The names of the classes, sorted.
    pub class_names: Vec<String>,
    /// How many pictures each split has.
    pub splits: [usize; 3],
}

impl Listing {
    /// Searches a folder and those in it.
    ///
    /// Names that begin with `.` and the folder `__MACOSX` are not looked at; files that are no
    /// pictures (a licence, a list of names) are passed over.
    pub fn of(folder: &Path) -> Result<Self, DataError> {
        let mut found = Found::default();
        found.search(folder, Path::new(""), &mut Vec::new())?;
        found.pictures.sort_unstable();
        if found.pictures.is_empty() {
            return Err(found.nothing(folder));
        }
        let by_split = if found.pictures.iter().any(|path| split_of(path) == Some(0)) {
            split(folder, found.pictures)?
        } else {
            [(PathBuf::new(), found.pictures), Default::default(), Default::default()]
        };
        let mut listing =
            Self { splits: by_split.each_ref().map(|(_, paths)| paths.len()), ..Self::default() };
        let mut names: Vec<Option<OsString>> = Vec::new();
        for (root, paths) in by_split {
            for path in paths {
                names.push(class_of(path.strip_prefix(&root).unwrap_or(&path)));
                listing.pictures.push(path);
            }
        }
        listing.classify(folder, &names)?;
        for path in &mut listing.pictures {
            *path = folder.join(&path);
        }
        Ok(listing)
    }

    /// Every picture lies in a class folder, or none.
    fn classify(&mut self, folder: &Path, names: &[Option<OsString>]) -> Result<(), DataError> {
        let Some(with) = names.iter().position(Option::is_some) else { return Ok(()) };
        if let Some(without) = names.iter().position(Option::is_none) {
            return Err(DataError::Malformed {
                path: folder.join(&self.pictures[without]),
                position: "folder".to_owned(),
                problem: format!(
                    "it lies in no class folder, but {} does: folders are classes",
                    self.pictures[with].display()
                ),
                remedy: "put every picture into the folder of its class, or none into a folder".to_owned(),
            });
        }
        let mut sorted: Vec<_> = names.iter().flatten().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let class = |name| i64::from(sorted.binary_search(&name).unwrap_or_default() as u32);
        self.classes = names.iter().flatten().map(class).collect();
        self.class_names = sorted.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        Ok(())
    }
}

/// What was met in a folder, as paths within it.
#[derive(Default)]
struct Found {
    pictures: Vec<PathBuf>,
    others: usize,
    first_other: Option<PathBuf>,
}

impl Found {
    /// `above` holds the real paths of the folders on the way, to notice a link that leads back.
    fn search(&mut self, root: &Path, within: &Path, above: &mut Vec<PathBuf>) -> Result<(), DataError> {
        let folder = root.join(within);
        let refuse = |path: &Path, source| DataError::Io { action: "read", path: path.to_owned(), source };
        let real = folder.canonicalize().map_err(|source| refuse(&folder, source))?;
        if above.contains(&real) {
            return Err(DataError::Malformed {
                path: folder,
                position: "folder".to_owned(),
                problem: "it is a link to a folder that it lies in".to_owned(),
                remedy: "remove the link".to_owned(),
            });
        }
        above.push(real);
        for entry in std::fs::read_dir(&folder).map_err(|source| refuse(&folder, source))? {
            let name = entry.map_err(|source| refuse(&folder, source))?.file_name();
            if name.as_encoded_bytes().starts_with(b".") || name == "__MACOSX" {
                continue;
            }
            let inner = within.join(&name);
            let path = root.join(&inner);
            let kind = std::fs::metadata(&path).map_err(|source| refuse(&path, source))?;
            if kind.is_dir() {
                self.search(root, &inner, above)?;
            } else if kind.is_file() && is_picture(&path)? {
                self.pictures.push(inner);
            } else {
                self.others += 1;
                self.first_other = self.first_other.take().into_iter().chain([inner]).min();
            }
        }
        above.pop();
        Ok(())
    }

    fn nothing(&self, folder: &Path) -> DataError {
        let problem = match (&self.first_other, self.others) {
            (None, _) => "it holds no files".to_owned(),
            (Some(only), 1) => format!("it holds no pictures, only `{}`", only.display()),
            (Some(first), n) => {
                format!("it holds no pictures, but {n} other files, first `{}`", first.display())
            }
        };
        DataError::Malformed {
            path: folder.to_owned(),
            position: "folder".to_owned(),
            problem,
            remedy:
                "give a folder of PNG, JPEG or WebP files or of the four files of MNIST, or files of another \
                     format by a pattern such as `folder/*.npy`"
                    .to_owned(),
        }
    }
}

/// Told from the name, and from the content where the name says nothing.
fn is_picture(path: &Path) -> Result<bool, DataError> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let extension = extension.as_deref().unwrap_or_default();
    if matches!(extension, "png" | "jpg" | "jpeg" | "jpe" | "jfif" | "webp") {
        return Ok(true);
    }
    let format = image::guess_format(&begin(path)?).ok();
    match format {
        Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) => Ok(true),
        _ if UNREAD.contains(&extension) => Err(DataError::Malformed {
            path: path.to_owned(),
            position: "file".to_owned(),
            problem: format!("it is a picture of a format that is not read ({extension})"),
            remedy: "convert it to PNG, JPEG or WebP, or take it out of the folder".to_owned(),
        }),
        _ => Ok(false),
    }
}

fn begin(path: &Path) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::with_capacity(16);
    File::open(path)
        .and_then(|file| file.take(16).read_to_end(&mut bytes))
        .map_err(|source| DataError::Io { action: "read", path: path.to_owned(), source })?;
    Ok(bytes)
}

/// The split that the first folder of a path names.
fn split_of(path: &Path) -> Option<usize> {
    let (first, rest) = first_and_rest(path);
    rest.and_then(|_| SPLITS.iter().position(|names| names.iter().any(|name| first == *name)))
}

/// The first folder of a path, if it lies in one.
fn class_of(path: &Path) -> Option<OsString> {
    let (first, rest) = first_and_rest(path);
    rest.map(|_| first)
}

fn first_and_rest(path: &Path) -> (OsString, Option<OsString>) {
    let mut parts = path.iter().map(OsString::from);
    (parts.next().unwrap_or_default(), parts.next())
}

/// Pictures by the split whose folder they lie in.
fn split(folder: &Path, pictures: Vec<PathBuf>) -> Result<[(PathBuf, Vec<PathBuf>); 3], DataError> {
    let mut splits: [(PathBuf, Vec<PathBuf>); 3] = Default::default();
    for path in pictures {
        let root = path.iter().next().map(PathBuf::from).unwrap_or_default();
        match split_of(&path) {
            Some(split) if splits[split].1.is_empty() || splits[split].0 == root => {
                splits[split].0 = root;
                splits[split].1.push(path);
            }
            other => {
                let problem = match other {
                    Some(split) => {
                        format!("`{}` and `{}` are the same split", splits[split].0.display(), root.display())
                    }
                    None => {
                        "it lies in none of the folders `train`, `valid` and `test`, but there is a `train`"
                            .to_owned()
                    }
                };
                return Err(DataError::Malformed {
                    path: folder.join(path),
                    position: "folder".to_owned(),
                    problem,
                    remedy: "put every picture into the folder of its split".to_owned(),
                });
            }
        }
    }
    Ok(splits)
}
