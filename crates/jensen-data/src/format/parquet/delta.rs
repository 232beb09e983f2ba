//! Integers as differences, packed with as many bits as each small block needs.
//!
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC>.

use super::flaw::{Flaw, truncated};
use super::hybrid::Bits;
use super::thrift::Thrift;

/// Reads integers in the encoding `DELTA_BINARY_PACKED`.
#[derive(Clone, Debug)]
pub(super) struct Delta<'a> {
    bytes: &'a [u8],
    /// Integers of a miniblock.
    per_miniblock: usize,
    miniblocks: usize,
    left: usize,
    value: i64,
    is_first: bool,
    least: i64,
    widths: &'a [u8],
    bits: Bits<'a>,
    width: u32,
    in_miniblock: usize,
}

impl<'a> Delta<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<Self, Flaw> {
        let mut header = Thrift::new(bytes);
        let (block, miniblocks, left) = (header.varint()?, header.varint()?, header.varint()?);
        let value = header.integer()?;
        let per_miniblock = block.checked_div(miniblocks).unwrap_or(0);
        if block > 1 << 16
            || per_miniblock == 0
            || !per_miniblock.is_multiple_of(8)
            || left > u64::from(u32::MAX)
        {
            return Err(Flaw::corrupt(format!("blocks of {block} integers in {miniblocks} parts")));
        }
        Ok(Self {
            bytes: &bytes[header.position()..],
            per_miniblock: per_miniblock as usize,
            miniblocks: miniblocks as usize,
            left: left as usize,
            value,
            is_first: true,
            least: 0,
            widths: &[],
            bits: Bits::new(&[]),
            width: 0,
            in_miniblock: 0,
        })
    }

    /// How many integers are left.
    pub fn len(&self) -> usize {
        self.left
    }

    pub fn next(&mut self) -> Result<i64, Flaw> {
        self.left = self.left.checked_sub(1).ok_or_else(truncated)?;
        if self.is_first {
            self.is_first = false;
            return Ok(self.value);
        }
        if self.in_miniblock == 0 {
            self.begin_miniblock()?;
        }
        self.in_miniblock -= 1;
        // Differences wrap around, as they were made.
        let difference = self.least.wrapping_add(self.bits.take(self.width).cast_signed());
        self.value = self.value.wrapping_add(difference);
        Ok(self.value)
    }

    /// The bytes that follow the last integer, once all were read.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    fn begin_miniblock(&mut self) -> Result<(), Flaw> {
        if self.widths.is_empty() {
            let mut header = Thrift::new(self.bytes);
            self.least = header.integer()?;
            let bytes = &self.bytes[header.position()..];
            (self.widths, self.bytes) = bytes.split_at_checked(self.miniblocks).ok_or_else(truncated)?;
        }
        let (&width, widths) = self.widths.split_first().ok_or_else(truncated)?;
        if width > 64 {
            return Err(Flaw::corrupt(format!("differences of {width} bits are too wide")));
        }
        let size = self.per_miniblock * usize::from(width) / 8;
        let (packed, rest) = self.bytes.split_at_checked(size).ok_or_else(truncated)?;
        (self.widths, self.bytes, self.bits, self.width) = (widths, rest, Bits::new(packed), width.into());
        self.in_miniblock = self.per_miniblock;
        Ok(())
    }
}
