//! A folder of pictures: PNG, JPEG or WebP files, in a folder for each class where there are classes.

mod folder;
mod picture;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::folder::Listing;
use self::picture::{Colours, Header};
use crate::source::Source;
use crate::{Array, DType, DataError, DataSpec, Dataset, Field, FieldSpec, Grey, ImageConfig, Role};

/// Opens a folder; reads the header of each picture.
pub(crate) fn open(folder: &Path, spec: &DataSpec) -> Result<Dataset, DataError> {
    spec.image.validate()?;
    let listing = Listing::of(folder)?;
    let headers: Vec<Header> =
        listing.pictures.iter().map(|path| picture::header(path)).collect::<Result<_, _>>()?;
    let name = folder.display().to_string();
    let [train, valid, _] = listing.splits;
    let pictures = Pictures::new(listing, headers, spec.image)?;
    let bytes = pictures.specs[0].features() as u64 * pictures.len() as u64;
    let dataset = if spec.access.stays_in_file(bytes) {
        Dataset::from_source(&name, Arc::new(pictures))
    } else {
        let rows: Vec<u64> = (0..pictures.len() as u64).collect();
        Dataset::from_fields(&name, pictures.read(&rows)?)?
    };
    Ok(dataset.with_split_sizes(train, valid))
}

/// Pictures that stay in their files.
#[derive(Debug)]
struct Pictures {
    specs: Vec<FieldSpec>,
    paths: Vec<PathBuf>,
    headers: Vec<Header>,
    classes: Vec<i64>,
    config: ImageConfig,
    colours: Colours,
}

impl Pictures {
    fn new(listing: Listing, headers: Vec<Header>, config: ImageConfig) -> Result<Self, DataError> {
        let paths = listing.pictures;
        let [height, width] = match config.size {
            Some(size) => size,
            None => one_size(&paths, &headers)?,
        };
        let stored = |colours| headers.iter().any(|header| header.colours == colours);
        let colours = match config.grey {
            Grey::Yes => Colours::Grey,
            Grey::Auto if !stored(Colours::Colour) => Colours::Grey,
            Grey::Auto | Grey::No => Colours::Colour,
        };
        let shape = match colours {
            Colours::Grey => vec![height, width],
            Colours::Colour => vec![height, width, 3],
        };
        let mut specs = vec![field_spec("images", Role::Observation, DType::U8, shape)];
        if !listing.classes.is_empty() {
            let mut label = field_spec("labels", Role::Label, DType::I64, vec![]);
            label.levels = BTreeMap::from([(0, listing.class_names)]);
            specs.push(label);
        }
        Ok(Self { specs, paths, headers, classes: listing.classes, config, colours })
    }
}

impl Source for Pictures {
    fn fields(&self) -> &[FieldSpec] {
        &self.specs
    }

    fn len(&self) -> usize {
        self.paths.len()
    }

    fn read(&self, rows: &[u64]) -> Result<Vec<Field>, DataError> {
        let features = self.specs[0].features();
        let mut bytes = Vec::with_capacity(rows.len() * features);
        for &row in rows {
            let path = &self.paths[row as usize];
            let own = picture::pixels(path, &self.config, self.colours)?;
            if own.len() != features {
                let Header { height, width, .. } = self.headers[row as usize];
                let problem = format!("it was {height}×{width} pixels when it was opened, and now is not");
                return Err(picture::damaged(path, &problem));
            }
            bytes.extend(own);
        }
        let mut fields =
            vec![Field::new("images", Role::Observation, self.specs[0].shape.clone(), Array::U8(bytes))?];
        if let Some(label) = self.specs.get(1) {
            let classes = rows.iter().map(|&row| self.classes[row as usize]).collect();
            let field = Field::new("labels", Role::Label, vec![], Array::I64(classes))?;
            fields.push(field.with_levels(label.levels.clone()));
        }
        Ok(fields)
    }
}

fn field_spec(name: &str, role: Role, dtype: DType, shape: Vec<usize>) -> FieldSpec {
    FieldSpec {
        name: name.to_owned(),
        role,
        dtype,
        shape,
        feature_names: Vec::new(),
        levels: BTreeMap::new(),
    }
}

/// The size that all pictures have.
fn one_size(paths: &[PathBuf], headers: &[Header]) -> Result<[usize; 2], DataError> {
    let first = headers[0];
    let same = |other: &Header| (other.height, other.width) == (first.height, first.width);
    match headers.iter().position(|header| !same(header)) {
        None => Ok([first.height as usize, first.width as usize]),
        Some(other) => Err(DataError::Malformed {
            path: paths[other].clone(),
            position: "header".to_owned(),
            problem: format!(
                "the picture is {}×{} pixels (height×width), but {} is {}×{}",
                headers[other].height,
                headers[other].width,
                paths[0].display(),
                first.height,
                first.width
            ),
            remedy: "bring all to one size, such as with `--set data.image.size=[32,32]`".to_owned(),
        }),
    }
}
