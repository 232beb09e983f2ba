//! Whether data are still those that a training began with.

use std::fmt::Write;

use jensen_data::{Array, DataError, Dataset, Split};

/// What a checksum of every value begins with; those of earlier versions begin with nothing.
const FULL: &str = "crc32c:";

/// Rows that were read by earlier versions, at most: one changed value between two of them went
/// unnoticed.
const SAMPLED_ROWS: usize = 4096;

/// A checksum (CRC-32C) of the fields' names, shapes and levels, the sizes of the splits and every
/// value, whatever file they lie in.
///
/// # Errors
/// If a row cannot be read.
pub fn full(dataset: &Dataset) -> Result<String, DataError> {
    let mut sums = vec![0; dataset.fields().len()];
    dataset.for_each_chunk(&dataset.rows(Split::All)?, |batch| {
        // A sum for each field: how many rows are read at once must not show.
        for (sum, field) in sums.iter_mut().zip(batch.fields()) {
            *sum = append(*sum, field.array());
        }
        Ok(())
    })?;
    let mut layout = String::new();
    for (field, sum) in dataset.fields().iter().zip(sums) {
        let (name, role, dtype, shape) = (&field.name, field.role, field.dtype, &field.shape);
        let (columns, levels) = (&field.feature_names, &field.levels);
        let _ = writeln!(layout, "{name:?} {role} {dtype:?} {shape:?} {columns:?} {levels:?} {sum:08x}");
    }
    for split in dataset.splits() {
        let _ = writeln!(layout, "{split} {}", dataset.rows(split)?.len());
    }
    Ok(format!("{FULL}{:08x}", crc32c::crc32c(layout.as_bytes())))
}

/// The checksum of data to hold against `expected`, which may be one of an earlier version.
///
/// # Errors
/// If a row cannot be read.
pub fn of_kind(expected: &str, dataset: &Dataset) -> Result<String, DataError> {
    if expected.starts_with(FULL) { full(dataset) } else { sampled(dataset) }
}

/// The checksum of up to 4096 rows that are spread evenly over the data.
fn sampled(dataset: &Dataset) -> Result<String, DataError> {
    let splits: Vec<_> =
        dataset.splits().map(|split| (split, dataset.split(split).map(|r| r.len()))).collect();
    // As those versions wrote their fields.
    let fields = dataset.fields().iter().map(|field| {
        let (name, role, dtype, shape) = (&field.name, &format!("{:?}", field.role), field.dtype, &field.shape);
        let columns = &field.feature_names;
        format!(
            "FieldSpec {{ name: {name:?}, role: {role}, dtype: {dtype:?}, shape: {shape:?}, feature_names: {columns:?} }}"
        )
    });
    let layout = format!("[{}] {splits:?}", fields.collect::<Vec<_>>().join(", "));
    let rows = dataset.rows(Split::All)?;
    let count = rows.len().min(SAMPLED_ROWS);
    let spread: Vec<u64> = (0..count).map(|i| rows.at(i * rows.len() / count)).collect();
    let batch = dataset.read(&spread)?;
    let fields = batch.fields().iter();
    let sum = fields.fold(crc32c::crc32c(layout.as_bytes()), |sum, field| append(sum, field.array()));
    Ok(format!("{sum:08x}"))
}

/// The checksum of what came before and of these values.
fn append(sum: u32, array: &Array) -> u32 {
    fn all<const N: usize>(sum: u32, values: impl Iterator<Item = [u8; N]>) -> u32 {
        // In one piece: a call for each value takes several times as long.
        let bytes: Vec<u8> = values.flatten().collect();
        crc32c::crc32c_append(sum, &bytes)
    }
    match array {
        Array::U8(values) => crc32c::crc32c_append(sum, values),
        Array::I32(values) => all(sum, values.iter().map(|value| value.to_le_bytes())),
        Array::I64(values) => all(sum, values.iter().map(|value| value.to_le_bytes())),
        Array::F32(values) => all(sum, values.iter().map(|value| value.to_le_bytes())),
        Array::F64(values) => all(sum, values.iter().map(|value| value.to_le_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use jensen_data::{DataSpec, Field, Role};

    use super::*;

    fn of(values: Vec<f64>, name: &str) -> String {
        let field = Field::new(name, Role::Observation, vec![2], Array::F64(values)).expect("a field");
        full(&Dataset::from_fields("data", vec![field]).expect("data")).expect("rows")
    }

    #[test]
    fn it_follows_the_content() {
        let first = of(vec![1.0, 2.0, 3.0, 4.0], "x");
        assert_eq!(first, of(vec![1.0, 2.0, 3.0, 4.0], "x"));
        let others =
            [(vec![1.0, 2.0, 3.0, 5.0], "x"), (vec![3.0, 4.0, 1.0, 2.0], "x"), (vec![1.0, 2.0], "x")];
        for (values, name) in others.into_iter().chain([(vec![1.0, 2.0, 3.0, 4.0], "y")]) {
            assert_ne!(first, of(values.clone(), name), "{values:?} {name}");
        }
    }

    /// More values than are read at once, and than the samples of earlier versions saw.
    #[test]
    fn no_changed_value_goes_unseen() {
        let mut values: Vec<f64> = (0..3_000_000).map(f64::from).collect();
        let first = of(values.clone(), "x");
        for at in [0, 7, 1_048_575, 1_048_576, 2_999_999] {
            values[at] += 0.5;
            assert_ne!(first, of(values.clone(), "x"), "value {at}");
            values[at] -= 0.5;
        }
        assert_eq!(first, of(values, "x"));
    }

    #[test]
    fn it_does_not_move_between_versions() {
        let digits = Dataset::open(&DataSpec::new("digits")).expect("embedded");
        assert_eq!(full(&digits).expect("rows"), "crc32c:d46c3f1e");
        // What a run stored before every value was read.
        let digits = digits.with_validation(0.1, 0).expect("a split");
        assert_eq!(of_kind("72339d04", &digits).expect("rows"), "72339d04");
    }
}
