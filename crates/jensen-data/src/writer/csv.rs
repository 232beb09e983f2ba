//! Comma-separated text whose first line names the columns.

use std::io::{self, Write};
use std::path::Path;

use ::csv::{Terminator, WriterBuilder};

use super::stream::{Compression, Stream};
use super::{Encoder, has_missing_cells, level};
use crate::array::with_values;
use crate::atomic::NewFile;
use crate::{Field, FieldSpec};

struct Csv(::csv::Writer<Stream>);

pub(super) fn encoder(
    path: &Path,
    compression: Compression,
    specs: &[FieldSpec],
) -> io::Result<Box<dyn Encoder>> {
    let stream = Stream::create(path, compression)?;
    let mut writer = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(stream);
    writer.write_record(specs.iter().flat_map(column_names))?;
    Ok(Box::new(Csv(writer)))
}

impl Encoder for Csv {
    fn append(&mut self, fields: &[Field]) -> io::Result<()> {
        for row in 0..fields.first().map_or(0, Field::rows) {
            for field in fields {
                cells(&mut self.0, field, row)?;
            }
            self.0.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<NewFile> {
        self.0.into_inner().map_err(::csv::IntoInnerError::into_error)?.finish()
    }
}

/// Writes one row of a field, a cell a feature.
#[allow(clippy::unnecessary_cast)] // one of the five types is f64 already
fn cells(writer: &mut ::csv::Writer<impl Write>, field: &Field, row: usize) -> io::Result<()> {
    let spec = field.spec();
    let features = spec.features();
    let may_miss = has_missing_cells(spec);
    with_values!(field.array(), values => {
        for (feature, value) in values[row * features..(row + 1) * features].iter().enumerate() {
            if spec.levels.contains_key(&feature) {
                writer.write_field(level(spec, feature, *value as f64)?.unwrap_or_default())?;
            } else if may_miss && (*value as f64).is_nan() {
                writer.write_field("")?;
            } else {
                // `{:?}` is the shortest text that reads back to the same bits of this type, with an
                // exponent where that is shorter.
                writer.write_field(format!("{value:?}"))?;
            }
        }
    });
    Ok(())
}

fn column_names(spec: &FieldSpec) -> Vec<String> {
    match (&spec.feature_names[..], &spec.shape[..]) {
        ([], []) => vec![spec.name.clone()],
        ([], _) => (0..spec.features()).map(|feature| format!("{}_{feature}", spec.name)).collect(),
        (names, _) => names.to_vec(),
    }
}
