//! Gzip, told from its magic.

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::DataError;

/// A byte of deflate stands for at most 1032 (its longest match in its shortest codes), which bounds
/// what a damaged size field can make us reserve.
const MOST_PER_BYTE: usize = 1032;

/// The content of a file that may be compressed.
pub(crate) fn inflate_if_compressed(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, DataError> {
    if bytes.starts_with(&[0x1F, 0x8B]) { inflate(path, &bytes) } else { Ok(bytes) }
}

/// The content of a compressed file.
pub(crate) fn inflate(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, DataError> {
    // The last four bytes say how long the content is (RFC 1952), if they are intact.
    let promised = bytes.last_chunk().map_or(0, |size| u32::from_le_bytes(*size)) as usize;
    let mut content = Vec::with_capacity(promised.min(bytes.len().saturating_mul(MOST_PER_BYTE)));
    match MultiGzDecoder::new(bytes).read_to_end(&mut content) {
        Ok(_) => Ok(content),
        Err(error) => Err(DataError::Malformed {
            path: path.to_owned(),
            position: format!("byte {} of the decompressed content", content.len()),
            problem: match error.kind() {
                std::io::ErrorKind::UnexpectedEof => {
                    "the compressed stream ends early: the file is truncated".to_owned()
                }
                _ => format!("the compressed stream is damaged ({error})"),
            },
            remedy: "download or copy the file again".to_owned(),
        }),
    }
}
