//! Thrift's compact protocol, in which Parquet describes itself.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>. Nothing is
//! allocated that the bytes do not hold, and nesting is bounded.

use super::flaw::Flaw;

/// Deeper nesting than any description of a file has.
const DEEPEST: usize = 32;

pub(super) const TRUE: u8 = 1;
pub(super) const FALSE: u8 = 2;
pub(super) const BYTE: u8 = 3;
pub(super) const I16: u8 = 4;
pub(super) const I32: u8 = 5;
pub(super) const I64: u8 = 6;
pub(super) const DOUBLE: u8 = 7;
pub(super) const BINARY: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const SET: u8 = 10;
pub(super) const MAP: u8 = 11;
pub(super) const STRUCT: u8 = 12;

/// Reads values one after the other.
#[derive(Debug)]
pub(super) struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Thrift<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Visits the fields of a struct; `visit` gets a field's number and type, and reads or skips it.
    pub fn fields(
        &mut self,
        mut visit: impl FnMut(&mut Self, i16, u8) -> Result<(), Flaw>,
    ) -> Result<(), Flaw> {
        let mut id = 0i16;
        loop {
            let header = self.byte()?;
            let kind = header & 0x0F;
            if kind == 0 {
                return Ok(());
            }
            id = match i16::from(header >> 4) {
                0 => self.integer()?,
                delta => {
                    id.checked_add(delta).ok_or_else(|| Flaw::corrupt("a field's number is too large"))?
                }
            };
            visit(self, id, kind)?;
        }
    }

    /// Visits the elements of a list whose elements are of type `kind`.
    pub fn list(
        &mut self,
        kind: u8,
        mut visit: impl FnMut(&mut Self) -> Result<(), Flaw>,
    ) -> Result<(), Flaw> {
        let (found, len) = self.list_header()?;
        if found != kind && len > 0 {
            return Err(Flaw::corrupt(format!("a list holds elements of type {found} instead of {kind}")));
        }
        (0..len).try_for_each(|_| visit(self))
    }

    pub fn integer<T: TryFrom<i64>>(&mut self) -> Result<T, Flaw> {
        let coded = self.varint()?;
        let value = (coded >> 1).cast_signed() ^ -(coded & 1).cast_signed();
        T::try_from(value).map_err(|_| Flaw::corrupt(format!("the integer {value} is out of range")))
    }

    pub fn varint(&mut self) -> Result<u64, Flaw> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Flaw::corrupt("an integer has more than 64 bits"))
    }

    pub fn byte(&mut self) -> Result<u8, Flaw> {
        Ok(self.take(1)?[0])
    }

    pub fn binary(&mut self) -> Result<&'a [u8], Flaw> {
        let len = self.varint()?;
        self.take(usize::try_from(len).unwrap_or(usize::MAX))
    }

    pub fn text(&mut self) -> Result<String, Flaw> {
        let bytes = self.binary()?;
        String::from_utf8(bytes.to_vec()).map_err(|_| Flaw::corrupt("a name is not UTF-8 text"))
    }

    /// Passes over a value.
    pub fn skip(&mut self, kind: u8) -> Result<(), Flaw> {
        self.skip_nested(kind, DEEPEST)
    }

    fn skip_nested(&mut self, kind: u8, depth: usize) -> Result<(), Flaw> {
        let depth = depth.checked_sub(1).ok_or_else(|| Flaw::corrupt("it is nested too deeply"))?;
        match kind {
            // The value of a field that is true or false is its type.
            TRUE | FALSE => Ok(()),
            BYTE => self.take(1).map(|_| ()),
            I16 | I32 | I64 => self.varint().map(|_| ()),
            DOUBLE => self.take(8).map(|_| ()),
            BINARY => self.binary().map(|_| ()),
            LIST | SET => {
                let (kind, len) = self.list_header()?;
                (0..len).try_for_each(|_| self.skip_element(kind, depth))
            }
            MAP => {
                let len = self.varint()?;
                if len == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                for _ in 0..self.plausible(len)? {
                    self.skip_element(kinds >> 4, depth)?;
                    self.skip_element(kinds & 0x0F, depth)?;
                }
                Ok(())
            }
            STRUCT => self.fields(|input, _, kind| input.skip_nested(kind, depth)),
            other => Err(Flaw::corrupt(format!("{other} is no type"))),
        }
    }

    fn skip_element(&mut self, kind: u8, depth: usize) -> Result<(), Flaw> {
        match kind {
            TRUE | FALSE => self.take(1).map(|_| ()),
            kind => self.skip_nested(kind, depth),
        }
    }

    fn list_header(&mut self) -> Result<(u8, usize), Flaw> {
        let header = self.byte()?;
        let len = match header >> 4 {
            15 => self.varint()?,
            len => len.into(),
        };
        Ok((header & 0x0F, self.plausible(len)?))
    }

    /// Every element takes at least a byte.
    fn plausible(&self, len: u64) -> Result<usize, Flaw> {
        usize::try_from(len).ok().filter(|&len| len <= self.bytes.len() - self.at).ok_or_else(|| {
            Flaw::corrupt(format!("a list of {len} elements is longer than the bytes that hold it"))
        })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Flaw> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or_else(|| Flaw::corrupt("a description ends before its last field"))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }
}
