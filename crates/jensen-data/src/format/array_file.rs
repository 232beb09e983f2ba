//! An array in a file as a data set: held in memory, or read by position.

use std::sync::Arc;

use super::layout::{Layout, Order};
use super::nd_array::field_spec;
use super::single;
use crate::positional::PositionalFile;
use crate::source::Source;
use crate::{Access, DataError, Dataset, Field, FieldSpec, Role};

/// Bytes of rows that are shuffled as one, but for large files: so few that a window of an epoch holds
/// hundreds of them, so many that a disk is not kept seeking.
const CHUNK: u64 = 64 << 10;

/// The most that a chunk grows to as the file grows.
const LARGEST_CHUNK: u64 = 256 << 10;

/// Chunks of a file before they grow.
const CHUNKS: u64 = 1 << 18;

/// Rows this far apart, in bytes, are read in one go, with what lies between.
const MOST_SKIPPED: u64 = 32 << 10;

/// Bytes that are read at once.
const MOST_AT_ONCE: u64 = 1 << 20;

/// The data set in a file whose header has been read.
///
/// A column-major array is held in memory however large: its examples do not lie together.
pub(crate) fn open(file: PositionalFile, layout: Layout, access: Access) -> Result<Dataset, DataError> {
    let count: u64 = layout.shape.iter().map(|&extent| extent as u64).product();
    let in_memory = count.saturating_mul(layout.encoding.dtype().size() as u64);
    if layout.order == Order::RowMajor && access.stays_in_file(in_memory) {
        let name = file.path().display().to_string();
        return Ok(Dataset::from_source(&name, Arc::new(ArrayFile::new(file, layout)?)));
    }
    let mut numbers = vec![0; (file.len() - layout.start as u64) as usize];
    file.read_exact_at(layout.start as u64, &mut numbers)?;
    file.check_unchanged()?;
    single(file.path(), layout.array(file.path(), numbers)?)
}

/// A row-major array that stays in its file.
#[derive(Debug)]
struct ArrayFile {
    file: PositionalFile,
    layout: Layout,
    spec: FieldSpec,
    row_bytes: u64,
    chunk_starts: Vec<u64>,
}

impl ArrayFile {
    fn new(file: PositionalFile, layout: Layout) -> Result<Self, DataError> {
        let spec = field_spec(file.path(), "x", Role::Observation, &layout.shape, layout.encoding.dtype())?;
        let row_bytes = (spec.features() * layout.encoding.size) as u64;
        let chunk = (file.len() / CHUNKS).clamp(CHUNK, LARGEST_CHUNK);
        let rows_in_chunk = (chunk / row_bytes).max(1) as usize;
        let chunk_starts = (0..layout.shape[0] as u64).step_by(rows_in_chunk).collect();
        Ok(Self { file, layout, spec, row_bytes, chunk_starts })
    }

    /// Appends the bytes of rows that lie close together, by one read.
    fn append(&self, run: &[u64], span: &mut Vec<u8>, numbers: &mut Vec<u8>) -> Result<(), DataError> {
        let (first, rows) = (run[0], run[run.len() - 1] - run[0] + 1);
        let (position, bytes) =
            (self.layout.start as u64 + first * self.row_bytes, (rows * self.row_bytes) as usize);
        if rows == run.len() as u64 {
            let end = numbers.len();
            numbers.resize(end + bytes, 0);
            return self.file.read_exact_at(position, &mut numbers[end..]);
        }
        span.resize(bytes, 0);
        self.file.read_exact_at(position, span)?;
        for row in run {
            let start = ((row - first) * self.row_bytes) as usize;
            numbers.extend_from_slice(&span[start..start + self.row_bytes as usize]);
        }
        Ok(())
    }

    /// Whether row `next` is read together with those from `first` to `last`.
    fn joins(&self, first: u64, last: u64, next: u64) -> bool {
        next > last
            && (next - last - 1) * self.row_bytes <= MOST_SKIPPED
            && (next - first) * self.row_bytes < MOST_AT_ONCE
    }
}

impl Source for ArrayFile {
    fn fields(&self) -> &[FieldSpec] {
        std::slice::from_ref(&self.spec)
    }

    fn len(&self) -> usize {
        self.layout.shape[0]
    }

    fn read(&self, rows: &[u64]) -> Result<Vec<Field>, DataError> {
        let mut numbers = Vec::with_capacity(rows.len() * self.row_bytes as usize);
        let mut span = Vec::new();
        let mut start = 0;
        for end in 1..=rows.len() {
            if end == rows.len() || !self.joins(rows[start], rows[end - 1], rows[end]) {
                self.append(&rows[start..end], &mut span, &mut numbers)?;
                start = end;
            }
        }
        self.file.check_unchanged()?;
        let place =
            |byte: u64| rows[(byte / self.row_bytes) as usize] * self.row_bytes + byte % self.row_bytes;
        let array = self.layout.decode(self.file.path(), numbers, place)?;
        Ok(vec![Field::of(self.spec.clone(), array)?])
    }

    fn chunk_starts(&self) -> Option<&[u64]> {
        Some(&self.chunk_starts)
    }
}
