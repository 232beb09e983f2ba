//! The bytes of a table as text.

use std::borrow::Cow;
use std::path::Path;

use crate::DataError;

/// The text of a file: UTF-8, or UTF-16 with its byte-order mark; a mark is left out.
///
/// Nothing else is guessed, since every sequence of bytes is some text in Latin-1.
pub(super) fn decode<'a>(path: &Path, bytes: &'a [u8]) -> Result<Cow<'a, str>, DataError> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(path, rest).map(Cow::Borrowed),
        [0xFF, 0xFE, rest @ ..] => utf16(path, rest, u16::from_le_bytes).map(Cow::Owned),
        [0xFE, 0xFF, rest @ ..] => utf16(path, rest, u16::from_be_bytes).map(Cow::Owned),
        _ => utf8(path, bytes).map(Cow::Borrowed),
    }
}

fn utf8<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, DataError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let line = bytes[..at].split(|&byte| byte == b'\n').count();
        malformed(
            path,
            format!("line {line}"),
            format!("the byte {:02X} is no UTF-8 text", bytes[at]),
            "save the table as UTF-8; from Latin-1, for example: iconv -f LATIN1 -t UTF-8 OLD.csv > NEW.csv",
        )
    })
}

fn utf16(path: &Path, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, DataError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|&pair| unit(pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(malformed(
            path,
            "text".to_owned(),
            "it begins as UTF-16 text, but is not all of it".to_owned(),
            "copy the file again, or save the table as UTF-8",
        )),
    }
}

fn malformed(path: &Path, position: String, problem: String, remedy: &str) -> DataError {
    DataError::Malformed { path: path.to_owned(), position, problem, remedy: remedy.to_owned() }
}
