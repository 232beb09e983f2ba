//! Bytes on their way to a file, compressed or not.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::write::GzEncoder;

use crate::atomic::NewFile;

/// How a file is compressed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    /// The compression that the ending of a path names, and the file's name without it.
    pub fn of(path: &Path) -> (Self, String) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        for (compression, ending) in [(Self::Gzip, ".gz"), (Self::Zstd, ".zst")] {
            if let Some(name) = name.strip_suffix(ending) {
                return (compression, name.to_owned());
            }
        }
        (Self::None, name)
    }
}

/// A new file behind a buffer and, where asked for, a compressor.
pub(crate) enum Stream {
    Plain(BufWriter<NewFile>),
    Gzip(GzEncoder<BufWriter<NewFile>>),
    Zstd(zstd::Encoder<'static, BufWriter<NewFile>>),
}

impl Stream {
    pub fn create(path: &Path, compression: Compression) -> io::Result<Self> {
        let file = BufWriter::new(NewFile::beside(path)?);
        Ok(match compression {
            Compression::None => Self::Plain(file),
            Compression::Gzip => Self::Gzip(GzEncoder::new(file, flate2::Compression::default())),
            Compression::Zstd => {
                let mut encoder = zstd::Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                encoder.include_checksum(true)?;
                Self::Zstd(encoder)
            }
        })
    }

    /// Hands everything to the system.
    pub fn finish(self) -> io::Result<NewFile> {
        let buffer = match self {
            Self::Plain(file) => file,
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        buffer.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}
