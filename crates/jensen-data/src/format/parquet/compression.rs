//! Pages as they were before compression.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::flaw::{Flaw, truncated};

/// Undoes the compression of number `codec`; the result has exactly `size` bytes.
///
/// No more is allocated than `bytes` can hold, or what they turn out to hold.
pub(super) fn decompress(codec: i32, bytes: &[u8], size: usize) -> Result<Vec<u8>, Flaw> {
    let failed =
        |error: &dyn std::fmt::Display| Flaw::corrupt(format!("a page cannot be decompressed ({error})"));
    let plain = match codec {
        0 => bytes.to_vec(),
        1 => {
            // Three bytes stand for at most 64.
            let declared = snap::raw::decompress_len(bytes).map_err(|error| failed(&error))?;
            if declared != size || size / 22 > bytes.len() {
                return Err(Flaw::corrupt(format!("a page of {size} bytes says that it has {declared}")));
            }
            snap::raw::Decoder::new().decompress_vec(bytes).map_err(|error| failed(&error))?
        }
        2 => stream(MultiGzDecoder::new(bytes), size).map_err(|error| failed(&error))?,
        5 => hadoop(bytes, size)?,
        6 => {
            let decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|error| failed(&error))?;
            stream(decoder, size).map_err(|error| failed(&error))?
        }
        7 => block(bytes, size)?,
        other => {
            let name = match other {
                3 => "LZO",
                4 => "Brotli",
                _ => "an unknown method",
            };
            return Err(Flaw::unsupported(
                format!("it is compressed with {name}, which is not read"),
                "write it with Snappy, Zstandard, LZ4 or gzip",
            ));
        }
    };
    if plain.len() != size {
        return Err(Flaw::corrupt(format!("a page has {} bytes instead of {size}", plain.len())));
    }
    Ok(plain)
}

fn stream(decoder: impl Read, size: usize) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    decoder.take(size as u64 + 1).read_to_end(&mut plain)?;
    Ok(plain)
}

/// A block of LZ4, in which a byte stands for at most 255.
fn block(bytes: &[u8], size: usize) -> Result<Vec<u8>, Flaw> {
    if size / 256 > bytes.len() {
        return Err(Flaw::corrupt(format!("a page of {size} bytes is stored in {}", bytes.len())));
    }
    lz4_flex::block::decompress(bytes, size)
        .map_err(|error| Flaw::corrupt(format!("a page cannot be decompressed ({error})")))
}

/// Blocks of LZ4 as Hadoop frames them: both sizes before each, the highest byte first.
fn hadoop(mut bytes: &[u8], size: usize) -> Result<Vec<u8>, Flaw> {
    let mut plain = Vec::new();
    while let Some((sizes, rest)) = bytes.split_first_chunk::<8>() {
        let [a, b, c, d, e, f, g, h] = *sizes;
        let own = u32::from_be_bytes([a, b, c, d]) as usize;
        let (compressed, rest) =
            rest.split_at_checked(u32::from_be_bytes([e, f, g, h]) as usize).ok_or_else(truncated)?;
        if own > size - plain.len().min(size) {
            return Err(truncated());
        }
        plain.extend(block(compressed, own)?);
        bytes = rest;
    }
    Ok(plain)
}
