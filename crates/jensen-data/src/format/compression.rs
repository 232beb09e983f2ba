//! Compressed files: gzip and Zstandard, told from their magic.

use std::io::{ErrorKind, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::DataError;

/// What is inflated is held in memory: up to 1 GiB, or 32 times the compressed size where that is
/// more. So a small file cannot take all memory, and a large one that is what it seems is read.
const ALWAYS: usize = 1 << 30;
const PER_BYTE: usize = 32;

/// A byte of deflate stands for at most 1032 (its longest match in its shortest codes), which bounds
/// what a damaged size field can make us reserve.
const DEFLATE_PER_BYTE: usize = 1032;

/// Whether a file that begins so is compressed.
pub(crate) fn is_compressed(begin: &[u8]) -> bool {
    matches!(begin, [0x1F, 0x8B, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..])
}

/// The content of a file that may be compressed.
pub(crate) fn inflate_if_compressed(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, DataError> {
    if is_compressed(&bytes) { inflate(path, &bytes) } else { Ok(bytes) }
}

/// The content of a compressed file, all members or frames of it one after the other.
pub(crate) fn inflate(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, DataError> {
    inflate_to(path, bytes, most_inflated(bytes.len()))
}

/// How many bytes a file of `compressed` bytes may inflate to.
pub(crate) fn most_inflated(compressed: usize) -> usize {
    ALWAYS.max(compressed.saturating_mul(PER_BYTE))
}

/// The content, of at most `most` bytes.
fn inflate_to(path: &Path, bytes: &[u8], most: usize) -> Result<Vec<u8>, DataError> {
    if bytes.starts_with(&[0x1F, 0x8B]) {
        // The last four bytes say how long the content is (RFC 1952), if they are intact.
        let promised = bytes.last_chunk().map_or(0, |size| u32::from_le_bytes(*size)) as usize;
        let likely = promised.min(bytes.len().saturating_mul(DEFLATE_PER_BYTE));
        read_bounded(path, MultiGzDecoder::new(bytes), likely, most)
    } else {
        let decoder = zstd::Decoder::with_buffer(bytes).map_err(|source| DataError::Io {
            action: "decompress",
            path: path.to_owned(),
            source,
        })?;
        read_bounded(path, decoder, 0, most)
    }
}

/// Reads to the end of a decoder whose content has `likely` bytes, and may have `most`.
fn read_bounded(path: &Path, decoder: impl Read, likely: usize, most: usize) -> Result<Vec<u8>, DataError> {
    let mut content = Vec::with_capacity(likely.min(most));
    let read = decoder.take(most as u64 + 1).read_to_end(&mut content);
    let (problem, remedy) = match read {
        Ok(_) if content.len() <= most => return Ok(content),
        Ok(_) => (
            format!("it inflates to more than the {most} bytes that are held in memory of a file this small"),
            "if that is right, decompress the file first (`gunzip`, `unzstd`)",
        ),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => (
            "the compressed stream ends early: the file is truncated".to_owned(),
            "download or copy the file again",
        ),
        Err(error) => {
            (format!("the compressed stream is damaged ({error})"), "download or copy the file again")
        }
    };
    Err(DataError::Malformed {
        path: path.to_owned(),
        position: format!("byte {} of the decompressed content", content.len()),
        problem,
        remedy: remedy.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zstandard's blocks of one repeated byte: 4 bytes for 128 KiB (RFC 8878, 3.1.1.2.2).
    #[test]
    fn a_bomb_is_not_inflated_to_the_end() {
        let mut bomb = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]; // no content size; a window of 2 MiB
        for _ in 0..1_000_000 {
            let block: u32 = 128 << 10 << 3 | 1 << 1;
            bomb.extend(&block.to_le_bytes()[..3]);
            bomb.push(b'\n');
        }
        let most = 4 << 20;
        let refused = inflate_to(Path::new("bomb.csv.zst"), &bomb, most).expect_err("a bomb").to_string();
        for part in
            ["bomb.csv.zst, byte 4194305 of", "more than the 4194304 bytes", "decompress the file first"]
        {
            assert!(refused.contains(part), "{refused}");
        }
    }
}
