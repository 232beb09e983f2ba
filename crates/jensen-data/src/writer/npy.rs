//! NumPy's `.npy`: a header in Python syntax, then the numbers.

use std::io::{self, Write};
use std::path::Path;

use npyz::{AutoSerialize, WriteOptions, WriterBuilder};

use super::Encoder;
use super::stream::{Compression, Stream};
use crate::array::with_values;
use crate::atomic::NewFile;
use crate::{Array, DType, Field, FieldSpec};

pub(super) fn encoder(
    path: &Path,
    compression: Compression,
    spec: &FieldSpec,
    rows: usize,
) -> io::Result<Box<dyn Encoder>> {
    let mut stream = Stream::create(path, compression)?;
    header(&mut stream, spec, rows)?;
    Ok(Box::new(Npy(stream)))
}

struct Npy(Stream);

impl Encoder for Npy {
    fn append(&mut self, fields: &[Field]) -> io::Result<()> {
        fields.iter().try_for_each(|field| numbers(&mut self.0, field.array()))
    }

    fn finish(self: Box<Self>) -> io::Result<NewFile> {
        self.0.finish()
    }
}

/// Writes what comes before the numbers; the example axis is the first.
pub(super) fn header(out: &mut impl Write, spec: &FieldSpec, rows: usize) -> io::Result<()> {
    let shape: Vec<u64> =
        std::iter::once(rows).chain(spec.shape.iter().copied()).map(|extent| extent as u64).collect();
    let dtype = match spec.dtype {
        DType::U8 => u8::default_dtype(),
        DType::I32 => i32::default_dtype(),
        DType::I64 => i64::default_dtype(),
        DType::F32 => f32::default_dtype(),
        DType::F64 => f64::default_dtype(),
    };
    WriteOptions::new_header_only().dtype(dtype).shape(&shape).writer(out).write_header_only()?;
    Ok(())
}

/// Writes numbers as NumPy does on most machines: the lowest byte first.
pub(super) fn numbers(out: &mut impl Write, array: &Array) -> io::Result<()> {
    with_values!(array, values => {
        for value in values {
            out.write_all(&value.to_le_bytes())?;
        }
    });
    Ok(())
}
