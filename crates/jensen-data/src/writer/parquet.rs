//! Apache Parquet: columns in groups of rows.
//!
//! A field with named features, and a single number, are plain columns; any other field is one
//! column of lists, nested as its shape is. Types are those that pandas, polars and pyarrow read as
//! `uint8`, `int32`, `int64`, `float`, `double` and `string`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{Type, TypePtr};

use super::{Encoder, has_missing_cells, level};
use crate::array::with_values;
use crate::atomic::NewFile;
use crate::{Array, DType, Field, FieldSpec};

/// Decoded bytes of a group of rows: what is buffered, since columns are written one after the other.
const GROUP_BYTES: usize = 8 << 20;

/// Decoded bytes of a column within a group, below which what a file says about the column would
/// outweigh it.
const COLUMN_BYTES: usize = 64 << 10;

/// Decoded bytes of the rows that begin a page together in every column, so that a part of a group
/// can be read without the pages of another.
const PAGE_ROWS_BYTES: usize = 1 << 20;

/// Numbers that are handed to a column at once.
const BATCH: usize = 1 << 16;

struct Parquet {
    writer: SerializedFileWriter<NewFile>,
    specs: Vec<FieldSpec>,
    columns: Vec<Column>,
    /// The rows of the group that is not complete yet, an array a field.
    pending: Vec<Array>,
    pending_rows: usize,
    group_rows: usize,
}

/// A column of the file: a feature of a field, or all of them as lists.
#[derive(Clone, Copy)]
enum Column {
    Plain { field: usize, feature: usize },
    Lists { field: usize },
}

pub(super) fn encoder(path: &Path, specs: &[FieldSpec]) -> io::Result<Box<dyn Encoder>> {
    let mut columns = Vec::new();
    let mut types = Vec::new();
    for (field, spec) in specs.iter().enumerate() {
        if spec.shape.is_empty() || !spec.feature_names.is_empty() {
            for feature in 0..spec.features() {
                columns.push(Column::Plain { field, feature });
                types.push(plain_type(spec, feature).map_err(unwrap)?);
            }
        } else {
            columns.push(Column::Lists { field });
            types.push(lists_type(spec).map_err(unwrap)?);
        }
    }
    let schema = Type::group_type_builder("schema").with_fields(types).build().map_err(unwrap)?;
    let row_bytes: usize = specs.iter().map(|spec| spec.features() * spec.dtype.size()).sum::<usize>().max(1);
    let properties = WriterProperties::builder()
        .set_created_by("jensen".to_owned())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_data_page_row_count_limit((PAGE_ROWS_BYTES / row_bytes).clamp(1, 20_000))
        .build();
    let file = NewFile::beside(path)?;
    Ok(Box::new(Parquet {
        writer: SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(unwrap)?,
        specs: specs.to_vec(),
        pending: specs.iter().map(|spec| empty(spec.dtype)).collect(),
        pending_rows: 0,
        group_rows: (GROUP_BYTES.max(columns.len() * COLUMN_BYTES) / row_bytes).max(1),
        columns,
    }))
}

impl Encoder for Parquet {
    fn append(&mut self, fields: &[Field]) -> io::Result<()> {
        let rows = fields.first().map_or(0, Field::rows);
        let mut start = 0;
        while start < rows {
            let end = rows.min(start + self.group_rows - self.pending_rows);
            for ((pending, field), spec) in self.pending.iter_mut().zip(fields).zip(&self.specs) {
                let features = spec.features();
                extend(pending, field.array(), start * features..end * features);
            }
            self.pending_rows += end - start;
            if self.pending_rows == self.group_rows {
                self.write_group()?;
            }
            start = end;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<NewFile> {
        if self.pending_rows > 0 {
            self.write_group()?;
        }
        self.writer.into_inner().map_err(unwrap)
    }
}

impl Parquet {
    fn write_group(&mut self) -> io::Result<()> {
        let mut group = self.writer.next_row_group().map_err(unwrap)?;
        for &column in &self.columns {
            let mut writer = group.next_column().map_err(unwrap)?.expect("a column of the schema");
            match column {
                Column::Plain { field, feature } => {
                    write_plain(&mut writer, &self.specs[field], feature, &self.pending[field])?;
                }
                Column::Lists { field } => {
                    write_lists(&mut writer, &self.specs[field], &self.pending[field])?;
                }
            }
            writer.close().map_err(unwrap)?;
        }
        group.close().map_err(unwrap)?;
        for pending in &mut self.pending {
            with_values!(pending, values => values.clear());
        }
        self.pending_rows = 0;
        Ok(())
    }
}

/// Whether a feature's cells may be null.
fn is_nullable(spec: &FieldSpec) -> bool {
    spec.dtype.is_float() && has_missing_cells(spec)
}

fn plain_type(spec: &FieldSpec, feature: usize) -> Result<TypePtr, ParquetError> {
    let name = spec.feature_names.get(feature).unwrap_or(&spec.name);
    let repetition = if is_nullable(spec) { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    if spec.levels.contains_key(&feature) {
        let text = Type::primitive_type_builder(name, PhysicalType::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String))
            .with_repetition(repetition);
        return text.build().map(Arc::new);
    }
    number_type(name, spec.dtype, repetition)
}

/// `required group x (LIST) { repeated group list { required … element } }`, once for each axis.
fn lists_type(spec: &FieldSpec) -> Result<TypePtr, ParquetError> {
    let mut inner = number_type("element", spec.dtype, Repetition::REQUIRED)?;
    for axis in (0..spec.shape.len()).rev() {
        let repeated = Type::group_type_builder("list")
            .with_repetition(Repetition::REPEATED)
            .with_fields(vec![inner])
            .build()?;
        let name = if axis == 0 { &spec.name } else { "element" };
        let list = Type::group_type_builder(name)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(Some(LogicalType::List))
            .with_fields(vec![Arc::new(repeated)]);
        inner = Arc::new(list.build()?);
    }
    Ok(inner)
}

fn number_type(name: &str, dtype: DType, repetition: Repetition) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match dtype {
        DType::U8 => (PhysicalType::INT32, Some(LogicalType::integer(8, false))),
        DType::I32 => (PhysicalType::INT32, None),
        DType::I64 => (PhysicalType::INT64, None),
        DType::F32 => (PhysicalType::FLOAT, None),
        DType::F64 => (PhysicalType::DOUBLE, None),
    };
    let number = Type::primitive_type_builder(name, physical).with_logical_type(logical);
    number.with_repetition(repetition).build().map(Arc::new)
}

fn write_plain(
    writer: &mut SerializedColumnWriter<'_>,
    spec: &FieldSpec,
    feature: usize,
    array: &Array,
) -> io::Result<()> {
    let features = spec.features();
    if !is_nullable(spec) && !spec.levels.contains_key(&feature) {
        return write_numbers(writer, &strided(array, feature, features), None, None);
    }
    let numbers = strided(array, feature, features).to_f64();
    let present: Option<Vec<i16>> =
        is_nullable(spec).then(|| numbers.iter().map(|number| i16::from(!number.is_nan())).collect());
    if spec.levels.contains_key(&feature) {
        let words: io::Result<Vec<Option<&str>>> =
            numbers.iter().map(|&number| level(spec, feature, number)).collect();
        let words: Vec<ByteArray> = words?.into_iter().flatten().map(ByteArray::from).collect();
        let ColumnWriter::ByteArrayColumnWriter(writer) = writer.untyped() else {
            unreachable!("words are byte arrays")
        };
        writer.write_batch(&words, present.as_deref(), None).map_err(unwrap)?;
        return Ok(());
    }
    let present_numbers = match strided(array, feature, features) {
        Array::F32(values) => Array::F32(values.into_iter().filter(|value| !value.is_nan()).collect()),
        Array::F64(values) => Array::F64(values.into_iter().filter(|value| !value.is_nan()).collect()),
        integers => integers,
    };
    write_numbers(writer, &present_numbers, present.as_deref(), None)
}

/// Writes each example as a list: a number's repetition level is the axis along which it follows the
/// one before it, counted from 1, and 0 at the start of an example.
fn write_lists(writer: &mut SerializedColumnWriter<'_>, spec: &FieldSpec, array: &Array) -> io::Result<()> {
    let features = spec.features();
    let repetition = |at: usize| {
        let mut rest = at;
        let axis = spec.shape.iter().rposition(|&extent| {
            let within = rest % extent;
            rest /= extent;
            within != 0
        });
        axis.map_or(0, |axis| level_of(axis + 1))
    };
    let of_one: Vec<i16> = (0..features).map(repetition).collect();
    let rows_at_once = (BATCH / features).max(1);
    let repetition_levels = of_one.repeat(rows_at_once);
    let definition_levels = vec![level_of(spec.shape.len()); rows_at_once * features];
    for start in (0..array.len()).step_by(rows_at_once * features) {
        let end = array.len().min(start + rows_at_once * features);
        let mut part = empty(spec.dtype);
        extend(&mut part, array, start..end);
        let levels = ..end - start;
        write_numbers(writer, &part, Some(&definition_levels[levels]), Some(&repetition_levels[levels]))?;
    }
    Ok(())
}

fn level_of(axes: usize) -> i16 {
    i16::try_from(axes).expect("arrays have a few axes")
}

fn write_numbers(
    writer: &mut SerializedColumnWriter<'_>,
    numbers: &Array,
    definition: Option<&[i16]>,
    repetition: Option<&[i16]>,
) -> io::Result<()> {
    let written = match (writer.untyped(), numbers) {
        (ColumnWriter::Int32ColumnWriter(writer), Array::U8(values)) => {
            let wide: Vec<i32> = values.iter().map(|&value| value.into()).collect();
            writer.write_batch(&wide, definition, repetition)
        }
        (ColumnWriter::Int32ColumnWriter(writer), Array::I32(values)) => {
            writer.write_batch(values, definition, repetition)
        }
        (ColumnWriter::Int64ColumnWriter(writer), Array::I64(values)) => {
            writer.write_batch(values, definition, repetition)
        }
        (ColumnWriter::FloatColumnWriter(writer), Array::F32(values)) => {
            writer.write_batch(values, definition, repetition)
        }
        (ColumnWriter::DoubleColumnWriter(writer), Array::F64(values)) => {
            writer.write_batch(values, definition, repetition)
        }
        _ => unreachable!("the column's type is that of its field"),
    };
    written.map(|_| ()).map_err(unwrap)
}

fn empty(dtype: DType) -> Array {
    match dtype {
        DType::U8 => Array::U8(Vec::new()),
        DType::I32 => Array::I32(Vec::new()),
        DType::I64 => Array::I64(Vec::new()),
        DType::F32 => Array::F32(Vec::new()),
        DType::F64 => Array::F64(Vec::new()),
    }
}

/// Appends the numbers in `range` of an array of the same type.
fn extend(array: &mut Array, other: &Array, range: std::ops::Range<usize>) {
    match (array, other) {
        (Array::U8(own), Array::U8(other)) => own.extend_from_slice(&other[range]),
        (Array::I32(own), Array::I32(other)) => own.extend_from_slice(&other[range]),
        (Array::I64(own), Array::I64(other)) => own.extend_from_slice(&other[range]),
        (Array::F32(own), Array::F32(other)) => own.extend_from_slice(&other[range]),
        (Array::F64(own), Array::F64(other)) => own.extend_from_slice(&other[range]),
        _ => unreachable!("fields keep their declared type"),
    }
}

/// Every `step`-th number from `start` on.
fn strided(array: &Array, start: usize, step: usize) -> Array {
    fn pick<T: Copy>(values: &[T], start: usize, step: usize) -> Vec<T> {
        values.iter().skip(start).step_by(step).copied().collect()
    }
    match array {
        Array::U8(values) => Array::U8(pick(values, start, step)),
        Array::I32(values) => Array::I32(pick(values, start, step)),
        Array::I64(values) => Array::I64(pick(values, start, step)),
        Array::F32(values) => Array::F32(pick(values, start, step)),
        Array::F64(values) => Array::F64(pick(values, start, step)),
    }
}

/// The system's own reason, where that is what failed.
fn unwrap(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(own) => *own,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
