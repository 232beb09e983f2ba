//! The chosen columns of an open file, read by row.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::flaw::Flaw;
use super::page::{Block, Cursor, Page, Pages, dictionary};
use super::scatter::{Misfit, Target};
use super::schema::Leaf;
use super::values::{Dictionary, empty};
use crate::positional::PositionalFile;
use crate::source::Source;
use crate::{Array, DType, DataError, Field, FieldSpec, Role, weight};

/// Numbers that are decoded at once.
const BLOCK: usize = 4096;

/// Decoded bytes of the rows that are cheap to read together.
const CHUNK_BYTES: usize = 1 << 20;

/// The most of them, where a row is small.
const CHUNK_ROWS: usize = 1 << 18;

/// Decoded bytes up to which a chunk may grow to end where a page does, or where pages are larger still:
/// a quarter of a window of the shuffle, above which chunks are cut.
const LARGEST_CHUNK_BYTES: usize = 4 << 20;

/// Bytes of pages and dictionaries that are kept for the next read.
const CACHE_BYTES: usize = 32 << 20;

/// A column that is read, and where its numbers go.
#[derive(Debug)]
pub(super) struct Part {
    pub name: String,
    pub leaf: Leaf,
    pub field: usize,
    /// Its first number within a row of the field.
    pub offset: usize,
    /// The repetition level of each of its numbers within a row.
    pub pattern: Vec<u32>,
    /// The index of each word.
    pub levels: HashMap<Vec<u8>, i32>,
}

/// A group of rows.
#[derive(Debug)]
pub(super) struct GroupAt {
    /// Which one of the file it is, those without rows counted too.
    pub index: usize,
    pub first: u64,
    pub rows: u64,
    /// The pages of each part.
    pub pages: Vec<Pages>,
}

/// The examples of a file that stay there.
#[derive(Debug)]
pub(super) struct Table {
    file: Arc<PositionalFile>,
    specs: Vec<FieldSpec>,
    rows: usize,
    parts: Vec<Part>,
    groups: Vec<GroupAt>,
    chunk_starts: Vec<u64>,
    cache: Mutex<Cache>,
}

/// What was read last of each column.
#[derive(Debug, Default)]
struct Cache {
    pages: HashMap<usize, (usize, usize, Arc<Page>)>,
    dictionaries: HashMap<usize, (usize, Arc<Dictionary>)>,
    bytes: usize,
    /// For pages as they are stored.
    buffer: Vec<u8>,
}

impl Table {
    pub fn new(
        file: Arc<PositionalFile>,
        specs: Vec<FieldSpec>,
        parts: Vec<Part>,
        groups: Vec<GroupAt>,
    ) -> Self {
        let rows = groups.iter().map(|group| group.rows as usize).sum();
        let row_bytes: usize = specs.iter().map(|spec| spec.features() * spec.dtype.size()).sum();
        let chunk_starts =
            chunk_starts(&groups, &parts, [CHUNK_BYTES / row_bytes, LARGEST_CHUNK_BYTES / (row_bytes + 8)]);
        Self { file, specs, rows, parts, groups, chunk_starts, cache: Mutex::default() }
    }

    /// Bytes of all numbers in memory; `None` if that is beyond any memory.
    pub fn size(&self) -> Option<u64> {
        let row: usize = self.specs.iter().map(|spec| spec.features() * spec.dtype.size()).sum();
        (self.rows as u64).checked_mul(row as u64)
    }

    /// Every example.
    pub fn load(&self) -> Result<Vec<Field>, DataError> {
        let mut whole: Vec<Array> = self.specs.iter().map(|spec| zeros(spec.dtype, 0)).collect();
        for rows in self.chunks() {
            let rows: Vec<u64> = rows.collect();
            for (whole, part) in whole.iter_mut().zip(self.read_arrays(&rows, 0..self.parts.len())?) {
                whole.append(part).expect("a field keeps its type");
            }
        }
        self.file.check_unchanged()?;
        self.fields_of(whole)
    }

    /// That the weights are weights, where there are any: their column alone is read.
    pub fn check_weights(&self) -> Result<(), DataError> {
        let is_weight = |part: &Part| self.specs[part.field].role == Role::Weight;
        let Some(index) = self.parts.iter().position(is_weight) else { return Ok(()) };
        let (name, spec) = (self.file.path().display().to_string(), &self.specs[self.parts[index].field]);
        weight::check_field(&name, spec)?;
        for rows in self.chunks() {
            let arrays = self.read_arrays(&rows.clone().collect::<Vec<_>>(), index..index + 1)?;
            let values = arrays[self.parts[index].field].to_f64();
            weight::check_values(&name, &spec.name, rows.start, &values)?;
        }
        self.file.check_unchanged()
    }

    /// The rows that are cheap to read together.
    fn chunks(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        let ends = self.chunk_starts[1..].iter().copied().chain([self.rows as u64]);
        self.chunk_starts.iter().zip(ends).map(|(&start, end)| start..end)
    }

    /// These rows of every field, of which only some parts are read.
    fn read_arrays(&self, rows: &[u64], parts: Range<usize>) -> Result<Vec<Array>, DataError> {
        let mut order: Vec<(u64, usize)> = rows.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let mut arrays: Vec<Array> =
            self.specs.iter().map(|spec| zeros(spec.dtype, rows.len() * spec.features())).collect();
        let mut rest = &order[..];
        while let Some(&(row, _)) = rest.first() {
            let group = self.groups.partition_point(|group| group.first <= row) - 1;
            let end = self.groups[group].first + self.groups[group].rows;
            let (own, later) = rest.split_at(rest.partition_point(|&(row, _)| row < end));
            for (index, part) in self.parts.iter().enumerate().take(parts.end).skip(parts.start) {
                let stride = self.specs[part.field].features();
                let array = &mut arrays[part.field];
                let target = Target { array, stride, offset: part.offset, pattern: &part.pattern };
                self.read_part(group, index, own, target)?;
            }
            rest = later;
        }
        Ok(arrays)
    }

    /// Reads one column of some ascending rows of a group.
    fn read_part(
        &self,
        group: usize,
        index: usize,
        rows: &[(u64, usize)],
        mut target: Target<'_>,
    ) -> Result<(), DataError> {
        let part = &self.parts[index];
        let first_row = self.groups[group].first;
        let pages = &self.groups[group].pages[index];
        let width = part.pattern.len();
        let refuse = |flaw: Flaw| flaw.at(self.file.path(), position(self.groups[group].index, &part.name));
        let mut intern = |word: &[u8]| {
            part.levels.get(word).copied().ok_or_else(|| {
                Flaw::corrupt(format!("the word `{}` was not there before", String::from_utf8_lossy(word)))
            })
        };
        let mut block = Block {
            repetition: vec![],
            definition: vec![],
            values: empty(part.leaf.physical).map_err(refuse)?,
        };
        // The next number is number `within` of row `rows[next]`.
        let (mut next, mut within) = (0, 0);
        while next < rows.len() {
            let entry_of =
                |next: usize, within: usize| (rows[next].0 - first_row) * width as u64 + within as u64;
            let page_index = pages.containing(entry_of(next, within));
            let page = self.page(group, index, page_index)?;
            let dictionary = self.dictionary(group, index)?;
            let mut cursor = Cursor::new(&page, &part.leaf).map_err(refuse)?;
            let mut at = pages.data[page_index].first;
            let end = at + cursor.left() as u64;
            if entry_of(next, within) >= end {
                return Err(refuse(Flaw::corrupt("a page holds fewer numbers than before")));
            }
            while next < rows.len() {
                let entry = entry_of(next, within);
                if !(at..end).contains(&entry) {
                    break;
                }
                cursor.skip((entry - at) as usize).map_err(refuse)?;
                let most = (within + BLOCK).div_ceil(width);
                let consecutive = rows[next..]
                    .iter()
                    .zip(rows[next].0..)
                    .take(most)
                    .take_while(|((row, _), expected)| row == expected)
                    .count();
                let count = (consecutive * width - within).min(BLOCK).min((end - entry) as usize);
                cursor.read(count, &mut block, dictionary.as_deref(), &mut intern).map_err(refuse)?;
                target.put(&block, &part.leaf, within, &rows[next..]).map_err(|misfit| {
                    let row = |number: usize| rows[next].0 + ((within + number) / width) as u64;
                    refuse(misfit.flaw(row, width))
                })?;
                at = entry + count as u64;
                (next, within) = (next + (within + count) / width, (within + count) % width);
            }
        }
        Ok(())
    }

    fn page(&self, group: usize, part: usize, page: usize) -> Result<Arc<Page>, DataError> {
        if let Some((known_group, known_page, cached)) = self.cache().pages.get(&part)
            && (*known_group, *known_page) == (group, page)
        {
            return Ok(cached.clone());
        }
        let Part { name, leaf, .. } = &self.parts[part];
        let pages = &self.groups[group].pages[part];
        let refuse = |flaw: Flaw| flaw.at(self.file.path(), position(self.groups[group].index, name));
        // Memory that is given back and taken again costs more than what is done with it.
        let mut buffer = std::mem::take(&mut self.cache().buffer);
        let loaded = Page::load(&self.file, pages.data[page], pages.codec, leaf, &mut buffer, &refuse);
        let mut cache = self.cache();
        if buffer.capacity() <= CACHE_BYTES {
            cache.buffer = buffer;
        }
        let loaded = Arc::new(loaded?);
        if let Some((_, _, old)) = cache.pages.remove(&part) {
            cache.bytes -= old.size();
        }
        if cache.bytes + loaded.size() <= CACHE_BYTES {
            cache.bytes += loaded.size();
            cache.pages.insert(part, (group, page, loaded.clone()));
        }
        Ok(loaded)
    }

    fn dictionary(&self, group: usize, part: usize) -> Result<Option<Arc<Dictionary>>, DataError> {
        let Part { name, leaf, .. } = &self.parts[part];
        let pages = &self.groups[group].pages[part];
        let Some(at) = pages.dictionary else { return Ok(None) };
        if let Some((known, cached)) = self.cache().dictionaries.get(&part)
            && *known == group
        {
            return Ok(Some(cached.clone()));
        }
        let refuse = |flaw: Flaw| flaw.at(self.file.path(), position(self.groups[group].index, name));
        let loaded = Arc::new(dictionary(&self.file, at, pages.codec, leaf.physical, &refuse)?);
        let mut cache = self.cache();
        if let Some((_, old)) = cache.dictionaries.remove(&part) {
            cache.bytes -= old.size();
        }
        if cache.bytes + loaded.size() <= CACHE_BYTES {
            cache.bytes += loaded.size();
            cache.dictionaries.insert(part, (group, loaded.clone()));
        }
        Ok(Some(loaded))
    }

    /// Only whole entries are put into the cache, so it is right even if a thread died meanwhile.
    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fields_of(&self, arrays: Vec<Array>) -> Result<Vec<Field>, DataError> {
        let field = |(spec, array): (&FieldSpec, Array)| {
            let field = Field::new(spec.name.clone(), spec.role, spec.shape.clone(), array)?;
            let field = field.with_levels(spec.levels.clone());
            Ok(match spec.feature_names[..] {
                [] => field,
                _ => field.with_feature_names(spec.feature_names.clone()),
            })
        };
        self.specs.iter().zip(arrays).map(field).collect()
    }
}

impl Source for Table {
    fn fields(&self) -> &[FieldSpec] {
        &self.specs
    }

    fn len(&self) -> usize {
        self.rows
    }

    fn read(&self, rows: &[u64]) -> Result<Vec<Field>, DataError> {
        let arrays = self.read_arrays(rows, 0..self.parts.len());
        // What a changed file holds is not to be blamed on its bytes.
        self.file.check_unchanged()?;
        self.fields_of(arrays?)
    }

    fn chunk_starts(&self) -> Option<&[u64]> {
        Some(&self.chunk_starts)
    }
}

impl Misfit {
    fn flaw(self, row: impl Fn(usize) -> u64, width: usize) -> Flaw {
        let lists = "give every row a list of the same length, or leave the column out with `data.exclude`";
        match self {
            Self::Flaw(flaw) => flaw,
            // A list that is too long is noticed at its first number too many, one that is too short at
            // the first of the next row.
            Self::Ragged(number) => Flaw::unsupported(
                format!(
                    "the list of row {} (counted from 0), or the one before it, does not have the first row's {width} numbers",
                    row(number)
                ),
                lists,
            ),
            Self::Null(number) => Flaw::unsupported(
                format!("the list of row {} (counted from 0) is missing or empty", row(number)),
                lists,
            ),
        }
    }
}

pub(super) fn position(group: usize, column: &str) -> String {
    format!("row group {group}, column `{column}`")
}

fn zeros(dtype: DType, len: usize) -> Array {
    match dtype {
        DType::U8 => Array::U8(vec![0; len]),
        DType::I32 => Array::I32(vec![0; len]),
        DType::I64 => Array::I64(vec![0; len]),
        DType::F32 => Array::F32(vec![0.0; len]),
        DType::F64 => Array::F64(vec![0.0; len]),
    }
}

/// Cuts the rows into runs of about `target`, at most `largest`: small groups of rows are taken together, and large ones
/// cut where a page of the widest column ends, if one does nearby.
fn chunk_starts(groups: &[GroupAt], parts: &[Part], [target, largest]: [usize; 2]) -> Vec<u64> {
    let target = target.clamp(1, CHUNK_ROWS) as u64;
    let largest = (largest as u64).max(target);
    let widest = (0..parts.len()).max_by_key(|&part| parts[part].pattern.len());
    let mut starts = vec![0];
    for group in groups {
        let start = starts[starts.len() - 1];
        let end = group.first + group.rows;
        if end - start <= target {
            continue;
        }
        if group.first > start {
            starts.push(group.first);
        }
        let Some(part) = widest else { continue };
        let (width, pages) = (parts[part].pattern.len() as u64, &group.pages[part]);
        let first_row = |page: usize| group.first + pages.data[page].first.div_ceil(width);
        loop {
            let start = starts[starts.len() - 1];
            if end - start <= target {
                break;
            }
            let wanted = start + target;
            let page = pages.containing((wanted - group.first) * width);
            let before = first_row(page);
            let after = if page + 1 < pages.data.len() { first_row(page + 1) } else { end };
            let cut = if before >= start + target.div_ceil(2) && before > start {
                before
            } else {
                after.min(start + largest)
            };
            if cut >= end {
                break;
            }
            starts.push(cut);
        }
    }
    starts
}
