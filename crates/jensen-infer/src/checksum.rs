//! A checksum that lies inside the file that it guards.

use std::ops::Range;

/// What stands before the eight digits: the entry of a JSON object that is itself text in one. Neither another key nor
/// text in a value is escaped like this.
const MARK: &[u8] = br#"\"checksum\":\"crc32c:"#;
const ZEROS: &[u8] = b"00000000";

/// The value of a metadata entry `checksum` before it is known.
pub(crate) fn blank() -> String {
    "crc32c:00000000".to_owned()
}

/// Puts the CRC-32C of the whole file, taken with its own eight digits as zeros, in the place of
/// [`blank`].
pub(crate) fn seal(bytes: &mut [u8]) {
    let digits = format!("{:08x}", crc32c::crc32c(bytes));
    let at = digits_at(bytes).expect("the entry was just written");
    bytes[at].copy_from_slice(digits.as_bytes());
}

/// Holds a sealed file against its checksum.
pub(crate) fn verify(bytes: &[u8]) -> Result<(), String> {
    let at = digits_at(bytes).ok_or("its header holds no checksum")?;
    let sum = crc32c::crc32c(&bytes[..at.start]);
    let sum = crc32c::crc32c_append(crc32c::crc32c_append(sum, ZEROS), &bytes[at.end..]);
    if bytes[at] == *format!("{sum:08x}").as_bytes() {
        return Ok(());
    }
    Err("its checksum does not match its content".to_owned())
}

/// Where the digits stand; `None` if this is not the header of a sealed file.
fn digits_at(bytes: &[u8]) -> Option<Range<usize>> {
    let length = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    let header = bytes.get(8..usize::try_from(length).ok()?.checked_add(8)?)?;
    let at = 8 + header.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    (at + ZEROS.len() <= 8 + header.len()).then_some(at..at + ZEROS.len())
}
