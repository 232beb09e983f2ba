//! The description at the end of a file: its columns, and where their pages lie.
//!
//! Read here and not with the `parquet` crate, which writes: that one allocates as many children as a
//! group of columns claims, recurses as deep as they nest, and panics on pages that contradict them.

use super::flaw::Flaw;
use super::thrift::{BINARY, BYTE, FALSE, I32, I64, LIST, STRUCT, TRUE, Thrift};
use crate::DataError;
use crate::positional::PositionalFile;

/// What a file says of itself.
#[derive(Debug)]
pub(super) struct Footer {
    pub rows: u64,
    /// The columns' tree, each node before its children.
    pub schema: Vec<Element>,
    pub groups: Vec<Group>,
}

/// A node of the tree of columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub name: String,
    /// 0 boolean, 1 int32, 2 int64, 3 int96, 4 float, 5 double, 6 byte array, 7 bytes of fixed length.
    pub physical: Option<i32>,
    pub length: i32,
    /// 0 required, 1 optional, 2 repeated.
    pub repetition: i32,
    pub children: usize,
    pub converted: Option<i32>,
    /// The number of the logical type.
    pub logical: Option<i16>,
    /// Bits and sign of a logical integer.
    pub integer: Option<(i8, bool)>,
}

/// A group of rows.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub rows: u64,
    pub chunks: Vec<Chunk>,
}

/// The pages of a column in a group of rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub start: u64,
    pub len: u64,
    /// Numbers, those that are null included.
    pub entries: u64,
    pub codec: i32,
    pub physical: i32,
    pub nulls: Option<u64>,
    pub encrypted: bool,
    /// The pages are in another file.
    pub elsewhere: bool,
}

const MAGIC: &[u8] = b"PAR1";

/// Reads the description of an open file.
pub(super) fn read(file: &PositionalFile) -> Result<Footer, DataError> {
    let refuse = |flaw: Flaw| flaw.at(file.path(), "footer");
    let truncated = |problem: String| {
        refuse(Flaw::unsupported(
            problem,
            "it is truncated, or its writer was not closed: write or copy the file again",
        ))
    };
    let len = file.len();
    if len < 12 {
        return Err(truncated(format!("{len} bytes are fewer than any Parquet file has")));
    }
    let mut tail = [0; 8];
    file.read_exact_at(len - 8, &mut tail)?;
    let ([a, b, c, d], magic) =
        tail.split_first_chunk().map_or(([0; 4], &[][..]), |(size, magic)| (*size, magic));
    if magic == b"PARE" {
        return Err(refuse(Flaw::unsupported("the file is encrypted", "write it without encryption")));
    }
    if magic != MAGIC {
        return Err(truncated(format!("the file ends with {magic:02X?} instead of PAR1")));
    }
    let size = u64::from(u32::from_le_bytes([a, b, c, d]));
    if size > len - 12 {
        return Err(truncated(format!("a footer of {size} bytes is longer than the file of {len}")));
    }
    let mut bytes = vec![0; size as usize];
    file.read_exact_at(len - 8 - size, &mut bytes)?;
    let footer = parse(&bytes).map_err(refuse)?;
    check(&footer, len).map_err(refuse)?;
    Ok(footer)
}

fn parse(bytes: &[u8]) -> Result<Footer, Flaw> {
    let mut footer = Footer { rows: 0, schema: Vec::new(), groups: Vec::new() };
    let mut encrypted = false;
    Thrift::new(bytes).fields(|input, id, kind| match (id, kind) {
        (2, LIST) => input.list(STRUCT, |input| {
            footer.schema.push(element(input)?);
            Ok(())
        }),
        (3, I64) => input.integer().map(|rows| footer.rows = rows),
        (4, LIST) => input.list(STRUCT, |input| {
            footer.groups.push(group(input)?);
            Ok(())
        }),
        (8, kind) => {
            encrypted = true;
            input.skip(kind)
        }
        (_, kind) => input.skip(kind),
    })?;
    if encrypted {
        return Err(Flaw::unsupported("the file is encrypted", "write it without encryption"));
    }
    Ok(footer)
}

fn element(input: &mut Thrift<'_>) -> Result<Element, Flaw> {
    let mut element = Element::default();
    input.fields(|input, id, kind| match (id, kind) {
        (1, I32) => input.integer().map(|physical| element.physical = Some(physical)),
        (2, I32) => input.integer().map(|length| element.length = length),
        (3, I32) => input.integer().map(|repetition| element.repetition = repetition),
        (4, BINARY) => input.text().map(|name| element.name = name),
        (5, I32) => input.integer::<u32>().map(|children| element.children = children as usize),
        (6, I32) => input.integer().map(|converted| element.converted = Some(converted)),
        // A union: the number of its only field says which.
        (10, STRUCT) => input.fields(|input, id, kind| {
            element.logical = Some(id);
            if (id, kind) != (10, STRUCT) {
                return input.skip(kind);
            }
            let (mut bits, mut signed) = (0, true);
            input.fields(|input, id, kind| match (id, kind) {
                (1, BYTE) => input.byte().map(|byte| bits = byte.cast_signed()),
                (2, TRUE | FALSE) => {
                    signed = kind == TRUE;
                    Ok(())
                }
                (_, kind) => input.skip(kind),
            })?;
            element.integer = Some((bits, signed));
            Ok(())
        }),
        (_, kind) => input.skip(kind),
    })?;
    Ok(element)
}

fn group(input: &mut Thrift<'_>) -> Result<Group, Flaw> {
    let mut group = Group::default();
    input.fields(|input, id, kind| match (id, kind) {
        (1, LIST) => input.list(STRUCT, |input| {
            group.chunks.push(chunk(input)?);
            Ok(())
        }),
        (3, I64) => input.integer().map(|rows| group.rows = rows),
        (_, kind) => input.skip(kind),
    })?;
    Ok(group)
}

fn chunk(input: &mut Thrift<'_>) -> Result<Chunk, Flaw> {
    let mut chunk = Chunk { physical: -1, ..Chunk::default() };
    let (mut data, mut dictionary) = (0u64, None);
    input.fields(|input, id, kind| match (id, kind) {
        (1, BINARY) => {
            chunk.elsewhere = true;
            input.skip(kind)
        }
        (3, STRUCT) => input.fields(|input, id, kind| match (id, kind) {
            (1, I32) => input.integer().map(|physical| chunk.physical = physical),
            (4, I32) => input.integer().map(|codec| chunk.codec = codec),
            (5, I64) => input.integer().map(|entries| chunk.entries = entries),
            (7, I64) => input.integer().map(|len| chunk.len = len),
            (9, I64) => input.integer().map(|at| data = at),
            (11, I64) => input.integer::<i64>().map(|at| dictionary = u64::try_from(at).ok()),
            (12, STRUCT) => input.fields(|input, id, kind| match (id, kind) {
                (3, I64) => input.integer::<i64>().map(|nulls| chunk.nulls = u64::try_from(nulls).ok()),
                (_, kind) => input.skip(kind),
            }),
            (_, kind) => input.skip(kind),
        }),
        (8 | 9, kind) => {
            chunk.encrypted = true;
            input.skip(kind)
        }
        (_, kind) => input.skip(kind),
    })?;
    // The dictionary comes first; some writers say 0 where there is none.
    chunk.start = dictionary.filter(|&at| at > 0 && at < data).unwrap_or(data);
    Ok(chunk)
}

/// What later code relies on.
fn check(footer: &Footer, file_len: u64) -> Result<(), Flaw> {
    let mut rows = 0u64;
    for group in &footer.groups {
        rows = rows.saturating_add(group.rows);
    }
    if rows != footer.rows {
        return Err(Flaw::corrupt(format!(
            "it declares {} rows, but its row groups have {rows}",
            footer.rows
        )));
    }
    // Chunks that lie over each other would be read once for each.
    let chunks = footer.groups.iter().flat_map(|group| &group.chunks);
    let stored = chunks.fold(0u64, |sum, chunk| sum.saturating_add(chunk.len));
    if stored > file_len {
        return Err(Flaw::corrupt(format!("its columns have {stored} bytes, of a file of {file_len}")));
    }
    // Equal values are stored once, so there is no exact bound; but a file of so many rows a byte has
    // nothing to learn from, and would be read for hours.
    if rows / 4096 > file_len {
        return Err(Flaw::corrupt(format!("it declares {rows} rows, which {file_len} bytes cannot hold")));
    }
    Ok(())
}
