//! Several files of one schema as one data set, named by a pattern such as `shards/*.npy`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glob::MatchOptions;

use crate::array::map_codes;
use crate::source::Source;
use crate::{Access, DataError, DataSpec, Dataset, Field, FieldSpec, Rows, Split};

/// Where the examples of a file that is held in memory may be parted for the order of an epoch.
const CHUNK_BYTES: usize = 1 << 20;

/// Whether a data source is a pattern: it holds `*`, `?` or `[`, and is not the name of a file.
pub(crate) fn is_pattern(source: &str) -> bool {
    source.contains(['*', '?', '[']) && !Path::new(source).exists()
}

/// A pattern that means the same in every folder.
pub(crate) fn anywhere(pattern: &str, folder: &str) -> String {
    if Path::new(pattern).is_absolute() {
        return pattern.to_owned();
    }
    // The folder's own name is no pattern.
    format!("{}/{pattern}", glob::Pattern::escape(folder))
}

/// Opens the files that match, sorted by path.
pub(crate) fn open(spec: &DataSpec) -> Result<Dataset, DataError> {
    let paths = matching(&spec.source)?;
    // Whether all fit into memory is known when each is open.
    let access = if spec.access == Access::Auto { Access::File } else { spec.access };
    let each = DataSpec { access, ..spec.clone() };
    let shards: Vec<(PathBuf, Dataset)> = paths
        .into_iter()
        .map(|path| super::open_path(&path, &each).map(|shard| (path, shard)))
        .collect::<Result<_, _>>()?;
    let splits = splits(&shards);
    let several = Several::new(shards)?;
    let len = several.len();
    let dataset = if spec.access == Access::Auto && !spec.access.stays_in_file(several.bytes()) {
        let rows: Vec<u64> = (0..len as u64).collect();
        Dataset::from_fields(&spec.source, several.read(&rows)?)?
    } else {
        Dataset::from_source(&spec.source, Arc::new(several))
    };
    Ok(match splits {
        [_, None, None] => dataset,
        [train, valid, test] => dataset.with_splits(train.unwrap_or(Rows::Range(0..0)), valid, test),
    })
}

/// The files, sorted; hidden ones only where the pattern names the dot.
fn matching(pattern: &str) -> Result<Vec<PathBuf>, DataError> {
    // `require_literal_leading_dot` would panic at a name that is not text.
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
    let refuse = |error: glob::PatternError| DataError::Option {
        option: "data.source",
        value: format!("`{pattern}`"),
        expected: format!("the path of a file or a pattern ({error}); `[*]` stands for a star in a name"),
    };
    let mut paths: Vec<PathBuf> =
        glob::glob_with(pattern, options).map_err(refuse)?.collect::<Result<_, _>>().map_err(|error| {
            DataError::Io { action: "read", path: error.path().to_owned(), source: error.into() }
        })?;
    let hidden = |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    if !pattern.rsplit('/').next().is_some_and(|last| last.starts_with('.')) {
        paths.retain(|path| !hidden(path));
    }
    paths.sort_unstable();
    check_names(&paths)?;
    if paths.is_empty() {
        return Err(DataError::NotFound { path: pattern.into() });
    }
    Ok(paths)
}

/// Names that are not text match no pattern; passing over them in silence would lose examples.
fn check_names(matched: &[PathBuf]) -> Result<(), DataError> {
    let mut folders: Vec<_> = matched.iter().filter_map(|path| path.parent()).collect();
    folders.dedup();
    for folder in folders {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_none() {
                return Err(DataError::Malformed {
                    path: entry.path(),
                    position: "name".to_owned(),
                    problem: "the name is not UTF-8, so no pattern can match it".to_owned(),
                    remedy: "rename the file, or move it to another folder".to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// The rows of each split, where a file brings splits of its own.
fn splits(shards: &[(PathBuf, Dataset)]) -> [Option<Rows>; 3] {
    [Split::Train, Split::Valid, Split::Test].map(|split| {
        let mut start = 0;
        let mut rows = Vec::new();
        for (_, shard) in shards {
            rows.extend(shard.split(split).iter().flat_map(Rows::iter).map(|row| start + row));
            start += shard.len() as u64;
        }
        (!rows.is_empty()).then(|| Rows::from(rows))
    })
}

/// One source after the other.
#[derive(Debug)]
struct Several {
    specs: Vec<FieldSpec>,
    shards: Vec<Shard>,
    /// The first row of each shard.
    starts: Vec<u64>,
    len: usize,
    chunk_starts: Option<Vec<u64>>,
}

#[derive(Debug)]
struct Shard {
    source: Arc<dyn Source>,
    /// What its level indices are among those of all shards, for each field and feature that has levels.
    codes: Vec<BTreeMap<usize, Vec<u32>>>,
}

impl Several {
    fn new(opened: Vec<(PathBuf, Dataset)>) -> Result<Self, DataError> {
        let (paths, datasets): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
        let sources: Vec<Arc<dyn Source>> = datasets.into_iter().map(Dataset::into_source).collect();
        for (path, source) in paths.iter().zip(&sources) {
            check_alike(&paths[0], sources[0].fields(), path, source.fields())?;
        }
        let mut specs = sources[0].fields().to_vec();
        for (index, spec) in specs.iter_mut().enumerate() {
            for (feature, levels) in &mut spec.levels {
                let all = sources.iter().flat_map(|source| &source.fields()[index].levels[feature]);
                *levels = all.cloned().collect();
                levels.sort_unstable();
                levels.dedup();
            }
        }
        let mut starts = Vec::with_capacity(sources.len());
        let mut len = 0;
        for source in &sources {
            starts.push(len as u64);
            len += source.len();
        }
        let chunk_starts = chunk_starts(&sources, &starts, &specs);
        let shards = sources
            .into_iter()
            .map(|source| Shard { codes: codes(&specs, source.fields()), source })
            .collect();
        Ok(Self { specs, shards, starts, len, chunk_starts })
    }

    /// What the numbers take in memory.
    fn bytes(&self) -> u64 {
        let row: usize = self.specs.iter().map(|spec| spec.features() * spec.dtype.size()).sum();
        row as u64 * self.len as u64
    }

    fn shard_of(&self, row: u64) -> usize {
        self.starts.partition_point(|&start| start <= row) - 1
    }

    /// The rows of one shard, given as rows of the whole.
    fn read_shard(&self, shard: usize, rows: &[u64]) -> Result<Vec<Field>, DataError> {
        let own: Vec<u64> = rows.iter().map(|row| row - self.starts[shard]).collect();
        let Shard { source, codes } = &self.shards[shard];
        let fields = source.read(&own)?;
        fields
            .into_iter()
            .zip(codes)
            .zip(&self.specs)
            .map(|((field, codes), spec)| {
                let mut array = field.into_array();
                for (&feature, codes) in codes {
                    map_codes(&mut array, feature, spec.features(), codes);
                }
                Field::of(spec.clone(), array)
            })
            .collect()
    }
}

impl Source for Several {
    fn fields(&self) -> &[FieldSpec] {
        &self.specs
    }

    fn len(&self) -> usize {
        self.len
    }

    fn read(&self, rows: &[u64]) -> Result<Vec<Field>, DataError> {
        // By shard, then back into the order that was asked for.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&at| self.shard_of(rows[at]));
        let sorted: Vec<u64> = order.iter().map(|&at| rows[at]).collect();
        let mut groups = sorted.chunk_by(|&a, &b| self.shard_of(a) == self.shard_of(b));
        let mut fields = match groups.next() {
            Some(group) => self.read_shard(self.shard_of(group[0]), group)?,
            None => self.read_shard(0, &[])?,
        };
        for group in groups {
            for (field, more) in fields.iter_mut().zip(self.read_shard(self.shard_of(group[0]), group)?) {
                field.append(more);
            }
        }
        if order.is_sorted() {
            return Ok(fields);
        }
        let mut places = vec![0; rows.len()];
        for (place, &at) in order.iter().enumerate() {
            places[at] = place as u64;
        }
        Ok(fields.into_iter().map(|field| field.gather(&places)).collect())
    }

    fn chunk_starts(&self) -> Option<&[u64]> {
        self.chunk_starts.as_deref()
    }
}

/// The chunks of the shards; where some stay in files, the others are parted too.
fn chunk_starts(sources: &[Arc<dyn Source>], starts: &[u64], specs: &[FieldSpec]) -> Option<Vec<u64>> {
    sources.iter().any(|source| source.chunk_starts().is_some()).then(|| {
        let row: usize = specs.iter().map(|spec| spec.features() * spec.dtype.size()).sum();
        let rows = (CHUNK_BYTES / row).max(1);
        let mut chunks = Vec::new();
        for (source, start) in sources.iter().zip(starts) {
            match source.chunk_starts() {
                Some(own) => chunks.extend(own.iter().map(|chunk| start + chunk)),
                None => chunks.extend((0..source.len()).step_by(rows).map(|chunk| start + chunk as u64)),
            }
        }
        chunks
    })
}

/// Where each level of a shard is among those of all.
fn codes(all: &[FieldSpec], own: &[FieldSpec]) -> Vec<BTreeMap<usize, Vec<u32>>> {
    let place = |all: &[String], name: &String| all.binary_search(name).unwrap_or_default() as u32;
    all.iter()
        .zip(own)
        .map(|(all, own)| {
            own.levels
                .iter()
                .filter(|(feature, levels)| all.levels[feature] != **levels)
                .map(|(&feature, levels)| {
                    (feature, levels.iter().map(|name| place(&all.levels[&feature], name)).collect())
                })
                .collect()
        })
        .collect()
}

/// The same fields of the same types and shapes, in this order.
fn check_alike(
    first_path: &Path,
    first: &[FieldSpec],
    path: &Path,
    own: &[FieldSpec],
) -> Result<(), DataError> {
    let refuse = |problem: String| {
        Err(DataError::Malformed {
            path: path.to_owned(),
            position: "fields".to_owned(),
            problem: format!("{problem} in {}, the first file", first_path.display()),
            remedy: "use files that belong together, or name them by a narrower pattern".to_owned(),
        })
    };
    let names = |fields: &[FieldSpec]| crate::dataset::describe(fields.iter());
    let (kinds, first_kinds) = (names(own), names(first));
    if kinds != first_kinds {
        return refuse(format!("it has {kinds}, but there is {first_kinds}"));
    }
    for (first, own) in first.iter().zip(own) {
        let name = &own.name;
        if (own.dtype, &own.shape) != (first.dtype, &first.shape) {
            return refuse(format!(
                "`{name}` is {} {:?}, but {} {:?}",
                own.dtype, own.shape, first.dtype, first.shape
            ));
        }
        if own.feature_names != first.feature_names {
            return refuse(format!(
                "the columns are {}, but {}",
                own.feature_names.join(", "),
                first.feature_names.join(", ")
            ));
        }
        let words = |spec: &FieldSpec, feature| spec.levels.contains_key(&feature);
        if let Some(feature) = (0..own.features()).find(|&at| words(own, at) != words(first, at)) {
            let [here, there] =
                [own, first].map(|spec| if words(spec, feature) { "words" } else { "numbers" });
            return refuse(format!("{} of `{name}` holds {here}, but {there}", own.feature_name(feature)));
        }
    }
    Ok(())
}
