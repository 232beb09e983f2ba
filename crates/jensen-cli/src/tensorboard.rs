//! TensorBoard event files: scalars that its dashboard shows.
//!
//! A file is a sequence of `TFRecord` frames, each holding one `Event` protocol buffer. The few fields needed are
//! written by hand. Source: `tensorflow/core/lib/io/record_writer.cc` (framing) and `tensorflow/core/util/event.proto`,
//! `tensorflow/core/framework/summary.proto` (messages).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The format that follows, said by the first event of each file.
const FILE_VERSION: &str = "brain.Event:2";

/// Added to a rotated checksum, so that a checksum of data that holds checksums stays strong.
const MASK_DELTA: u32 = 0xa282_ead8;

/// Writes events one after another. Call [`flush`](Self::flush) when a reader should see them.
pub struct EventWriter<W: Write> {
    out: W,
}

impl EventWriter<BufWriter<File>> {
    /// Makes a new event file in `directory`, which must exist; `wall_time` is in seconds since 1970.
    ///
    /// TensorBoard reads all files of a directory in the order of their names, so a resumed run adds a file and
    /// leaves the old ones alone, one of the same second too.
    ///
    /// # Errors
    /// An [`io::Error`] if the file cannot be made.
    pub fn create(directory: &Path, wall_time: f64) -> io::Result<(Self, PathBuf)> {
        let second = wall_time.max(0.0) as u64;
        let mut sitting = 0_u32;
        loop {
            let path = directory.join(format!("events.out.tfevents.{second:010}.{sitting:03}.jensen"));
            match File::create_new(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => sitting += 1,
                file => return Ok((Self::new(BufWriter::new(file?), wall_time)?, path)),
            }
        }
    }
}

impl<W: Write> EventWriter<W> {
    /// Writes the version of the format to `out`, then takes events.
    ///
    /// # Errors
    /// An [`io::Error`] if `out` refuses.
    pub fn new(out: W, wall_time: f64) -> io::Result<Self> {
        let mut writer = Self { out };
        let mut event = Message::event(wall_time, 0);
        event.bytes(3, FILE_VERSION.as_bytes());
        writer.record(&event)?;
        Ok(writer)
    }

    /// Says that the run goes on from `step`: what earlier files hold from there on is no longer shown.
    ///
    /// # Errors
    /// An [`io::Error`] if the file cannot be written.
    pub fn restart(&mut self, wall_time: f64, step: u64) -> io::Result<()> {
        // Event.session_log = 7; SessionLog.status = 1 with the value START = 1.
        let mut log = Message::default();
        log.varint(1, 1);
        let mut event = Message::event(wall_time, step);
        event.bytes(7, &log.bytes);
        self.record(&event)
    }

    /// Writes scalars of one step, each under its tag; `elbo/train` is shown in the group `elbo`.
    ///
    /// # Errors
    /// An [`io::Error`] if the file cannot be written.
    pub fn scalars(&mut self, wall_time: f64, step: u64, scalars: &[(&str, f64)]) -> io::Result<()> {
        // Event.summary = 5; Summary.value = 1; Value.tag = 1, Value.simple_value = 2.
        let mut summary = Message::default();
        for (tag, scalar) in scalars {
            let mut value = Message::default();
            value.bytes(1, tag.as_bytes());
            value.float(2, *scalar as f32);
            summary.bytes(1, &value.bytes);
        }
        let mut event = Message::event(wall_time, step);
        event.bytes(5, &summary.bytes);
        self.record(&event)
    }

    /// Hands everything written so far to the operating system.
    ///
    /// # Errors
    /// An [`io::Error`] if the file cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Length, its checksum, the message, its checksum; all little-endian.
    fn record(&mut self, message: &Message) -> io::Result<()> {
        let length = (message.bytes.len() as u64).to_le_bytes();
        self.out.write_all(&length)?;
        self.out.write_all(&masked_crc32c(&length).to_le_bytes())?;
        self.out.write_all(&message.bytes)?;
        self.out.write_all(&masked_crc32c(&message.bytes).to_le_bytes())
    }
}

fn masked_crc32c(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(MASK_DELTA)
}

/// The encoding of a protocol buffer as far as it is written.
#[derive(Default)]
struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// An event: `wall_time = 1`, `step = 2`.
    fn event(wall_time: f64, step: u64) -> Self {
        let mut message = Self::default();
        message.key(1, 1);
        message.bytes.extend(wall_time.to_le_bytes());
        // Protocol buffers of version 3 leave zeros out.
        if step > 0 {
            message.varint(2, step);
        }
        message
    }

    fn key(&mut self, field: u64, wire_type: u64) {
        self.raw_varint(field << 3 | wire_type);
    }

    fn raw_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn varint(&mut self, field: u64, value: u64) {
        self.key(field, 0);
        self.raw_varint(value);
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.key(field, 2);
        self.raw_varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    fn float(&mut self, field: u64, value: f32) {
        self.key(field, 5);
        self.bytes.extend(value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = EventWriter::new(&mut bytes, 1.5).expect("memory takes everything");
        writer
            .scalars(2.5, 300, &[("elbo/train", -98.25), ("kl/train", 25.5)])
            .expect("memory takes everything");
        writer.restart(3.5, 200).expect("memory takes everything");
        bytes
    }

    /// Frames with their checksums verified.
    fn records(mut bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut records = Vec::new();
        while !bytes.is_empty() {
            let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
            let checksum = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
            assert_eq!(checksum(8), masked_crc32c(&bytes[..8]));
            assert_eq!(checksum(12 + length), masked_crc32c(&bytes[12..12 + length]));
            records.push(bytes[12..12 + length].to_vec());
            bytes = &bytes[16 + length..];
        }
        records
    }

    #[test]
    fn each_sitting_has_its_file() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (mut writer, path) = EventWriter::create(directory.path(), 1_700_000_000.25).expect("a new file");
        writer.scalars(1_700_000_001.0, 1, &[("loss", 1.0)]).expect("a writable file");
        writer.flush().expect("a writable file");
        assert!(path.ends_with("events.out.tfevents.1700000000.000.jensen"));
        assert_eq!(records(&std::fs::read(&path).expect("the file")).len(), 2);
        let (_, next) = EventWriter::create(directory.path(), 1_700_000_000.5).expect("another file");
        assert!(next > path, "read after the first");
        assert!(EventWriter::create(&directory.path().join("gone"), 1.0).is_err());
    }

    /// The bytes that TensorBoard 2.21.0's own classes (`Event`, `Summary`, `SessionLog`, `masked_crc32c`) make of
    /// the same three events.
    #[test]
    fn bytes_are_those_of_tensorboard() {
        let known = concat!(
            "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c",
            "3200000000000000241956ec09000000000000044010ac022a240a110a0a656c626f2f747261696e150080c4c2",
            "0a0f0a086b6c2f747261696e150000cc417298c99a",
            "100000000000000095fbfe18090000000000000c4010c8013a0208010773584e",
        );
        let byte = |at: usize| u8::from_str_radix(&known[at..at + 2], 16).expect("hexadecimal");
        assert_eq!(sample(), (0..known.len()).step_by(2).map(byte).collect::<Vec<_>>());
    }

    #[test]
    fn records_are_framed() {
        let records = records(&sample());
        assert_eq!(records.len(), 3);
        assert!(records[0].ends_with(FILE_VERSION.as_bytes()));
    }
}
