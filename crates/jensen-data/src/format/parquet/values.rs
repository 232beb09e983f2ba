//! The numbers and words of a page.

use super::delta::Delta;
use super::flaw::{Flaw, truncated};
use super::hybrid::{Bits, Hybrid};
use crate::Array;
use crate::format::half::from_f16;

/// What a word becomes.
pub(super) type Intern<'a> = &'a mut dyn FnMut(&[u8]) -> Result<i32, Flaw>;

/// The distinct values of a column chunk.
#[derive(Debug)]
pub(super) enum Dictionary {
    Numbers(Array),
    /// Where each word lies in the bytes.
    Words(Vec<u8>, Vec<(usize, usize)>),
}

impl Dictionary {
    /// Reads the values of a dictionary page.
    pub fn new(bytes: Vec<u8>, count: usize, physical: i32) -> Result<Self, Flaw> {
        if physical == 6 {
            let mut words = Vec::new();
            let mut at = 0;
            for _ in 0..count {
                let (from, to) = word(&bytes, at)?;
                words.push((from, to));
                at = to;
            }
            return Ok(Self::Words(bytes, words));
        }
        if (count as u64) * u64::from(width(physical)?) > bytes.len() as u64 * 8 {
            return Err(truncated());
        }
        let mut numbers = empty(physical)?;
        Values::plain(&bytes, physical).read(count, &mut numbers, None, &mut |_| Ok(0))?;
        Ok(Self::Numbers(numbers))
    }

    /// What it takes in memory.
    pub fn size(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len() * numbers.dtype().size(),
            Self::Words(bytes, words) => bytes.len() + words.len() * size_of::<(usize, usize)>(),
        }
    }
}

/// Bits of a number.
fn width(physical: i32) -> Result<u32, Flaw> {
    match physical {
        0 => Ok(1),
        1 | 4 => Ok(32),
        2 | 5 => Ok(64),
        7 => Ok(16),
        other => Err(Flaw::corrupt(format!("numbers of type {other}"))),
    }
}

/// No numbers, of the type that a column's numbers have before their meaning is considered.
pub(super) fn empty(physical: i32) -> Result<Array, Flaw> {
    Ok(match physical {
        0 => Array::U8(Vec::new()),
        1 | 6 => Array::I32(Vec::new()),
        2 => Array::I64(Vec::new()),
        4 | 7 => Array::F32(Vec::new()),
        5 => Array::F64(Vec::new()),
        other => return Err(Flaw::corrupt(format!("numbers of type {other}"))),
    })
}

/// Reads the values of a page one after the other; those that are null are not among them.
#[derive(Debug)]
pub(super) struct Values<'a> {
    physical: i32,
    encoding: Encoding<'a>,
}

#[derive(Debug)]
enum Encoding<'a> {
    Plain(&'a [u8]),
    PlainBits(Bits<'a>, usize),
    Dictionary(Hybrid<'a>),
    Runs(Hybrid<'a>),
    Delta(Delta<'a>),
    Split {
        bytes: &'a [u8],
        at: usize,
        count: usize,
    },
    /// Lengths, and the bytes of the words; where words share the beginning of the one before, the
    /// lengths of that too.
    Words {
        lengths: Delta<'a>,
        bytes: &'a [u8],
        shared: Option<Delta<'a>>,
        last: Vec<u8>,
    },
}

impl<'a> Values<'a> {
    /// The values in `bytes` in the encoding of number `encoding`, of a page of `entries`.
    pub fn new(bytes: &'a [u8], encoding: i32, physical: i32, entries: usize) -> Result<Self, Flaw> {
        let unsupported = || {
            Flaw::unsupported(
                format!("the encoding {encoding} of a column of type {physical} is not read"),
                "write the file with the encodings PLAIN or RLE_DICTIONARY",
            )
        };
        let encoding = match (encoding, physical) {
            (0, _) => return Ok(Self::plain(bytes, physical)),
            (2 | 8, _) => {
                let (&width, indices) = bytes.split_first().unwrap_or((&0, &[]));
                Encoding::Dictionary(Hybrid::new(indices, width.into())?)
            }
            (3, 0) => {
                let (_, runs) = bytes.split_at_checked(4).ok_or_else(truncated)?;
                Encoding::Runs(Hybrid::new(runs, 1)?)
            }
            (5, 1 | 2) => Encoding::Delta(Delta::new(bytes)?),
            (6, 6) => {
                let (lengths, bytes) = all(bytes, entries)?;
                Encoding::Words { lengths, bytes, shared: None, last: Vec::new() }
            }
            (7, 6) => {
                let (shared, bytes) = all(bytes, entries)?;
                let (lengths, bytes) = all(bytes, entries)?;
                Encoding::Words { lengths, bytes, shared: Some(shared), last: Vec::new() }
            }
            (9, 1 | 2 | 4 | 5 | 7) => {
                Encoding::Split { bytes, at: 0, count: bytes.len() / (width(physical)? as usize / 8) }
            }
            _ => return Err(unsupported()),
        };
        Ok(Self { physical, encoding })
    }

    fn plain(bytes: &'a [u8], physical: i32) -> Self {
        let encoding = if physical == 0 {
            Encoding::PlainBits(Bits::new(bytes), bytes.len() * 8)
        } else {
            Encoding::Plain(bytes)
        };
        Self { physical, encoding }
    }

    /// Appends `count` values; words become what `intern` says.
    pub fn read(
        &mut self,
        count: usize,
        out: &mut Array,
        dictionary: Option<&Dictionary>,
        intern: Intern<'_>,
    ) -> Result<(), Flaw> {
        match &mut self.encoding {
            Encoding::Plain(bytes) if self.physical == 6 => {
                for _ in 0..count {
                    let (from, to) = word(bytes, 0)?;
                    push_word(out, intern(&bytes[from..to])?);
                    *bytes = &bytes[to..];
                }
            }
            Encoding::Plain(bytes) => {
                let size = count.saturating_mul(width(self.physical)? as usize / 8);
                let (now, rest) = bytes.split_at_checked(size).ok_or_else(truncated)?;
                *bytes = rest;
                extend(out, now, self.physical);
            }
            Encoding::PlainBits(bits, left) => {
                *left = left.checked_sub(count).ok_or_else(truncated)?;
                if let Array::U8(out) = out {
                    out.extend((0..count).map(|_| bits.take(1) as u8));
                }
            }
            Encoding::Runs(runs) => {
                let mut values = vec![0; count];
                runs.read(&mut values)?;
                if let Array::U8(out) = out {
                    out.extend(values.into_iter().map(|value| value as u8));
                }
            }
            Encoding::Dictionary(indices) => {
                let dictionary = dictionary.ok_or_else(|| Flaw::corrupt("its dictionary is missing"))?;
                let mut chosen = vec![0; count];
                indices.read(&mut chosen)?;
                look_up(dictionary, &chosen, out, intern)?;
            }
            Encoding::Delta(delta) => {
                for _ in 0..count {
                    let value = delta.next()?;
                    match out {
                        // Sums of 32-bit integers wrap around at 32 bits.
                        Array::I32(out) => out.push(value as i32),
                        Array::I64(out) => out.push(value),
                        _ => {}
                    }
                }
            }
            Encoding::Split { bytes, at, count: all } => {
                let end = at.checked_add(count).filter(|end| *end <= *all).ok_or_else(truncated)?;
                let (bytes, all, size) = (*bytes, *all, width(self.physical)? as usize / 8);
                let joined: Vec<u8> = (*at..end)
                    .flat_map(|value| (0..size).map(move |byte| bytes[byte * all + value]))
                    .collect();
                *at = end;
                extend(out, &joined, self.physical);
            }
            Encoding::Words { lengths, bytes, shared, last } => {
                for _ in 0..count {
                    let kept = shared.as_mut().map_or(Ok(0), Delta::next)?;
                    let kept = usize::try_from(kept)
                        .ok()
                        .filter(|&kept| kept <= last.len())
                        .ok_or_else(truncated)?;
                    let len = usize::try_from(lengths.next()?).unwrap_or(usize::MAX);
                    let (own, rest) = bytes.split_at_checked(len).ok_or_else(truncated)?;
                    *bytes = rest;
                    last.truncate(kept);
                    last.extend_from_slice(own);
                    push_word(out, intern(last)?);
                }
            }
        }
        Ok(())
    }

    /// Passes over `count` values.
    pub fn skip(&mut self, count: usize) -> Result<(), Flaw> {
        match &mut self.encoding {
            Encoding::Plain(bytes) if self.physical == 6 => {
                for _ in 0..count {
                    let (_, to) = word(bytes, 0)?;
                    *bytes = &bytes[to..];
                }
            }
            Encoding::Plain(bytes) => {
                let size = count.saturating_mul(width(self.physical)? as usize / 8);
                *bytes = bytes.get(size..).ok_or_else(truncated)?;
            }
            Encoding::PlainBits(bits, left) => {
                *left = left.checked_sub(count).ok_or_else(truncated)?;
                bits.skip(count, 1);
            }
            Encoding::Dictionary(runs) | Encoding::Runs(runs) => {
                runs.skip(count, 0)?;
            }
            Encoding::Delta(delta) => {
                for _ in 0..count {
                    delta.next()?;
                }
            }
            Encoding::Split { at, count: all, .. } => {
                *at = at.checked_add(count).filter(|end| end <= all).ok_or_else(truncated)?;
            }
            Encoding::Words { .. } => {
                let mut unused = empty(self.physical)?;
                self.read(count, &mut unused, None, &mut |_| Ok(0))?;
            }
        }
        Ok(())
    }
}

/// The integers at the front of `bytes`, of a page of `entries`, and what follows them.
fn all(bytes: &[u8], entries: usize) -> Result<(Delta<'_>, &[u8]), Flaw> {
    let integers = Delta::new(bytes)?;
    if integers.len() > entries {
        return Err(Flaw::corrupt(format!("{} words in a page of {entries}", integers.len())));
    }
    let mut end = integers.clone();
    while end.len() > 0 {
        end.next()?;
    }
    Ok((integers, end.rest()))
}

/// Where a word lies whose length is stored before it at `at`.
fn word(bytes: &[u8], at: usize) -> Result<(usize, usize), Flaw> {
    let (len, rest) = bytes.get(at..).and_then(<[u8]>::split_first_chunk).ok_or_else(truncated)?;
    let len = u32::from_le_bytes(*len) as usize;
    if len > rest.len() {
        return Err(truncated());
    }
    Ok((at + 4, at + 4 + len))
}

fn push_word(out: &mut Array, index: i32) {
    if let Array::I32(out) = out {
        out.push(index);
    }
}

fn look_up(dictionary: &Dictionary, chosen: &[u32], out: &mut Array, intern: Intern<'_>) -> Result<(), Flaw> {
    fn pick<T: Copy>(from: &[T], chosen: &[u32], out: &mut Vec<T>) -> Result<(), Flaw> {
        for &index in chosen {
            out.push(*from.get(index as usize).ok_or_else(|| beyond(index, from.len()))?);
        }
        Ok(())
    }
    match (dictionary, out) {
        (Dictionary::Numbers(Array::U8(from)), Array::U8(out)) => pick(from, chosen, out),
        (Dictionary::Numbers(Array::I32(from)), Array::I32(out)) => pick(from, chosen, out),
        (Dictionary::Numbers(Array::I64(from)), Array::I64(out)) => pick(from, chosen, out),
        (Dictionary::Numbers(Array::F32(from)), Array::F32(out)) => pick(from, chosen, out),
        (Dictionary::Numbers(Array::F64(from)), Array::F64(out)) => pick(from, chosen, out),
        (Dictionary::Words(bytes, words), out) => {
            // Equal words follow each other often.
            let mut last = None;
            for &index in chosen {
                let &(from, to) = words.get(index as usize).ok_or_else(|| beyond(index, words.len()))?;
                let level = match last {
                    Some((known, level)) if known == index => level,
                    _ => intern(&bytes[from..to])?,
                };
                last = Some((index, level));
                push_word(out, level);
            }
            Ok(())
        }
        _ => Err(Flaw::corrupt("its dictionary is of another type")),
    }
}

fn beyond(index: u32, len: usize) -> Flaw {
    Flaw::corrupt(format!("a value is number {index} of a dictionary of {len}"))
}

/// Appends numbers that are stored as in memory, the lowest byte first.
fn extend(out: &mut Array, bytes: &[u8], physical: i32) {
    match out {
        Array::I32(out) => out.extend(bytes.as_chunks().0.iter().map(|&number| i32::from_le_bytes(number))),
        Array::I64(out) => out.extend(bytes.as_chunks().0.iter().map(|&number| i64::from_le_bytes(number))),
        Array::F32(out) if physical == 7 => {
            out.extend(bytes.as_chunks().0.iter().map(|&number| from_f16(u16::from_le_bytes(number))));
        }
        Array::F32(out) => out.extend(bytes.as_chunks().0.iter().map(|&number| f32::from_le_bytes(number))),
        Array::F64(out) => out.extend(bytes.as_chunks().0.iter().map(|&number| f64::from_le_bytes(number))),
        Array::U8(_) => {}
    }
}
