//! Whether data are still those that a training began with.

use jensen_data::{Array, DataError, Dataset, Split};

/// Rows that are read at most: enough to notice data that were made anew, in any order, and few
/// enough to take milliseconds. One changed value between two of them goes unnoticed.
const ROWS: usize = 4096;

/// A checksum (CRC-32C) of the fields' names and shapes, the sizes of the splits and the values of
/// up to 4096 rows that are spread evenly over the data.
///
/// # Errors
/// If a row cannot be read.
pub fn fingerprint(dataset: &Dataset) -> Result<String, DataError> {
    let splits: Vec<_> =
        dataset.splits().map(|split| (split, dataset.split(split).map(|r| r.len()))).collect();
    let layout = format!("{:?} {splits:?}", dataset.fields());
    let rows = dataset.rows(Split::All)?;
    let count = rows.len().min(ROWS);
    let spread: Vec<u64> = (0..count).map(|i| rows.at(i * rows.len() / count)).collect();
    let batch = dataset.read(&spread)?;
    let fields = batch.fields().iter();
    let sum = fields.fold(crc32c::crc32c(layout.as_bytes()), |sum, field| append(sum, field.array()));
    Ok(format!("{sum:08x}"))
}

/// The checksum of what came before and of these values.
fn append(sum: u32, array: &Array) -> u32 {
    fn all<const N: usize>(sum: u32, values: impl Iterator<Item = [u8; N]>) -> u32 {
        values.fold(sum, |sum, value| crc32c::crc32c_append(sum, &value))
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
    use jensen_data::{Field, Role};

    use super::*;

    fn of(values: Vec<f64>, name: &str) -> String {
        let field = Field::new(name, Role::Observation, vec![2], Array::F64(values)).expect("a field");
        fingerprint(&Dataset::from_fields("data", vec![field]).expect("data")).expect("rows")
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
}
