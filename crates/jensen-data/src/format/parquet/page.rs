//! Pages: where they lie, and their levels and values.

use std::ops::Range;

use super::compression::decompress;
use super::flaw::{Flaw, truncated};
use super::footer::Chunk;
use super::hybrid::Hybrid;
use super::schema::Leaf;
use super::thrift::{FALSE, I32, STRUCT, TRUE, Thrift};
use super::values::{Dictionary, Intern, Values};
use crate::positional::PositionalFile;
use crate::{Array, DataError};

/// More than a page of any sensible file has.
const LARGEST: usize = 256 << 20;

/// The first guess of a header's size; it is longer where it holds long words.
const HEADER: usize = 128;

/// Where a page lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageAt {
    pub at: u64,
    /// Bytes, those of its header included.
    pub len: u32,
    /// The first of its numbers, counted within the chunk.
    pub first: u64,
}

/// The pages of a column chunk.
#[derive(Debug)]
pub(super) struct Pages {
    pub codec: i32,
    pub dictionary: Option<PageAt>,
    pub data: Vec<PageAt>,
    pub entries: u64,
    /// Numbers that are null, where the headers say so.
    pub nulls: Option<u64>,
}

#[derive(Debug, Default)]
struct Header {
    kind: i32,
    size: usize,
    compressed_size: usize,
    checksum: Option<u32>,
    entries: usize,
    nulls: Option<usize>,
    encoding: i32,
    /// Whether levels are stored as they should be.
    level_encodings: [i32; 2],
    /// Of the second version: the bytes of repetition and definition levels.
    level_sizes: Option<[usize; 2]>,
    is_compressed: bool,
}

impl Header {
    const DATA: i32 = 0;
    const INDEX: i32 = 1;
    const DICTIONARY: i32 = 2;
    const DATA_2: i32 = 3;

    /// Reads a header and its own size.
    fn parse(bytes: &[u8]) -> Result<(Self, usize), Flaw> {
        let mut header = Self { kind: -1, level_encodings: [3; 2], is_compressed: true, ..Self::default() };
        let mut input = Thrift::new(bytes);
        let mut sizes = [0; 2];
        let size = |input: &mut Thrift<'_>| input.integer::<u32>().map(|size| size as usize);
        input.fields(|input, id, kind| match (id, kind) {
            (1, I32) => input.integer().map(|kind| header.kind = kind),
            (2, I32) => size(input).map(|size| header.size = size),
            (3, I32) => size(input).map(|size| header.compressed_size = size),
            (4, I32) => {
                input.integer::<i32>().map(|checksum| header.checksum = Some(checksum.cast_unsigned()))
            }
            (5 | 7, STRUCT) => input.fields(|input, id, kind| match (id, kind) {
                (1, I32) => size(input).map(|entries| header.entries = entries),
                (2, I32) => input.integer().map(|encoding| header.encoding = encoding),
                (3, I32) => input.integer().map(|encoding| header.level_encodings[1] = encoding),
                (4, I32) => input.integer().map(|encoding| header.level_encodings[0] = encoding),
                (_, kind) => input.skip(kind),
            }),
            (8, STRUCT) => input.fields(|input, id, kind| match (id, kind) {
                (1, I32) => size(input).map(|entries| header.entries = entries),
                (2, I32) => size(input).map(|nulls| header.nulls = Some(nulls)),
                (4, I32) => input.integer().map(|encoding| header.encoding = encoding),
                (5, I32) => size(input).map(|size| sizes[1] = size),
                (6, I32) => size(input).map(|size| sizes[0] = size),
                (7, TRUE | FALSE) => {
                    header.is_compressed = kind == TRUE;
                    Ok(())
                }
                (_, kind) => input.skip(kind),
            }),
            (_, kind) => input.skip(kind),
        })?;
        if header.kind == Self::DATA_2 {
            header.level_sizes = Some(sizes);
        }
        if header.size > LARGEST {
            return Err(Flaw::unsupported(
                format!("a page has {} bytes, of which at most {LARGEST} are read", header.size),
                "write the file with smaller pages",
            ));
        }
        Ok((header, input.position()))
    }
}

impl Pages {
    /// Finds the pages of a chunk by their headers, one after the other.
    pub fn find(
        file: &PositionalFile,
        chunk: &Chunk,
        refuse: &dyn Fn(Flaw) -> DataError,
    ) -> Result<Self, DataError> {
        if chunk.encrypted {
            return Err(refuse(Flaw::unsupported("it is encrypted", "write the file without encryption")));
        }
        if chunk.elsewhere {
            return Err(refuse(Flaw::unsupported("its pages are in another file", "write one file")));
        }
        let end = chunk.start.checked_add(chunk.len).filter(|&end| end <= file.len().saturating_sub(8));
        let end = end.ok_or_else(|| {
            refuse(Flaw::corrupt(format!(
                "its {} bytes from byte {} on are beyond the end of the file",
                chunk.len, chunk.start
            )))
        })?;
        let mut pages =
            Self { codec: chunk.codec, dictionary: None, data: Vec::new(), entries: 0, nulls: Some(0) };
        let mut at = chunk.start;
        while at < end && pages.entries < chunk.entries {
            let (header, header_len) = Self::header(file, at, end, refuse)?;
            let len = header_len + header.compressed_size;
            if len as u64 > end - at {
                return Err(refuse(Flaw::corrupt(format!(
                    "the page at byte {at} is longer than its column"
                ))));
            }
            let len = u32::try_from(len)
                .map_err(|_| refuse(Flaw::corrupt(format!("the page at byte {at} is too long"))))?;
            let page = PageAt { at, len, first: pages.entries };
            match header.kind {
                Header::DATA | Header::DATA_2 => {
                    pages.data.push(page);
                    pages.entries += header.entries as u64;
                    pages.nulls =
                        pages.nulls.zip(header.nulls).map(|(all, own)| all.saturating_add(own as u64));
                }
                Header::DICTIONARY => pages.dictionary = Some(page),
                Header::INDEX => {}
                other => {
                    return Err(refuse(Flaw::corrupt(format!(
                        "the page at byte {at} is of the kind {other}"
                    ))));
                }
            }
            at += u64::from(len);
        }
        pages.nulls = pages.nulls.or(chunk.nulls);
        if pages.entries != chunk.entries {
            return Err(refuse(Flaw::corrupt(format!(
                "its pages hold {} numbers, but {} are declared",
                pages.entries, chunk.entries
            ))));
        }
        Ok(pages)
    }

    fn header(
        file: &PositionalFile,
        at: u64,
        end: u64,
        refuse: &dyn Fn(Flaw) -> DataError,
    ) -> Result<(Header, usize), DataError> {
        let mut size = HEADER;
        loop {
            let available = (end - at).min(size as u64) as usize;
            let mut bytes = vec![0; available];
            file.read_exact_at(at, &mut bytes)?;
            match Header::parse(&bytes) {
                Ok(header) => return Ok(header),
                Err(_) if available == size && size < 1 << 20 => size *= 8,
                Err(flaw) => return Err(refuse(flaw)),
            }
        }
    }

    /// The page that holds number `entry`.
    pub fn containing(&self, entry: u64) -> usize {
        self.data.partition_point(|page| page.first <= entry).saturating_sub(1)
    }
}

/// The bytes of a page, and where its levels are.
type Parts = (Vec<u8>, Range<usize>, Range<usize>);

/// A page, decompressed.
#[derive(Debug)]
pub(super) struct Page {
    entries: usize,
    encoding: i32,
    bytes: Vec<u8>,
    repetition: Range<usize>,
    definition: Range<usize>,
    values: Range<usize>,
}

impl Page {
    /// Reads a data page; `buffer` holds it as it is stored.
    pub fn load(
        file: &PositionalFile,
        at: PageAt,
        codec: i32,
        leaf: &Leaf,
        buffer: &mut Vec<u8>,
        refuse: &dyn Fn(Flaw) -> DataError,
    ) -> Result<Self, DataError> {
        let (header, body) = read(file, at, buffer, refuse)?;
        Self::decode(&header, body, codec, leaf).map_err(refuse)
    }

    fn decode(header: &Header, body: &[u8], codec: i32, leaf: &Leaf) -> Result<Self, Flaw> {
        let (bytes, repetition, definition) = match header.level_sizes {
            Some(sizes) => Self::split_levels(header, sizes, body, codec)?,
            None => Self::find_levels(header, body, codec, leaf)?,
        };
        let values = definition.end..bytes.len();
        Ok(Self { entries: header.entries, encoding: header.encoding, bytes, repetition, definition, values })
    }

    /// Of the second version: levels come first, their sizes are in the header, and they are not
    /// compressed.
    fn split_levels(
        header: &Header,
        [repeated, defined]: [usize; 2],
        body: &[u8],
        codec: i32,
    ) -> Result<Parts, Flaw> {
        let levels = repeated.saturating_add(defined);
        let (own, values) = body.split_at_checked(levels).ok_or_else(truncated)?;
        let size = header.size.checked_sub(levels).ok_or_else(truncated)?;
        let codec = if header.is_compressed { codec } else { 0 };
        // A page of nulls alone has no values to compress.
        let values = if size == 0 { Vec::new() } else { decompress(codec, values, size)? };
        Ok(([own, &values].concat(), 0..repeated, repeated..levels))
    }

    /// Of the first version: everything is compressed together, and levels begin with their size.
    fn find_levels(header: &Header, body: &[u8], codec: i32, leaf: &Leaf) -> Result<Parts, Flaw> {
        // Of levels that a column does not have, some writers say BIT_PACKED.
        let needed = [leaf.depth > 0, leaf.max_definition > 0];
        if header.level_encodings.iter().zip(needed).any(|(&encoding, needed)| needed && encoding != 3) {
            return Err(Flaw::unsupported(
                "its levels are in the old encoding BIT_PACKED",
                "write the file again with a present-day writer",
            ));
        }
        let bytes = decompress(codec, body, header.size)?;
        let levels = |at: usize, are_there: bool| -> Result<Range<usize>, Flaw> {
            if !are_there {
                return Ok(at..at);
            }
            let (len, rest) = bytes.get(at..).and_then(<[u8]>::split_first_chunk).ok_or_else(truncated)?;
            let len = u32::from_le_bytes(*len) as usize;
            if len > rest.len() { Err(truncated()) } else { Ok(at + 4..at + 4 + len) }
        };
        let repetition = levels(0, leaf.depth > 0)?;
        let definition = levels(repetition.end, leaf.max_definition > 0)?;
        Ok((bytes, repetition, definition))
    }

    /// What it takes in memory.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// Reads the dictionary of a chunk.
pub(super) fn dictionary(
    file: &PositionalFile,
    at: PageAt,
    codec: i32,
    physical: i32,
    refuse: &dyn Fn(Flaw) -> DataError,
) -> Result<Dictionary, DataError> {
    let mut buffer = Vec::new();
    let (header, body) = read(file, at, &mut buffer, refuse)?;
    decompress(codec, body, header.size)
        .and_then(|bytes| Dictionary::new(bytes, header.entries, physical))
        .map_err(refuse)
}

/// The header of a page, and its bytes as they are stored.
fn read<'a>(
    file: &PositionalFile,
    at: PageAt,
    buffer: &'a mut Vec<u8>,
    refuse: &dyn Fn(Flaw) -> DataError,
) -> Result<(Header, &'a [u8]), DataError> {
    buffer.resize(at.len as usize, 0);
    file.read_exact_at(at.at, buffer)?;
    let (header, header_len) = Header::parse(buffer).map_err(refuse)?;
    let body = &buffer[header_len..];
    if body.len() != header.compressed_size {
        return Err(refuse(Flaw::corrupt(format!("the page at byte {} has changed", at.at))));
    }
    if let Some(checksum) = header.checksum {
        let mut crc = flate2::Crc::new();
        crc.update(body);
        if crc.sum() != checksum {
            return Err(refuse(Flaw::corrupt(format!(
                "the checksum of the page at byte {} does not match",
                at.at
            ))));
        }
    }
    Ok((header, body))
}

/// Some numbers of a page.
#[derive(Debug)]
pub(super) struct Block {
    /// Empty where there are no lists.
    pub repetition: Vec<u32>,
    /// Empty where nothing can be null.
    pub definition: Vec<u32>,
    /// Those that are not null.
    pub values: Array,
}

/// A position in a page.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    repetition: Option<Hybrid<'a>>,
    definition: Option<Hybrid<'a>>,
    max_repetition: u32,
    max_definition: u32,
    values: Values<'a>,
    left: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(page: &'a Page, leaf: &Leaf) -> Result<Self, Flaw> {
        let levels = |range: &Range<usize>, highest: u16| {
            (highest > 0)
                .then(|| Hybrid::new(&page.bytes[range.clone()], u16::BITS - highest.leading_zeros()))
                .transpose()
        };
        Ok(Self {
            repetition: levels(&page.repetition, leaf.depth)?,
            definition: levels(&page.definition, leaf.max_definition)?,
            max_repetition: leaf.depth.into(),
            max_definition: leaf.max_definition.into(),
            values: Values::new(
                &page.bytes[page.values.clone()],
                page.encoding,
                leaf.physical,
                page.entries,
            )?,
            left: page.entries,
        })
    }

    /// How many numbers are left, those that are null included.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Puts the next `count` numbers into `block`.
    pub fn read(
        &mut self,
        count: usize,
        block: &mut Block,
        dictionary: Option<&Dictionary>,
        intern: Intern<'_>,
    ) -> Result<(), Flaw> {
        self.left = self.left.checked_sub(count).ok_or_else(truncated)?;
        block.repetition.clear();
        block.definition.clear();
        crate::array::with_values!(&mut block.values, values => values.clear());
        if let Some(levels) = &mut self.repetition {
            block.repetition.resize(count, 0);
            levels.read(&mut block.repetition)?;
            check_levels(&block.repetition, self.max_repetition)?;
        }
        let mut present = count;
        if let Some(levels) = &mut self.definition {
            block.definition.resize(count, 0);
            levels.read(&mut block.definition)?;
            check_levels(&block.definition, self.max_definition)?;
            present = block.definition.iter().filter(|&&level| level == self.max_definition).count();
        }
        self.values.read(present, &mut block.values, dictionary, intern)
    }

    /// Passes over `count` numbers.
    pub fn skip(&mut self, count: usize) -> Result<(), Flaw> {
        self.left = self.left.checked_sub(count).ok_or_else(truncated)?;
        if let Some(levels) = &mut self.repetition {
            levels.skip(count, 0)?;
        }
        let present = match &mut self.definition {
            Some(levels) => levels.skip(count, self.max_definition)?,
            None => count,
        };
        self.values.skip(present)
    }
}

/// A level that does not exist would move every later value to another row.
fn check_levels(levels: &[u32], highest: u32) -> Result<(), Flaw> {
    match levels.iter().find(|&&level| level > highest) {
        Some(level) => Err(Flaw::corrupt(format!("a level is {level}, of at most {highest}"))),
        None => Ok(()),
    }
}
