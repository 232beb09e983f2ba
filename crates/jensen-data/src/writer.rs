//! Fields to files of any format, a few examples at a time.

mod csv;
mod npy;
mod npz;
mod parquet;
mod stream;

use std::fmt::{self, Debug};
use std::io;
use std::path::{Path, PathBuf};

use crate::atomic::NewFile;
use crate::{DataError, Field, FieldSpec};

pub(crate) use stream::{Compression, Stream};

/// Writes fields to a file, a few examples at a time, in bounded memory.
///
/// The ending of the path says how: `.npy` holds one field, `.npz` several, and `.csv` and `.parquet`
/// are tables, with a column for each named feature; `.csv.gz`, `.csv.zst` and the like are
/// compressed. In a table the [levels](FieldSpec::levels) of a feature are written as words, and NaN
/// in a field with named features is a missing cell. What has no names of its own is called `z_0`,
/// `z_1`, … in CSV; in Parquet it is one column of lists.
///
/// The file appears at [`finish`](Self::finish) or not at all: until then it is a hidden neighbour,
/// which is removed when the writer is dropped.
///
/// # Example
/// ```
/// use jensen_data::{Array, Field, Role, Writer};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("z.csv");
/// let z = |values| Field::new("z", Role::Observation, vec![2], Array::F32(values));
/// let first = z(vec![0.5, -1.0])?;
/// let mut writer = Writer::create(&path, &[first.spec().clone()], 2)?;
/// writer.append(&[first])?;
/// writer.append(&[z(vec![2.0, 0.25])?])?;
/// writer.finish()?;
/// assert_eq!(std::fs::read_to_string(path)?, "z_0,z_1\n0.5,-1.0\n2.0,0.25\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Writer {
    path: PathBuf,
    specs: Vec<FieldSpec>,
    rows: usize,
    written: usize,
    encoder: Box<dyn Encoder>,
}

/// What a format does with the examples.
trait Encoder: Send {
    /// Adds examples, whose fields are as declared.
    fn append(&mut self, fields: &[Field]) -> io::Result<()>;

    /// Completes the content.
    fn finish(self: Box<Self>) -> io::Result<NewFile>;
}

impl Writer {
    /// Begins a file that will hold `rows` examples of the fields `specs`.
    ///
    /// # Errors
    /// If the path's ending is no format that can hold these fields, or the system refuses.
    pub fn create(path: &Path, specs: &[FieldSpec], rows: usize) -> Result<Self, DataError> {
        let refuse = |expected: String| {
            let value = path.display().to_string();
            Err(DataError::Option { option: "output", value, expected })
        };
        let (compression, name) = Compression::of(path);
        let extension =
            Path::new(&name).extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let encoder: io::Result<Box<dyn Encoder>> = match (extension.as_deref(), specs) {
            (Some("npz" | "parquet"), _) if compression != Compression::None => {
                return refuse(
                    "a path without .gz or .zst: .npz and .parquet files are compressed already".into(),
                );
            }
            (Some("npy"), [spec]) => npy::encoder(path, compression, spec, rows),
            (Some("npy"), _) => {
                return refuse(format!(
                    ".npz, .csv or .parquet for {} arrays: a .npy file holds exactly one",
                    specs.len()
                ));
            }
            (Some("npz"), _) => npz::encoder(path, specs, rows),
            (Some("csv"), _) => csv::encoder(path, compression, specs),
            (Some("parquet"), _) => parquet::encoder(path, specs),
            _ => return refuse("a path that ends in .npy, .npz, .csv or .parquet".into()),
        };
        let encoder = encoder.map_err(|source| unwritable(path, source))?;
        Ok(Self { path: path.to_owned(), specs: specs.to_vec(), rows, written: 0, encoder })
    }

    /// Adds examples: one array for each declared field, in the declared order.
    ///
    /// # Errors
    /// If the fields are not the declared ones or differ in their number of examples, a level does
    /// not exist, or the system refuses; the file that was there before is then untouched.
    pub fn append(&mut self, fields: &[Field]) -> Result<(), DataError> {
        if !fields.iter().map(Field::spec).eq(&self.specs) {
            return Err(self.not_as_declared(describe(&self.specs), describe(fields.iter().map(Field::spec))));
        }
        let rows = fields.first().map_or(0, Field::rows);
        if let Some(other) = fields.iter().find(|field| field.rows() != rows) {
            return Err(DataError::CountMismatch {
                first: fields[0].spec().name.clone(),
                first_rows: rows,
                second: other.spec().name.clone(),
                second_rows: other.rows(),
            });
        }
        self.written = self.written.saturating_add(rows);
        if self.written > self.rows {
            return Err(self.wrong_count());
        }
        // What was written half cannot be finished.
        self.encoder.append(fields).map_err(|source| {
            self.written = usize::MAX;
            unwritable(&self.path, source)
        })
    }

    /// Completes the file and puts it in its place.
    ///
    /// # Errors
    /// If fewer examples came than were declared, or the system refuses; the file that was there
    /// before is then untouched.
    pub fn finish(self) -> Result<(), DataError> {
        if self.written != self.rows {
            return Err(self.wrong_count());
        }
        let Self { path, encoder, .. } = self;
        encoder.finish().and_then(NewFile::replace).map_err(|source| unwritable(&path, source))
    }

    fn wrong_count(&self) -> DataError {
        self.not_as_declared(format!("{} examples", self.rows), self.written.to_string())
    }

    fn not_as_declared(&self, declared: String, given: String) -> DataError {
        DataError::NotAsDeclared { path: self.path.clone(), declared, given }
    }
}

impl Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("path", &self.path)
            .field("specs", &self.specs)
            .field("rows", &self.rows)
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

/// Writes whole fields to a file of any format that a [`Writer`] knows.
///
/// # Errors
/// As those of [`Writer`].
///
/// # Example
/// ```
/// use jensen_data::{Array, Field, Role, write};
/// let folder = tempfile::tempdir()?;
/// let z = Field::new("z", Role::Observation, vec![2], Array::F32(vec![0.5, -1.0, 2.0, 0.25]))?;
/// write(&folder.path().join("z.csv"), &[z])?;
/// assert_eq!(std::fs::read_to_string(folder.path().join("z.csv"))?, "z_0,z_1\n0.5,-1.0\n2.0,0.25\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(path: &Path, fields: &[Field]) -> Result<(), DataError> {
    let specs: Vec<FieldSpec> = fields.iter().map(|field| field.spec().clone()).collect();
    let mut writer = Writer::create(path, &specs, fields.first().map_or(0, Field::rows))?;
    writer.append(fields)?;
    writer.finish()
}

fn unwritable(path: &Path, source: io::Error) -> DataError {
    DataError::Io { action: "write", path: path.to_owned(), source }
}

fn describe<'a>(specs: impl IntoIterator<Item = &'a FieldSpec>) -> String {
    let fields: Vec<String> = specs
        .into_iter()
        .map(|spec| format!("`{}` ({} of shape {:?})", spec.name, spec.dtype, spec.shape))
        .collect();
    if fields.is_empty() { "no fields".to_owned() } else { fields.join(", ") }
}

/// Whether NaN means that a cell of the table is missing.
fn has_missing_cells(spec: &FieldSpec) -> bool {
    !(spec.feature_names.is_empty() && spec.levels.is_empty())
}

/// The word that a number stands for; `None` if it is missing.
fn level(spec: &FieldSpec, feature: usize, value: f64) -> io::Result<Option<&str>> {
    if value.is_nan() {
        return Ok(None);
    }
    let levels = spec.levels.get(&feature).map_or(&[][..], Vec::as_slice);
    let index = (value.fract() == 0.0 && value >= 0.0).then_some(value as usize);
    match index.and_then(|index| levels.get(index)) {
        Some(name) => Ok(Some(name)),
        None => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "{value} is not the index of one of the {} levels of {}",
                levels.len(),
                spec.feature_name(feature)
            ),
        )),
    }
}
