//! Small integers in runs: either one repeated, or groups of eight packed bit by bit.
//!
//! Levels, dictionary indices and booleans are stored so:
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE>.

use super::flaw::{Flaw, truncated};

/// Reads integers of at most 32 bits.
#[derive(Clone, Debug)]
pub(super) struct Hybrid<'a> {
    bytes: &'a [u8],
    width: u32,
    run: Run<'a>,
}

#[derive(Clone, Debug)]
enum Run<'a> {
    Repeated { value: u32, left: usize },
    Packed { bits: Bits<'a>, left: usize },
}

impl<'a> Hybrid<'a> {
    pub fn new(bytes: &'a [u8], width: u32) -> Result<Self, Flaw> {
        if width > 32 {
            return Err(Flaw::corrupt(format!("integers of {width} bits are too wide")));
        }
        Ok(Self { bytes, width, run: Run::Repeated { value: 0, left: 0 } })
    }

    /// Fills `out` with the next integers.
    pub fn read(&mut self, mut out: &mut [u32]) -> Result<(), Flaw> {
        while !out.is_empty() {
            let count = self.begin_run()?.min(out.len());
            let (now, later) = out.split_at_mut(count);
            match &mut self.run {
                Run::Repeated { value, left } => {
                    now.fill(*value);
                    *left -= count;
                }
                Run::Packed { bits, left } => {
                    for value in now {
                        *value = bits.take(self.width) as u32;
                    }
                    *left -= count;
                }
            }
            out = later;
        }
        Ok(())
    }

    /// Passes over integers, and counts those that are `value`.
    pub fn skip(&mut self, mut count: usize, counted: u32) -> Result<usize, Flaw> {
        let mut found = 0;
        let mut block = [0; 256];
        while count > 0 {
            let run = self.begin_run()?;
            let now = match &mut self.run {
                Run::Repeated { value, left } => {
                    let now = run.min(count);
                    found += if *value == counted { now } else { 0 };
                    *left -= now;
                    now
                }
                Run::Packed { .. } => {
                    let now = run.min(count).min(block.len());
                    self.read(&mut block[..now])?;
                    found += block[..now].iter().filter(|&&value| value == counted).count();
                    now
                }
            };
            count -= now;
        }
        Ok(found)
    }

    /// How many integers of the present run are left, of the next one if there are none.
    fn begin_run(&mut self) -> Result<usize, Flaw> {
        loop {
            let (Run::Repeated { left, .. } | Run::Packed { left, .. }) = &self.run;
            if *left > 0 {
                return Ok(*left);
            }
            let header = self.varint()?;
            let count = (header >> 1) as usize;
            self.run = if header & 1 == 1 {
                let whole = count.saturating_mul(self.width as usize);
                // The last group may be cut where its integers are padding.
                let (packed, rest) = self.bytes.split_at(whole.min(self.bytes.len()));
                self.bytes = rest;
                let held = if self.width == 0 { usize::MAX } else { packed.len() * 8 / self.width as usize };
                let left = count.saturating_mul(8).min(held);
                if left == 0 && count > 0 {
                    return Err(truncated());
                }
                Run::Packed { bits: Bits::new(packed), left }
            } else {
                let (value, rest) =
                    self.bytes.split_at_checked(self.width.div_ceil(8) as usize).ok_or_else(truncated)?;
                self.bytes = rest;
                let value = value.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
                if u64::from(value) >> self.width != 0 {
                    return Err(Flaw::corrupt(format!(
                        "{value} in a run of integers of {} bits",
                        self.width
                    )));
                }
                Run::Repeated { value, left: count }
            };
        }
    }

    fn varint(&mut self) -> Result<u32, Flaw> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let (&byte, rest) = self.bytes.split_first().ok_or_else(truncated)?;
            self.bytes = rest;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| Flaw::corrupt("a run is too long"));
            }
        }
        Err(Flaw::corrupt("a run is too long"))
    }
}

/// Integers packed bit by bit, the lowest bit first; zeros follow the last byte.
#[derive(Clone, Debug)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    buffer: u128,
    held: u32,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, buffer: 0, held: 0 }
    }

    /// The next integer of `width` bits, at most 64.
    pub fn take(&mut self, width: u32) -> u64 {
        if self.held < width {
            let (word, rest) = match self.bytes.split_first_chunk() {
                Some((word, rest)) => (u64::from_le_bytes(*word), rest),
                None => (self.bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)), &[][..]),
            };
            self.buffer |= u128::from(word) << self.held;
            self.bytes = rest;
            self.held += 64;
        }
        let value = self.buffer & ((1 << width) - 1);
        self.buffer >>= width;
        self.held -= width;
        value as u64
    }

    /// Passes over `count` integers of `width` bits.
    pub fn skip(&mut self, count: usize, width: u32) {
        (0..count).for_each(|_| {
            self.take(width);
        });
    }
}
